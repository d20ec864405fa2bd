"""Nothing buzzes at night."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from points_api.clock import LEGAL_ZONE
from points_api.messages.quiet import loud_after

minutes = st.integers(0, 1439)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - placed next
    lambda naive: naive.replace(tzinfo=LEGAL_ZONE)
)


def is_quiet(at, quiet_from, quiet_until):
    minute = at.hour * 60 + at.minute
    if quiet_from <= quiet_until:
        return quiet_from <= minute < quiet_until
    return minute >= quiet_from or minute < quiet_until


@given(instants, minutes, minutes)
def test_a_notice_goes_out_at_once_or_when_the_quiet_time_ends(now, quiet_from, quiet_until):
    due = loud_after(now, quiet_from, quiet_until)
    assert not is_quiet(due.astimezone(LEGAL_ZONE), quiet_from, quiet_until)
    assert now <= due <= now + timedelta(days=1)
    if not is_quiet(now, quiet_from, quiet_until):
        assert due == now
    else:
        assert due.astimezone(LEGAL_ZONE).strftime("%H:%M:%S.%f") == (
            f"{quiet_until // 60:02}:{quiet_until % 60:02}:00.000000"
        )
