"""How a partner is doing, and whether it is asked at all: one that keeps failing is left to rest.

Three failures in a row, and nobody waits for it any more; after half a minute one question tries,
and its outcome decides. So a partner that is down costs a visitor the perk and nobody else a
second. Of its last thousand questions ten may fail: what is left of these is its error budget.
Each process learns it by itself; the metrics add up all of them.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from points_api import clock

OPENS_AFTER: Final = 3
RESTS: Final = timedelta(seconds=30)
BUDGET_OF: Final = 1000
BUDGET: Final = 10
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
    """What this process knows of one partner; `holds` are the tables that it last told of."""

    answered: int = 0
    failed: int = 0
    in_a_row: int = 0
    opened_at: datetime | None = None
    probing: bool = False
    last_ok_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_reason: str | None = None
    holds: Sequence[str] | None = None
    _outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=BUDGET_OF))

    @property
    def state(self) -> State:
        """`half_open` once it may be tried again."""
        if self.opened_at is None:
            return "closed"
        return "half_open" if clock.now() >= self.opened_at + RESTS else "open"

    @property
    def lately(self) -> tuple[int, int]:
        """Of the last thousand questions how many there were, and how many of these failed."""
        return len(self._outcomes), self._outcomes.count(False)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask within this block, and read what was answered; `Failed` counts. Raises `Resting`."""
        state = self.state
        if state == "open" or (state == "half_open" and self.probing):
            raise Resting
        probe = state == "half_open"
        self.probing = self.probing or probe
        try:
            yield
        except Failed as failed:
            self._failure(failed.reason)
            raise
        else:
            self._success()
        finally:
            if probe:  # also where who asked went away
                self.probing = False

    def _failure(self, reason: str) -> None:
        now = clock.now()
        self.failed += 1
        self.in_a_row += 1
        self._outcomes.append(False)
        self.last_failure_at, self.last_reason = now, reason
        if self.in_a_row >= OPENS_AFTER:
            self.opened_at = now

    def _success(self) -> None:
        self.answered += 1
        self.in_a_row, self.opened_at = 0, None
        self._outcomes.append(True)
        self.last_ok_at = clock.now()
