"""Identifiers of rows: UUIDs that sort by the time they were made (RFC 9562, version 7).

New rows so land at the end of an index instead of all over it. Within a process each id is greater
than the one before, also within a millisecond and when the clock is set back.
"""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from points_api import clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_last = 0


def new_id() -> UUID:
    """Return an id: 48 bits of milliseconds, 12 of their fraction, 62 random ones."""
    global _last  # noqa: PLW0603 - ids of one process follow one another
    microseconds = (clock.now() - _EPOCH) // timedelta(microseconds=1)
    milliseconds, rest = divmod(microseconds, 1000)
    tick = _last = max((milliseconds << 12) | (rest << 12) // 1000, _last + 1)
    time = ((tick >> 12) << 80) | ((tick & 0xFFF) << 64)
    return UUID(int=time | _VERSION_AND_VARIANT | secrets.randbits(62))


def follow(last: UUID) -> None:
    """Let every id from now on be greater than this one, which another process has made."""
    global _last  # noqa: PLW0603 - as above
    milliseconds, fraction = last.int >> 80, (last.int >> 64) & 0xFFF
    _last = max(_last, milliseconds << 12 | fraction)
