"""What is known of one person on one day, as plain data.

Whoever calls fills it in: the application from the stored score, another city's visitor from the
mapped score. Somebody who has not joined has no facts at all, and is `None` wherever one of these
is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple


class Facts(NamedTuple):
    """One person on one day.

    `score` and `dimensions` are thousandths of a point. `age` is in completed years. `division` is
    the code of the county-level division that the person belongs to. `items` are the codes of
    catalog items of which a record counts on that day. `overdue` are ids of scenarios in which
    something that was lent or deferred has not come back in time.
    """

    score: int
    age: int
    division: str
    dimensions: Mapping[str, int] = MappingProxyType({})
    items: frozenset[str] = frozenset()
    overdue: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Band:
    """A band of the host's scale, from `floor` thousandths of a point up."""

    id: str
    name: str
    name_en: str
    floor: int
