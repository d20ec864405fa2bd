import pytest

from tests.points_api.webhooks.receiver import receiving
from tests.points_api.webhooks.shop import SCENARIO, publish
from tests.points_api.webhooks.shop import shop as open_shop


@pytest.fixture
async def receiver():
    async with receiving() as one:
        yield one


@pytest.fixture
async def yard(database, frozen_clock):
    """The merchant of the drivers' scenario, which is published."""
    async with open_shop() as one:
        await publish(SCENARIO)
        await one.push.entitlements.scenarios.refresh()
        yield one
