"""One line of the access log, wherever it is kept: with the day's entries, or as a row of its own.

Looks that leave a row anyway, such as a merchant's verification, are not written twice. Whoever
keeps such rows gives them out as a `Source`, and the log puts them in among the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from points_api.access_log.models import AccessEntry
from points_api.language import Text


@dataclass(frozen=True, slots=True)
class Seen:
    """Who looked at what, what for, when; `given` is what they learned, where it is known.

    Ids grow with time, so that lines of several sources are in one order.
    """

    id: UUID
    day: date
    actor_kind: str
    actor: str
    purpose: str
    what: str
    times: int
    first_at: datetime
    last_at: datetime
    actor_name: Text | None = None
    purpose_name: Text | None = None
    given: Text | None = None


Source = Callable[[UUID, UUID | None, int], Awaitable[list[Seen]]]
"""The newest lines about a resident of those before an id, so many at most."""


def of_entry(entry: AccessEntry) -> Seen:
    """A day's entry as a line."""
    return Seen(
        entry.id, entry.day, entry.actor_kind, entry.actor, entry.purpose, entry.what,
        entry.times, entry.first_at, entry.last_at,
    )  # fmt: skip
