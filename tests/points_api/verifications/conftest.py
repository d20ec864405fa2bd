from datetime import date

import pytest

from points_api.generate import person
from points_api.identifiers import id_number
from tests.points_api.application import running
from tests.points_api.verifications import shop

ADULTS = [n for n in range(1, 60) if id_number.age_on(person(1, n)[1], date(2026, 6, 1)) >= 18]


@pytest.fixture
async def application(database_url, frozen_clock):
    """The application with three scenarios published, at noon of 2026-06-01."""
    async with running(database_url) as started:
        await shop.publish(started)
        yield started


@pytest.fixture
async def till(application):
    return await shop.till(application)


@pytest.fixture
async def resident(application):
    """Somebody who has joined and agreed to the scenario that is shown."""
    visitor = await application.visitor(ADULTS[0])
    assert (await visitor.join()).status_code == 201
    await shop.consent(visitor)
    return visitor
