"""A comparison of two scorecards as plain JSON types; table and picture show nothing else.

So what may not be told (cells of fewer than ten people) is taken out once, here. Points are decimal
strings, counts are numbers or `<10` and `≥10`.
"""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from points_api.identifiers.divisions import shipped
from points_api.statistics.simulation import OTHER, Comparison, Grouping
from scoring.backtest import PSI_LIMIT, PSI_STABLE, Figures, Gate, figures, gates, steps_of
from scoring.scorecard import TENTH, Band, points_text
from scoring.withholding import SMALL, Counts, Places, Publication

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.backtest import Tally

COUNTS: Final = ("gain", "lose", "same", "up", "stay", "down", "people")
BINS: Final = 20
_CHANGES: Final = ("mean_change", "p10", "p50", "p90")
_SHIFTS: Final = (
    (PSI_STABLE, "分布稳定", "the distribution is stable"),
    (PSI_LIMIT, "分布有变化，请留意", "some change: look closer"),
    (float("inf"), "分布变化过大，不得发布", "too great a change to be published"),
)


def document(found: Comparison) -> dict[str, Any]:
    """All that is told; ValueError if there is nobody to compare."""
    city = figures(found.whole)
    if city is None:
        raise ValueError("nobody")
    groupings = {"band": found.bands, "division": found.divisions, "age": found.ages}
    sheet = Publication()
    whole = sheet.enter(_counts(found.whole)[0])
    rows = {name: _enter_groups(sheet, each, whole) for name, each in groupings.items()}
    matrix, new_totals = _enter_matrix(sheet, found.whole, rows["band"], whole)
    starts, old_bins, new_bins = _enter_bins(sheet, found, rows["band"][:, -1], new_totals)
    told = sheet.told()

    def cells(places: Places) -> Any:
        return [cells(row) for row in places] if places.ndim > 1 else [told[n] for n in places]

    return {
        "city": found.new.city,
        "as_of": found.on.isoformat(),
        "old": found.old.version,
        "new": found.new.version,
        "whole": _row(city, cells(whole)),
        "verdicts": _verdicts(city),
        "bands": {"old": _bands(found.old.bands), "new": _bands(found.new.bands)},
        "movement": {"cells": cells(matrix), "new_totals": cells(new_totals)},
        "distribution": [
            {"from": points_text(start * TENTH), "old": old, "new": new}
            for start, old, new in zip(starts, cells(old_bins), cells(new_bins), strict=True)
        ],
        "groups": {
            name: [
                {**_named(name, id_, found), **_row(figures(each.tally, n), cells(rows[name][n]))}
                for n, id_ in enumerate(each.names)
            ]
            for name, each in groupings.items()
        },
        "gates": [_gate(gate, groupings, found) for gate in _gates(found)],
        "publishable": not _gates(found),
    }


def _gates(found: Comparison) -> list[Gate]:
    # Old bands are no groups of people: who is at the top can only go down.
    return gates(found.whole, {"division": found.divisions.tally, "age": found.ages.tally})


def _counts(tally: "Tally") -> Counts:
    """COUNTS of every group."""
    each = [figures(tally, group) for group in range(len(tally.old))]
    return np.array(
        [[getattr(one, name) if one else 0 for name in COUNTS] for one in each], np.int64
    ).reshape(len(each), len(COUNTS))


def _enter_groups(sheet: Publication, grouping: Grouping, whole: Places) -> Places:
    places = sheet.enter(_counts(grouping.tally))
    for row in (*places, whole):
        sheet.adds_up(row[[0, 1, 2, 6]])
        sheet.adds_up(row[3:])
    for column, total in zip(places.T, whole, strict=True):
        sheet.adds_up(column, total[None])
    return places


def _enter_matrix(
    sheet: Publication, tally: "Tally", bands: Places, whole: Places
) -> tuple[Places, Places]:
    """The movement matrix and the people in each new band."""
    moves, steps = tally.moves[0], steps_of(tally.scales)
    matrix, totals = sheet.enter(moves), sheet.enter(moves.sum(axis=0))
    for n, row in enumerate(matrix):
        for name, chosen in (("up", steps > 0), ("stay", steps == 0), ("down", steps < 0)):
            sheet.adds_up(row[chosen[n]], bands[n, [COUNTS.index(name)]])
        sheet.adds_up(row, bands[n, -1:])
    for column, total in zip(matrix.T, totals, strict=True):
        sheet.adds_up(column, total[None])
    sheet.adds_up(totals, whole[-1:])
    return matrix, totals


