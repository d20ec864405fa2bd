from datetime import timedelta

import pytest

from points_api import clock
from points_api.officers import attempts
from points_api.officers.models import FailedSignIn
from points_api.officers.problems import TooManyFailures

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")


def test_the_pause_doubles_from_half_a_minute_to_a_quarter_of_an_hour():
    seconds = [attempts.pause_after(n).total_seconds() for n in (1, 4, 5, 6, 7, 9, 10, 11, 10**6)]
    assert seconds == [0, 0, 30, 60, 120, 480, 900, 900, 900]


async def fail(times, mark="m"):
    return [await attempts.count(mark, clock.now()) for _ in range(times)]


async def test_five_failures_close_a_login_for_as_long_as_is_told(frozen_clock):
    assert await fail(5) == [1, 2, 3, 4, 5]
    frozen_clock.forward(timedelta(seconds=9.5))
    with pytest.raises(TooManyFailures) as refusal:
        await fail(1)
    assert refusal.value.headers == {"Retry-After": "21"}
    frozen_clock.forward(timedelta(seconds=20.5))
    assert await fail(1) == [6]
    with pytest.raises(TooManyFailures) as refusal:
        await fail(1)
    assert refusal.value.headers == {"Retry-After": "60"}


async def test_other_logins_stay_open():
    await fail(5)
    assert await fail(1, "other") == [1]


async def test_success_takes_all_failures_back():
    await fail(5)
    await attempts.forget("m")
    assert await fail(1) == [1]


async def test_a_day_without_failures_forgets_them(frozen_clock):
    await fail(4)
    frozen_clock.forward(attempts.FORGOTTEN_AFTER + timedelta(seconds=1))
    assert await fail(1) == [1]


async def test_the_night_clears_away_what_is_forgotten(frozen_clock):
    await fail(1)
    frozen_clock.forward(attempts.FORGOTTEN_AFTER)
    assert await attempts.purge(clock.now()) == 0
    frozen_clock.forward(timedelta(seconds=1))
    assert await attempts.purge(clock.now()) == 1
    assert not await FailedSignIn.exists()
