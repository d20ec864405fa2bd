"""What became of a resident's data after a withdrawal: what is gone, what stays and by which law.

PIPL 47 has data deleted when consent ends, except where a law sets a term for keeping it; then
nothing may be done with it but store and protect it. A resident is told both, item by item.
"""

from dataclasses import dataclass
from datetime import date

from points_api.language import Text


@dataclass(frozen=True, slots=True)
class Deleted:
    """One kind of data that was deleted; `count` is the number of entries."""

    kind: str
    title: Text
    count: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data that is locked away: by which law, until when (None: as the title says)."""

    kind: str
    title: Text
    law: Text
    until: date | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """All that a withdrawal did to the data."""

    deleted: tuple[Deleted, ...] = ()
    kept: tuple[Kept, ...] = ()
