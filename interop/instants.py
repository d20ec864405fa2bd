"""Times on the wire are whole seconds since 1970; times in calls are aware datetimes."""

from datetime import datetime

from interop.refusals import Expired, FromTheFuture, LivesTooLong, Malformed

# How far the clocks of two cities may differ; nothing is accepted beyond it.
LEEWAY_SECONDS = 60


def seconds(instant: datetime) -> int:
    """Return the whole seconds since 1970.

    A time without its offset is a mistake of the caller: read as local time it would be eight
    hours off.

    >>> from datetime import UTC
    >>> seconds(datetime(2026, 6, 1, 4, tzinfo=UTC))
    1780286400
    """
    if instant.tzinfo is None:
        raise ValueError("the time needs an offset from UTC")
    return int(instant.timestamp())


def check_term(issued: object, expires: object, now: int, longest: int) -> None:
    """Refuse a term that has not begun, has ended, or is longer than `longest` seconds.

    The end itself is outside (RFC 7519, 4.1.4: on or after it the token must not be accepted).
    """
    if type(issued) is not int or type(expires) is not int or expires <= issued:
        raise Malformed("issued and expires")
    if expires - issued > longest:
        raise LivesTooLong
    if issued > now + LEEWAY_SECONDS:
        raise FromTheFuture
    if now >= expires + LEEWAY_SECONDS:
        raise Expired
