"""From the keys of a file, already checked, to a scenario."""

from collections.abc import Mapping

from scenarios.facts import Band
from scenarios.scenario import Place, Scenario
from scenarios.shapes import FileScenario
from scenarios.words import Words


def build(
    shape: FileScenario,
    category: str,
    digest: str,
    bands: Mapping[str, Band],
    seats: Mapping[str, Place],
) -> Scenario:
    """Make the scenario. Raises ValueError for a band or a division that the city lacks."""
    return Scenario(
        id=shape.id,
        version=shape.version,
        category=category,
        title=Words(shape.title, shape.title_en),
        provider=shape.provider.made(),
        place=_place(shape, seats),
        ordinary=Words(shape.ordinary, shape.ordinary_en),
        benefit=shape.benefit.made(),
        conditions=tuple(one.made(bands) for one in shape.conditions),
        verification=tuple(shape.verification),
        quota=shape.quota.made(),
        settlement=shape.settlement.made(),
        discloses=tuple(shape.discloses),
        valid_from=shape.valid_from,
        valid_until=shape.valid_until,
        visitors=shape.visitors,
        agreement=shape.agreement.made(),
        basis=shape.basis,
        note=shape.note,
        digest=digest,
    )


def _place(shape: FileScenario, seats: Mapping[str, Place]) -> Place:
    if shape.at is not None:
        return Place(shape.division, shape.at.latitude, shape.at.longitude)
    seat = seats.get(shape.division)
    if seat is None:
        raise ValueError("division: seats.toml 里没有这个区划 (this division has no seat)")
    return seat
