"""Quiet hours: nothing buzzes at night. Plain arithmetic on the legal day."""

from datetime import datetime, timedelta
from typing import Final

from points_api import clock

DEFAULT_FROM: Final = 21 * 60
DEFAULT_UNTIL: Final = 8 * 60
_DAY: Final = 24 * 60


def loud_after(now: datetime, quiet_from: int, quiet_until: int) -> datetime:
    """The first instant, from `now` on, outside of the quiet time.

    Both are minutes after midnight in Huangshi; the quiet time may go over midnight, and there is
    none where they are equal. Summer time does not exist there.
    """
    local = now.astimezone(clock.LEGAL_ZONE)
    minute = local.hour * 60 + local.minute
    into = (minute - quiet_from) % _DAY
    length = (quiet_until - quiet_from) % _DAY
    if into >= length:
        return now
    rest = timedelta(minutes=length - into, seconds=-local.second, microseconds=-local.microsecond)
    return now + rest
