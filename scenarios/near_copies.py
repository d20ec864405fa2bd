"""Two scenarios that a resident could not tell apart are one, written twice.

A count of scenarios means something only if each differs from every other in its kind (category and
type of benefit), its provider, its place or what the benefit says.
"""

from collections.abc import Iterable

from scenarios.scenario import Scenario


def near_copies(scenarios: Iterable[Scenario]) -> list[tuple[str, str]]:
    """The faults: id of a copy, and which scenario it repeats."""
    faults = []
    seen: dict[tuple[str, ...], str] = {}
    titles: dict[tuple[str, str, str], str] = {}
    for one in scenarios:
        marks = (one.category, one.provider.name.zh, one.place.division, one.benefit.says().zh)
        title = (one.title.zh, one.provider.name.zh, one.place.division)
        twin = seen.setdefault(marks, one.id)
        namesake = titles.setdefault(title, one.id)
        if twin != one.id:
            faults.append((one.id, f"与 {twin} 的类别、提供方、地点、优惠都相同 (a copy)"))
        elif namesake != one.id:
            faults.append((one.id, f"与 {namesake} 同名同提供方同地 (named as {namesake})"))
    return faults
