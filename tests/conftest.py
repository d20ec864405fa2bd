"""What every test may ask for: a database, a Redis, a clock that stands still.

`database` runs a test twice, on SQLite and on PostgreSQL. The schema is migrated once per session;
each worker has copies of its own, empty before each test, so that transactions really commit.
"""

import fcntl
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import asyncpg
import hypothesis
import pytest
from tortoise.apps import Apps

from points_api import clock
from points_api.db import config
from points_api.db.migrate import migrate
from tests.bound_models import once_per_dialect

# In CI the same examples each time, elsewhere new ones. Time limits would only be flaky.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")

# As in the server: else a sixth of the time of short tests goes into walking what was imported.
gc.set_threshold(50_000)

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)  # twelve o'clock in Huangshi

# Also what the migrations recorded stays, for the copy is not migrated again.
_EMPTY = """
DO $$ DECLARE name text; BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);  -- no order of foreign keys
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$
"""


@dataclass(frozen=True)
class Copy:
    """A database of a worker's own, emptied over one line: on a new one PostgreSQL is slow."""

    url: str
    connection: asyncpg.Connection

    async def emptied(self) -> str:
        await self.connection.execute(_EMPTY)
        return self.url


@pytest.fixture(scope="session", autouse=True)
def _quick_opening() -> Iterator[None]:
    make = Apps._build_initial_querysets
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Apps, "_build_initial_querysets", once_per_dialect(make))
        yield


@pytest.fixture
def frozen_clock() -> Iterator[clock.Fixed]:
    """A clock that stands at noon of 2026-06-01, and moves when told."""
    with clock.fixed(NOON) as fixed:
        yield fixed


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The url of an empty, migrated database that nobody has opened."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """An empty, migrated database, open; the url is for those who open it once more."""
    async with config.open(database_url):
        yield database_url


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[str]:
    """The same on PostgreSQL only: for what needs two writers at once."""
    async with config.open(postgres_url):
        yield postgres_url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite://{shutil.copy(sqlite_template, tmp_path / 'points.db')}"


@pytest.fixture
async def postgres_url(postgres_copy: Copy) -> str:
    return await postgres_copy.emptied()


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The url of a real PostgreSQL in which databases may be made."""
    return os.environ.get("POINTS_TEST_POSTGRES") or _missing("POINTS_TEST_POSTGRES")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The url of a real Redis, shared by the workers: keep to keys or a number of your own."""
    return os.environ.get("POINTS_TEST_REDIS") or _missing("POINTS_TEST_REDIS")


@pytest.fixture(scope="session")
async def sqlite_template(session_folder: Path) -> Path:
    path = session_folder / "migrated.db"
    with _alone(session_folder):
        if not path.exists():
            await migrate(f"sqlite://{path}")
    return path


@pytest.fixture(scope="session")
async def postgres_copy(
    postgres_server: str, session_folder: Path, worker_id: str, testrun_uid: str
) -> AsyncIterator[Copy]:
    """This worker's copy of the database that the first worker has migrated."""
    template, copy = f"points_{testrun_uid}", f"points_{testrun_uid}_{worker_id}"
    server = await asyncpg.connect(postgres_server)
    with _alone(session_folder):
        if not (session_folder / template).exists():
            await server.execute(f'CREATE DATABASE "{template}"')
            await migrate(_named(postgres_server, template))
            (session_folder / template).touch()
        await server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{template}"')
    url = _named(postgres_server, copy)
    own = Copy(url, await asyncpg.connect(url))
    yield own
    await own.connection.close()
    await server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
    with _alone(session_folder):
        (session_folder / template).unlink(missing_ok=True)
        await server.execute(f'DROP DATABASE IF EXISTS "{template}"')
    await server.close()


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of this session share."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _named(server: str, database: str) -> str:
    return f"{server.rpartition('/')[0]}/{database}"


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The program of a real Chromium."""
    return shutil.which("chromium") or _missing("chromium")


def _missing(needed: str) -> NoReturn:
    """Skip, or fail where nobody would notice that half of the tests were skipped."""
    reason = f"needs {needed}; `make test` provides it"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
