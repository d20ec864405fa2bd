"""`points statements close` and `verify`."""

from datetime import UTC, timedelta

import pytest

from points_api import clock
from points_api.redemptions.models import LedgerEntry
from tests.points_api.db import rows


@pytest.fixture
def moved(in_database):
    """A merchant who confirmed something some days ago, and something today."""

    async def write():
        now = clock.now()
        days = [clock.day_of(now - timedelta(days=3)), clock.day_of(now)]
        made = await rows.redemption()
        for day in days:
            await rows.ledger_entry(redemption=made, day=day, at=now.astimezone(UTC))

    in_database(write)


def test_closing_and_proving(points, moved, in_database):
    assert "1 statements closed" in points("statements", "close").stdout
    assert "0 statements closed" in points("statements", "close").stdout
    proved = points("statements", "verify")
    assert proved.exit_code == 0
    assert "1 statements, 1 entries: intact" in proved.stdout

    async def alter():
        await LedgerEntry.all().update(owed_fen=1)

    in_database(alter)
    altered = points("statements", "verify")
    assert altered.exit_code == 1
    assert "sums" in altered.stdout


def test_days_after_the_one_named_stay_open(points, moved):
    day = (clock.today() - timedelta(days=9)).isoformat()
    assert "0 statements closed" in points("statements", "close", "--day", day).stdout
