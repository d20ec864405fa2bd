import shutil

import asyncpg
import pytest

from tests.conftest import Copy
from tests.points_api.recognitions import visiting
from tests.points_api.recognitions.two_cities import connected, rules_of_tianjin


@pytest.fixture(params=["sqlite", "postgres"])
def urls(request):
    """The urls of two empty, migrated databases."""
    first = request.getfixturevalue(f"{request.param}_url")
    return first, request.getfixturevalue(f"second_{request.param}_url")


@pytest.fixture
def second_sqlite_url(sqlite_template, tmp_path):
    return f"sqlite://{shutil.copy(sqlite_template, tmp_path / 'second.db')}"


@pytest.fixture
async def second_postgres_url(second_postgres):
    return await second_postgres.emptied()


@pytest.fixture(scope="session")
async def second_postgres(postgres_copy):
    """Another copy of the migrated database for this worker."""
    first = postgres_copy.url.rpartition("/")[2]
    await postgres_copy.connection.execute(f'CREATE DATABASE "{first}_2" TEMPLATE "{first}"')
    second = Copy(f"{postgres_copy.url}_2", await asyncpg.connect(f"{postgres_copy.url}_2"))
    yield second
    await second.connection.close()
    await postgres_copy.connection.execute(f'DROP DATABASE "{first}_2" WITH (FORCE)')


@pytest.fixture(scope="session")
def rules(tmp_path_factory):
    return rules_of_tianjin(tmp_path_factory.mktemp("rules") / "tianjin")


@pytest.fixture
async def cities(urls, rules, tmp_path, frozen_clock):
    async with connected(urls, tmp_path, rules) as (home, host, wire):
        yield await visiting.prepared(home, host, wire)
