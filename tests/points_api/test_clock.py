import asyncio
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from points_api import clock

EVENING = datetime(2026, 6, 1, 15, 59, 59, tzinfo=UTC)


def test_the_clock_goes_and_is_in_utc():
    before = clock.now()
    assert before.utcoffset() == timedelta(0)
    assert clock.now() >= before


def test_the_legal_day_changes_at_midnight_in_china():
    with clock.fixed(EVENING) as fixed:
        assert clock.today() == date(2026, 6, 1)
        fixed.forward(timedelta(seconds=1))
        assert clock.today() == date(2026, 6, 2)


def test_a_fixed_clock_stands_in_tasks_too_and_goes_on_afterwards():
    async def ask() -> datetime:
        return clock.now()

    async def both() -> list[datetime]:
        return list(await asyncio.gather(ask(), ask()))

    with clock.fixed(EVENING):
        assert asyncio.run(both()) == [EVENING, EVENING]
    assert clock.now() != EVENING


def test_an_instant_without_a_zone_is_refused_and_another_zone_is_brought_to_utc():
    with pytest.raises(ValueError, match="aware"), clock.fixed(datetime(2026, 6, 1)):  # noqa: DTZ001
        pass
    china = timezone(timedelta(hours=8))
    with clock.fixed(datetime(2026, 6, 1, 8, tzinfo=china)):
        assert clock.now().isoformat() == "2026-06-01T00:00:00+00:00"
