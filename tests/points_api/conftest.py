"""The application as it is served, and a resident of it who has joined."""

import pytest

from tests.points_api.application import ADULTS, running


@pytest.fixture
async def application(database_url, frozen_clock):
    async with running(database_url) as started:
        yield started


@pytest.fixture
async def resident(application):
    visitor = await application.visitor(ADULTS[0])
    assert (await visitor.join()).status_code == 201
    return visitor