def _enter_bins(
    sheet: Publication, found: Comparison, old_totals: Places, new_totals: Places
) -> tuple[list[int], Places, Places]:
    """Both distributions in some twenty bins, and where each begins, in tenths."""
    tally, scales = found.whole, found.whole.scales
    starts = list(range(0, scales.scores - 1, max(1, -(-(scales.scores - 1) // BINS))))
    begins = [scales.lowest + start for start in starts]
    entered = []
    for histogram, floors, totals in (
        (tally.old[0], scales.old_floors, old_totals),
        (tally.new[0], scales.new_floors, new_totals),
    ):
        places = sheet.enter(np.add.reduceat(histogram, starts))
        sheet.adds_up(places)
        edges = [scales.lowest, *floors[1:], scales.highest]
        for n, total in enumerate(totals):
            if {edges[n], edges[n + 1]} <= {*begins, scales.highest}:
                inside: NDArray[np.bool_] = np.array(
                    [edges[n] <= begin < edges[n + 1] for begin in begins]
                )
                sheet.adds_up(places[inside], total[None])
        entered.append(places)
    return begins, entered[0], entered[1]


def _row(found: Figures | None, counts: list[int | str]) -> dict[str, Any]:
    told = dict(zip(COUNTS, counts, strict=True))
    if found is None or found.people < SMALL:
        names = (*_CHANGES, "mean_steps", "psi", "ks")
        return {**told, "up_share": None, "down_share": None, **dict.fromkeys(names)}
    # A mean times the people is a sum of steps of the scorecard, by which few can be counted.
    is_of_few = f"<{SMALL}" in (told["gain"], told["lose"], told["same"])
    return {
        **told,
        "up_share": _share(told["up"], told["people"]),
        "down_share": _share(told["down"], told["people"]),
        **(dict.fromkeys(_CHANGES) if is_of_few else _changes(found)),
        "mean_steps": round(found.steps, 4) if _exact(told["up"], told["down"]) else None,
        "psi": round(found.psi, 4),
        "ks": None if _few_cross(found) else round(found.ks, 4),
    }


def _changes(found: Figures) -> dict[str, str]:
    mean = points_text(round(found.mean * TENTH), 3)
    percentiles = (points_text(one * TENTH) for one in (found.p10, found.p50, found.p90))
    return dict(zip(_CHANGES, (mean, *percentiles), strict=True))


def _exact(*counts: int | str) -> bool:
    """Nothing is withheld, so a mean over them gives nothing away."""
    return all(isinstance(count, int) for count in counts)


def _few_cross(found: Figures) -> bool:
    """KS times people is a count of people, which must not be a small one either."""
    return 0 < round(found.ks * found.people) < SMALL


def _share(part: int | str, people: int | str) -> float | None:
    if isinstance(part, int) and isinstance(people, int):
        return round(part / people, 4)
    return None


def _verdicts(city: Figures) -> dict[str, dict[str, str]] | None:
    if city.people < SMALL:
        return None
    zh, en = next((zh, en) for limit, zh, en in _SHIFTS if city.psi <= limit)
    share = f"{city.ks:.1%}"
    most, most_en = f"全市的 {share}", f"{share} of the people"
    if _few_cross(city):
        most, most_en = "不足十人", "nine people"
    return {
        "psi": {"zh": zh, "en": en},
        "ks": {
            "zh": f"任何一条分数线，其上人数最多变动{most}",
            "en": f"wherever a line is drawn, at most {most_en} more or less are above it",
        },
    }


def _bands(bands: tuple[Band, ...]) -> list[dict[str, str]]:
    return [
        {"id": band.id, "name": band.name, "name_en": band.name_en, "from": points_text(band.floor)}
        for band in bands
    ]


def _named(grouping: str, id_: str, found: Comparison) -> dict[str, str]:
    """The id of a group and what people call it."""
    if id_ == OTHER:
        return {"id": "other", "name": "其他", "name_en": "other"}
    if grouping == "band":
        band = next(band for band in found.old.bands if band.id == id_)
        return {"id": id_, "name": band.name, "name_en": band.name_en}
    if grouping == "age":
        return {"id": id_, "name": f"{id_} 岁", "name_en": id_}
    # The last entry of a code holds its newest name.
    name = [division.name for division in shipped() if division.code == id_][-1]
    return {"id": id_, "name": name, "name_en": id_}


def _gate(gate: Gate, groupings: dict[str, Grouping], found: Comparison) -> dict[str, Any]:
    size, limit = f"{abs(gate.measured):.2f}", f"{gate.limit:g}"
    if gate.group is None:
        id_ = "whole"
        zh = f"全市分数分布变化过大：PSI {size}，上限 {limit}；请减小改动或分步实施"
        en = f"the whole city: PSI {size}, at most {limit}: change less, or in steps"
    else:
        grouping, place = gate.group
        who = _named(grouping, groupings[grouping].names[place], found)
        id_, up = who["id"], gate.measured > 0
        zh = (
            f"{who['name']}平均比全市多{'升' if up else '降'} {size} 档，上限 {limit} 档；"
            "请修改对这一群体影响大的规则"
        )
        en = (
            f"{who['name_en']}: {size} bands {'up' if up else 'down'} against the whole city, "
            f"at most {limit}: mend the rules that touch this group"
        )
    return {
        "kind": gate.kind,
        "group": id_,
        "measured": round(gate.measured, 4),
        "limit": gate.limit,
        "zh": zh,
        "en": en,
    }
