"""Two scorecards over everybody in a snapshot, counted by band, division and age.

Part after part is scored twice and added to the counts, so a larger city needs more time and not
more memory. No person is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from points_api.identifiers.divisions import shipped
from points_api.snapshot.layout import PART_PEOPLE, Part, People, Snapshot
from scoring.backtest import Scales, Tally, places
from scoring.batch import Pass
from scoring.columns import day_of
from scoring.scorecard import TENTH, Scorecard
from scoring.withholding import SMALL

AGES: Final = (18, 30, 45, 60)
OTHER: Final = ""
"""The name of the group of those who belong to none of the others."""

Labels = NDArray[np.int64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A tally and what its groups are called: ids of bands, codes of divisions, `18-29` …"""

    names: tuple[str, ...]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes when `new` takes the place of `old`, as of a day."""

    old: Scorecard
    new: Scorecard
    on: date
    whole: Tally
    bands: Grouping
    divisions: Grouping
    ages: Grouping


def compare(
    snapshot: Snapshot, old: Scorecard, new: Scorecard, on: date, progress: Progress
) -> Comparison:
    """Score everybody by both. Raises `SnapshotRefused` where a file is damaged."""
    passes = [Pass.of(card, snapshot.words) for card in (old, new)]
    scales = Scales.of(old, new)
    codes = tuple(sorted({division.code for division in shipped()}))
    bands = tuple(band.id for band in old.bands)
    names = (bands, (*codes, OTHER), (*_age_names(), OTHER))
    nobody = np.zeros(0, np.int64)
    sums = [Tally.of(scales, nobody, nobody, nobody, len(groups)) for groups in names]
    for done, part in enumerate(snapshot.parts, 1):
        people = snapshot.people(part)
        before, after = _values(snapshot, part, people, passes, on)
        labels = (
            places(before // TENTH, scales.old_floors),
            _division_labels(people.division, codes),
            _age_labels(people.born, on),
        )
        for n, label in enumerate(labels):
            sums[n] += Tally.of(scales, before, after, label, len(names[n]))
        progress(done, len(snapshot.parts))
    by_band, by_division, by_age = map(Grouping, names, sums)
    return Comparison(
        old, new, on, sums[0].whole(), by_band, _pooled(by_division), _without_empty(by_age)
    )


def _values(
    snapshot: Snapshot, part: Part, people: People, passes: list[Pass], on: date
) -> list[NDArray[Any]]:
    """What each scorecard gives the persons of a part. All scoring is here."""
    columns, rows = snapshot.columns(part), people.number - part.first
    scored = (
        one.score(columns, PART_PEOPLE, on, first=part.first, look_ahead=False) for one in passes
    )
    return [results.value[rows] for results in scored]


def _division_labels(division: NDArray[np.int32], codes: tuple[str, ...]) -> Labels:
    known = np.array([int(code) for code in codes], np.int32)
    at = np.minimum(np.searchsorted(known, division), len(known) - 1)
    return np.where(known[at] == division, at, len(known)).astype(np.int64)


def _age_names() -> list[str]:
    return [*(f"{low}-{high - 1}" for low, high in pairwise(AGES)), f"{AGES[-1]}+"]


def _age_labels(born: NDArray[np.int32], on: date) -> Labels:
    """The age group of each person; the last one for those who were under age on the day."""
    latest = [day_of(_years_before(on, age)) for age in AGES]
    reached = (born[:, None] <= np.array(latest)).sum(axis=1)
    return np.where(reached == 0, len(AGES), reached - 1).astype(np.int64)


def _years_before(on: date, years: int) -> date:
    """The last birth date with that age on the day: 29 February counts from 1 March."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def _pooled(grouping: Grouping) -> Grouping:
    """Groups of fewer than ten people become part of the others: they could not be told alone."""
    kept = np.flatnonzero(grouping.tally.people[:-1] >= SMALL)
    labels = np.full(len(grouping.names), len(kept), np.int64)
    labels[kept] = np.arange(len(kept))
    names = (*(grouping.names[n] for n in kept), OTHER)
    return _without_empty(Grouping(names, grouping.tally.regrouped(labels, len(names))))


def _without_empty(grouping: Grouping) -> Grouping:
    """The others are told only where there are any."""
    if grouping.tally.people[-1]:
        return grouping
    last = len(grouping.names) - 1
    labels = np.minimum(np.arange(last + 1), max(last - 1, 0))
    return Grouping(grouping.names[:last], grouping.tally.regrouped(labels, last))
