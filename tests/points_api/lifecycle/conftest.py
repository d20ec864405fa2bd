"""The application with a few published scenarios."""

import pytest

from points_api.db import config
from tests.points_api.application import running
from tests.points_api.scenarios.registry import DAYE, LIBRARY, publish


@pytest.fixture
async def application(database_url, frozen_clock):
    async with config.open(database_url):
        await publish(LIBRARY, DAYE)
    async with running(database_url) as started:
        yield started
