import shutil

import asyncpg
import pytest

from tests.conftest import _EMPTY, _named
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
    connection = await asyncpg.connect(second_postgres)
    await connection.execute(_EMPTY)
    await connection.close()
    return second_postgres


@pytest.fixture(scope="session")
async def second_postgres(postgres_server, postgres_copy):
    """Another copy of the migrated database for this worker."""
    name = f"{postgres_copy.rpartition('/')[2]}_2"
    server = await asyncpg.connect(postgres_server)
    await server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{postgres_copy.rpartition("/")[2]}"')
    yield _named(postgres_server, name)
    await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await server.close()


@pytest.fixture(scope="session")
def rules(tmp_path_factory):
    return rules_of_tianjin(tmp_path_factory.mktemp("rules") / "tianjin")


@pytest.fixture
async def cities(urls, rules, tmp_path, frozen_clock):
    async with connected(urls, tmp_path, rules) as (home, host, wire):
        yield await visiting.prepared(home, host, wire)
