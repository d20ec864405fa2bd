"""Whether a table may be signed or taken in: its scales, its days, and the tables beside it.

Tables of one direction follow one another. Where two terms overlap, old and new run side by side: a
dual run. The old one decides to its last day, which stands in what both cities have signed, so that
everybody changes over in the same night; what the new one says meanwhile is for the report of who
will move. Three at a time, and an overlap longer than a quarter, are a mistake.
"""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from interop.cities import City
from interop.linking.gates import USES
from interop.refusals import (
    DatesOutOfOrder,
    Expired,
    FromTheFuture,
    Malformed,
    ScaleMismatch,
    TermsOverlap,
)
from interop.shape import Closed, Version, shaped
from interop.tables import METHODS, Mapped, Table

DUAL_RUN_DAYS: Final = 92
Term = tuple[date, date]
"""The first and the last day."""


class _Named(Closed):
    version: Version


class Running(NamedTuple):
    """The table that decides on a day and, in a dual run, the one that follows it."""

    deciding: Table
    beside: Table | None


def running(tables: Iterable[Table], on: date) -> Running | None:
    """What counts on a day of these tables of one direction; None where none is in force."""
    found = sorted((one for one in tables if one.in_force(on)), key=lambda one: one.header.since)
    return Running(found[0], found[1] if len(found) > 1 else None) if found else None


def check_scales(table: Table, source: City, target: City) -> None:
    """Raise unless rows and bands are those of the two cities: `Malformed`, `ScaleMismatch`."""
    head, scale = table.header, source.scale
    shaped(_Named, {"version": head.version})
    if head.method not in METHODS or head.use not in USES:
        raise Malformed("method")
    if (table.lowest, table.step, len(table.rows)) != (
        scale.minimum.value, scale.step.value, scale.points,
    ):  # fmt: skip
        raise ScaleMismatch
    bands = {band.id for band in target.bands}
    if not all(_fits(row, bands, target) for row in table.rows):
        raise ScaleMismatch


def check_days(table: Table, on: date) -> None:
    """Raise for days that do not follow one another, an end that has passed, a day to come.

    Raises `DatesOutOfOrder`, `Expired`, `FromTheFuture`.
    """
    head = table.header
    if not head.made_on <= head.since <= head.until:
        raise DatesOutOfOrder
    if head.until < on:
        raise Expired
    for signature in table.signatures:
        if signature is not None and signature.signed_on < head.made_on:
            raise DatesOutOfOrder
        if signature is not None and signature.signed_on > on:
            raise FromTheFuture


def check_beside(term: Term, others: Iterable[Term]) -> None:
    """Raise `TermsOverlap` unless tables of one direction follow one another, or run in twos."""
    meeting = (one for one in others if one[0] <= term[1] and term[0] <= one[1])
    terms = sorted((term, *meeting))
    if len(terms) > 2 and max(since for since, _ in terms) <= min(until for _, until in terms):
        raise TermsOverlap
    for (since, until), (next_since, next_until) in pairwise(terms):
        shared = (until - next_since).days + 1
        if shared > DUAL_RUN_DAYS or (shared > 0 and (since == next_since or next_until <= until)):
            raise TermsOverlap


def _fits(row: Mapped, bands: Collection[str], target: City) -> bool:
    if row.band is not None and row.band not in bands:
        return False
    if row.value is None:
        return True
    scale = target.scale
    return type(row.value) is int and scale.minimum.value <= row.value <= scale.covered
