"""From two cities and a method to a table that may be used as far as the statistics bear it.

Here results of `interop.linking` become integers, once: unrounded values in millionths of a point,
reported ones rounded half up to a step of the target and held in its scale.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from interop import linking
from interop.agreements import Agreement, agreed_bands
from interop.cities import Basis, City, Scale
from interop.linking import bootstrap, equipercentile, gates, kernel, linear, loglinear
from interop.linking.frequencies import Floats, Frequencies
from interop.linking.linked import Linked
from interop.tables import Header, Mapped, Method, Table

SEED = 20260101
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: the method, the version and its dates."""

    method: Method
    version: str
    made_on: date
    since: date
    until: date
    resamples: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What profiles cannot tell: figures of residents whom both cities have scored.

    The correlation of both scores and the REMSD of each grouping, in steps of the target; for a
    table that is looked at again, the PSI since it was made and its age.
    """

    correlation: float | None = None
    differences: Mapping[gates.Grouping, float] = field(default_factory=dict)
    drift: float = 0.0
    age_days: int = 0


NOTHING = Measured()


class StudyRow(NamedTuple):
    """What a method gives for one score: all but `score` on the target's scale.

    `score` and `reported` are thousandths of a point; `unrounded`, `error` and `resampled` (the
    error by the bootstrap, where asked for) millionths.
    """

    score: int
    unrounded: int
    reported: int
    error: int
    resampled: int | None


@dataclass(frozen=True, slots=True)
class Draft:
    """The table, the gates that it did not pass, and what the method gives beyond what is usable.

    `study` is for looking at: only `table` may be used. `bands` is the agreed table of bands, and
    `bands_basis` says whether the ladder behind it was published.
    """

    table: Table
    failures: tuple[gates.Failure, ...]
    study: tuple[StudyRow, ...]
    bands: dict[str, str | None]
    bands_basis: Basis


def draft(
    source: City,
    target: City,
    agreement: Agreement,
    order: Order,
    measured: Measured = NOTHING,
) -> Draft:
    """Make a table without signatures. Raises ValueError where the method cannot be used."""
    bands = agreed_bands(agreement, source, target)
    if order.method == "bands":
        nothing = Linked(np.zeros(0), np.zeros(0))
        header = _header(source, target, order, "bands", agreement.grades_basis, nothing)
        table = _table(source, target, header, bands, ())
        return Draft(table, (), (), bands, agreement.grades_basis)
    samples = Frequencies.counted(source.counts()), Frequencies.counted(target.counts())
    linked, again = _linked(order.method, *samples)
    resampled = (
        bootstrap.errors(*samples, again, SEED, order.resamples) if order.resamples else None
    )
    study = _study(linked, resampled, source.scale, target.scale)
    found = tuple(gates.failures(_evidence(source, target, linked, measured)))
    counted = {source.distribution.basis, target.distribution.basis} == {"published"}
    basis: Basis = "published" if counted else "assumption"
    header = _header(source, target, order, gates.use(found), basis, linked)
    table = _table(source, target, header, bands, study)
    return Draft(table, found, study, bands, agreement.grades_basis)


def rounded(unrounded: int, scale: Scale) -> int:
    """A value in millionths as thousandths: half up to a step, held in the scale.

    Half up, not half to even, so that everybody can do it with a pencil.
    """
    low, step = scale.minimum.value * 1000, scale.step.value * 1000
    steps = (2 * (unrounded - low) + step) // (2 * step)
    return min(max(scale.at(steps), scale.minimum.value), scale.covered)


def _linked(
    method: Method, source: Frequencies, target: Frequencies
) -> tuple[Linked, Callable[[Frequencies, Frequencies], Floats]]:
    """The link by a method, and how to do the same to a resample."""
    if method == "linear":
        return linear.link(source, target), linear.values
    x, y = loglinear.choose(source), loglinear.choose(target)
    if method == "kernel":
        made = kernel.link(x, y)
        return _level(made, source), lambda a, b: kernel.link(
            loglinear.fit(a, x.degree), loglinear.fit(b, y.degree), made.bandwidths
        ).values[_seen(a)]
    smooth = (x.smoothed, y.smoothed)
    if not loglinear.holds((source, target), smooth):
        raw = equipercentile.link(source, target)
        return _level(raw, source), lambda a, b: equipercentile.values(a, b)[_seen(a)]
    made = replace(equipercentile.link(*smooth), degrees=(x.degree, y.degree))
    return _level(made, source), lambda a, b: equipercentile.values(
        loglinear.fit(a, x.degree).smoothed, loglinear.fit(b, y.degree).smoothed
    )[_seen(a)]


def _level(linked: Linked, source: Frequencies) -> Linked:
    """The same, level beyond the scores that were seen."""
    places = _seen(source)
    return replace(linked, values=linked.values[places], errors=linked.errors[places])


def _seen(source: Frequencies) -> NDArray[np.intp]:
    """For each point itself or, beyond the last half of a person, the last point before.

    Nobody was seen there: ranks of 0 and 1 would go to the ends of the scale at once, with an error
    of 0. So a value goes on level, with the error of the last one that is known.
    """
    half = 0.5 / source.people
    seen = np.flatnonzero((source.ranks >= half) & (source.ranks <= 1 - half))
    return np.arange(source.points).clip(seen[0], seen[-1])


def _study(
    linked: Linked, resampled: Floats | None, source: Scale, target: Scale
) -> tuple[StudyRow, ...]:
    per_step = target.step.value * 1000
    values = np.floor(linked.values * per_step + 0.5).astype(np.int64)
    errors = np.ceil(linked.errors * per_step).astype(np.int64)
    again = None if resampled is None else np.ceil(resampled * per_step).astype(np.int64)
    rows = []
    for place in range(source.points):
        unrounded = int(values[place]) + target.minimum.value * 1000
        by_resampling = None if again is None else int(again[place])
        reported = rounded(unrounded, target)
        rows.append(
            StudyRow(source.at(place), unrounded, reported, int(errors[place]), by_resampling)
        )
    return tuple(rows)


def _evidence(source: City, target: City, linked: Linked, measured: Measured) -> gates.Evidence:
    """What the profiles tell and what was measured beside them."""
    scale = target.scale
    floors = [(band.floor - scale.minimum.value) / scale.step.value for band in target.bands[1:]]
    decided = (linked.values >= floors[0]) & (linked.values <= floors[-1])
    return gates.Evidence(
        published={source.distribution.basis, target.distribution.basis} == {"published"},
        people=min(source.distribution.people, target.distribution.people),
        error=float(linked.errors[decided].max(initial=0.0)),
        band=target.narrowest_band() / scale.step.value,
        correlation=measured.correlation,
        differences=measured.differences,
        drift=measured.drift,
        age_days=measured.age_days,
    )


def _table(
    source: City,
    target: City,
    header: Header,
    bands: dict[str, str | None],
    study: tuple[StudyRow, ...],
) -> Table:
    """Rows that say no more than the use of the table allows."""
    rows = []
    for place in range(source.scale.points):
        band = bands[source.band_of(source.scale.at(place)).id]
        row = Mapped(header.id, band is not None)
        if header.use == "bands":
            row = row._replace(band=band)
        elif header.use == "table":
            _, unrounded, value, error, _ = study[place]
            mapped = target.band_of(value).id
            row = Mapped(header.id, row.recognized, mapped, value, unrounded, error)
        rows.append(row)
    return Table(header, source.scale.minimum.value, source.scale.step.value, tuple(rows))


def _header(
    source: City, target: City, order: Order, use: gates.Use, basis: Basis, linked: Linked
) -> Header:
    told = (source.distribution, target.distribution)
    by_agreement = order.method == "bands"
    widths = linked.bandwidths
    return Header(
        source=source.id,
        target=target.id,
        version=order.version,
        method=order.method,
        use=use,
        design="agreement" if by_agreement else "random_groups",
        basis=basis,
        made_on=order.made_on,
        since=order.since,
        until=order.until,
        people=(0, 0) if by_agreement else (told[0].people, told[1].people),
        inputs=(_named(source), _named(target)),
        software=_software(),
        degrees=linked.degrees,
        bandwidths=(round(widths[0] * MILLION), round(widths[1] * MILLION)) if widths else None,
    )


def _named(city: City) -> str:
    """What names the figures of a city that went in: its scale, bands and distribution."""
    said = repr((city.scale, city.bands, city.distribution))
    return f"sha256:{sha256(said.encode()).hexdigest()}"


@cache
def _software() -> str:
    """What names the arithmetic: the text of the methods and of this file."""
    files = [*sorted(Path(linking.__file__).parent.glob("*.py")), Path(__file__)]
    return f"sha256:{sha256(b''.join(file.read_bytes() for file in files)).hexdigest()}"
