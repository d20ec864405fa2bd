"""The one place that reads the clock. Everything else is told the time.

`now()` is an instant, aware and in UTC; `today()` is the legal day in China, from which fading,
validity and the statutory limits count. Within `fixed()` both stand still, in the task that opened
it and in all that it starts, so a test or a replay needs no patching.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


class Fixed:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        if at.utcoffset() is None:
            raise ValueError("at: an aware datetime is needed; add tzinfo, for example UTC")
        self.at = at.astimezone(UTC)

    def forward(self, step: timedelta) -> None:
        self.at += step


_fixed: ContextVar[Fixed | None] = ContextVar("fixed", default=None)


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    fixed_clock = _fixed.get()
    return datetime.now(UTC) if fixed_clock is None else fixed_clock.at


def as_told(by_database: datetime | None) -> datetime:
    """Return this instant by the database's clock, which all processes share, where it told it.

    A clock that stands still is what a test or a replay wants, and goes first.
    """
    return now() if by_database is None or _fixed.get() is not None else by_database


def today() -> date:
    """Return the legal day of this instant."""
    return day_of(now())


def day_of(at: datetime) -> date:
    """Return the legal day, in China, of an aware instant."""
    return at.astimezone(LEGAL_ZONE).date()


@contextmanager
def fixed(at: datetime) -> Iterator[Fixed]:
    """Let the clock stand at an aware instant; it may be moved by what is returned."""
    clock = Fixed(at)
    token = _fixed.set(clock)
    try:
        yield clock
    finally:
        _fixed.reset(token)
