import pytest

from tests.points_api.auth.door import door as open_door


@pytest.fixture
async def door(frozen_clock, database):
    """The application on both databases, at noon of 2026-06-01."""
    async with open_door() as one:
        yield one
