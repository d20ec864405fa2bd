"""When a message is tried again: ten tries in 75 h 35 min 5 s, as Standard Webhooks proposes."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

PAUSES: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before each try; that before the n-th counts from the end of the one before it."""
TRIES: Final = len(PAUSES)
_LONGEST: Final = timedelta(hours=24)

Jitter = Callable[[], float]


def spread() -> float:
    """Up to a tenth later, so that what failed together does not come back together."""
    return random.uniform(1.0, 1.1)  # noqa: S311 - against crowds, not against guessing


def next_try(
    attempts: int, now: datetime, asked: timedelta | None, jitter: Jitter
) -> datetime | None:
    """When to try again after so many failures; None: never. `asked` is the receiver's wish."""
    if attempts >= TRIES:
        return None
    pause = PAUSES[attempts] * jitter()
    return now + max(pause, min(asked or timedelta(0), _LONGEST))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a `Retry-After` header (RFC 9110): seconds or a date; None if it is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 10**6))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at - now if at.utcoffset() is not None and at > now else None
