import pytest

from tests.points_api.application import running


@pytest.fixture
async def application(frozen_clock, database_url):
    """The whole application on both databases, at noon of 2026-06-01."""
    async with running(database_url) as one:
        yield one


@pytest.fixture
async def on_postgres(frozen_clock, postgres_url):
    """The same on PostgreSQL only: for what needs two writers at once."""
    async with running(postgres_url) as one:
        yield one
