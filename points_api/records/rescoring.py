"""What a change of records asks of the scores, without knowing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from points_api.db.transaction import Callback
from points_api.db.writes import Update, Write
from scoring.records import Record


@dataclass(frozen=True, slots=True)
class Seen:
    """A person at one instant: their current records as stored, and what `follow` has to know.

    `guard` finds the person's row only as long as nothing of it has changed since.
    """

    guard: Update
    records: Sequence[Mapping[str, Any]]
    score: Any


class Following(Protocol):
    """What a changed record entails for the score: what to write, and to do after the commit."""

    then: list[Callback]

    def writes(self) -> Sequence[Write]:
        """Return what goes with the records into one statement."""
        ...


class Rescoring(Protocol):
    """The scores, as far as records need them."""

    async def see(self, person_id: UUID, *, hold: bool) -> Seen:
        """Read a person by one statement; on demand hold them first. Raises `NotFound`."""
        ...

    def follow(self, score: Any, facts: Sequence[Record], cause: str, now: datetime) -> Following:
        """Score the seen person anew, because the records are now these."""
        ...
