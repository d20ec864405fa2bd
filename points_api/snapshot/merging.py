"""Persons with their records put together and taken apart, as arrays."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from points_api.snapshot.layout import Marks, Part, People, Snapshot
from scoring.columns import Columns


class Share(NamedTuple):
    """Some persons with all their records, both in the order of their numbers, and the marks."""

    people: People
    columns: Columns
    marks: Marks


def share_of(snapshot: Snapshot, part: Part) -> Share:
    """A part as it is. Raises `SnapshotRefused`."""
    return Share(snapshot.people(part), snapshot.columns(part), snapshot.marks(part))


def without(share: Share, numbers: NDArray[np.uint32]) -> Share:
    """What is left without these persons."""
    stay = ~np.isin(share.people.number, numbers)
    rows = ~np.isin(share.columns.person, numbers)
    return _taken(share, stay, rows)


def within(share: Share, low: int, high: int) -> Share:
    """The persons with the numbers `low` up to `high`, as views."""
    people = slice(*np.searchsorted(share.people.number, (low, high)))
    rows = slice(*np.searchsorted(share.columns.person, (low, high)))
    return _taken(share, people, rows)


def together(shares: Sequence[Share]) -> Share:
    """All of them as one; nobody may be in two."""
    people: list[Any] = list(map(np.concatenate, zip(*(s.people for s in shares), strict=True)))
    columns: list[Any] = list(map(np.concatenate, zip(*(s.columns for s in shares), strict=True)))
    marks = np.concatenate([share.marks for share in shares])
    one = Share(People(*people), Columns(*columns), marks)
    # Stable, so that the records of a person stay in the order of their keys.
    by_number = np.argsort(one.people.number, kind="stable")
    by_person = np.argsort(one.columns.person, kind="stable")
    return _taken(one, by_number, by_person)


def _taken(share: Share, people: Any, rows: Any) -> Share:
    """Some of the persons and some of the records, by any index that arrays take."""
    of_people: list[Any] = [column[people] for column in share.people]
    of_records: list[Any] = [column[rows] for column in share.columns]
    return Share(People(*of_people), Columns(*of_records), share.marks[rows])
