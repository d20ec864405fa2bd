import pytest

from tests.points_api.webhooks.receiver import receiving
from tests.points_api.webhooks.shop import shop as open_shop


@pytest.fixture
async def receiver():
    async with receiving() as one:
        yield one


@pytest.fixture
async def shop(database, frozen_clock):
    """A merchant on both databases, at noon of 2026-06-01."""
    async with open_shop() as one:
        yield one
