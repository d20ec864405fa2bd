"""What every minute does, each step by itself."""

from datetime import timedelta

import pytest

from points_api.conduct import service as conduct
from points_api.jobs.minutely import this_minute
from scenarios.scenario import Quota
from tests.points_api.conduct.lending import lent, overdue, state_of
from tests.points_api.redemptions.shop import open_shop

FORGOTTEN = ("nonces", "batches", "visitor_notices")


@pytest.fixture(autouse=True)
def still(frozen_clock):
    return frozen_clock


async def test_reservations_expire_and_reports_stand_when_their_term_is_over(database, still):
    shop, made = await lent()
    still.forward(timedelta(days=11))
    report = await overdue(shop, made)
    await conduct.tell(report)
    other = await open_shop(id="s2", quota=Quota(total=1))
    await other.made(reserve=True)
    assert await this_minute() == {"reservations": 0, "conduct": 0, **dict.fromkeys(FORGOTTEN, 0)}
    still.forward(timedelta(days=11))
    assert await this_minute() == {"reservations": 1, "conduct": 1, **dict.fromkeys(FORGOTTEN, 0)}
    assert await state_of(report) == "standing"
    assert await other.used() == {"total": 0}
