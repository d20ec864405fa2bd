"""How a partner is doing, and whether it is asked at all: one that keeps failing is left to rest.

Three failures in a row, and nobody waits for it any more; after half a minute one question tries,
and its outcome decides. So a partner that is down costs a visitor the perk and nobody else a
second. Each process learns it by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from points_api import clock

OPENS_AFTER: Final = 3
RESTS: Final = timedelta(seconds=30)
State = Literal["closed", "open", "half_open"]


class Resting(Exception):
    """The partner is not asked now."""


class Failed(Exception):
    """The partner was not reached, or what it said cannot be used; `reason` is a short name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Breaker:
    """What this process knows of one partner."""

    answered: int = 0
    failed: int = 0
    in_a_row: int = 0
    opened_at: datetime | None = None
    probing: bool = False
    last_ok_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_reason: str | None = None

    @property
    def state(self) -> State:
        """`half_open` once it may be tried again."""
        if self.opened_at is None:
            return "closed"
        return "half_open" if clock.now() >= self.opened_at + RESTS else "open"

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask within this block; what raises `Failed` counts. Raises `Resting`."""
        state = self.state
        if state == "open" or (state == "half_open" and self.probing):
            raise Resting
        probe = state == "half_open"
        self.probing = self.probing or probe
        try:
            yield
        except Failed as failed:
            self.failure(failed.reason)
            raise
        else:
            self._success()
        finally:
            if probe:  # also where who asked went away
                self.probing = False

    def failure(self, reason: str) -> None:
        """Count a failure."""
        now = clock.now()
        self.failed += 1
        self.in_a_row += 1
        self.last_failure_at, self.last_reason = now, reason
        if self.in_a_row >= OPENS_AFTER:
            self.opened_at = now

    def _success(self) -> None:
        self.answered += 1
        self.in_a_row, self.opened_at = 0, None
        self.last_ok_at = clock.now()
