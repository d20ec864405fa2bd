"""What `points cities` tells, as JSON and as tables. Assumptions and unconfirmed cities are marked.

Numbers of the JSON are decimal strings, so that nobody rounds them.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from rich.table import Table as Grid

from interop.cities import Band, City, Figure
from interop.drafting import Draft
from interop.linking.gates import Failure, Use
from interop.words import points

MARK: Final = "＊"
USES: Final[dict[Use, tuple[str, str]]] = {
    "table": ("可按分值换算", "scores may be converted by this table"),
    "bands": ("只可按等级互认", "only bands may be recognized"),
    "yes_no": ("只可答“认可与否”", "only yes or no may be told"),
}
GATES: Final = {
    "basis": ("分布是假设，不是公布的统计", "the distributions are assumed, not published"),
    "people": ("人数不足", "too few people"),
    "error": ("标准误太大（目标步长）", "the standard error is too large (steps of the target)"),
    "correlation": ("两分数相关不足或未测", "correlation of both scores too low, or not measured"),
    "invariance": ("各群体换算不一致或未测", "groups are linked differently, or not measured"),
    "drift": ("人群已变", "the population has shifted"),
    "age": ("超过一年未重做", "older than a year"),
}
GROUPINGS: Final = {"": "", "sex": "性别", "age": "年龄", "residence": "城乡", "district": "区县"}
_ROWS: Final = 25


def document_of(city: City) -> dict[str, Any]:
    """A city as one JSON object."""
    scale = city.scale
    return {
        "id": city.id,
        "name": city.name.zh,
        "name_en": city.name.en,
        "division": city.division,
        "signatory": city.signatory,
        "score": {"name": city.score_name.zh, "basis": city.score_basis},
        "scale": {
            "minimum": _figure(scale.minimum),
            "maximum": _figure(scale.maximum) if scale.maximum else None,
            "maximum_basis": scale.open_basis,
            "base": _figure(scale.base) if scale.base else None,
            "step": _figure(scale.step),
        },
        "bands": [
            {**_band(band), "from": points(band.floor), "basis": band.basis} for band in city.bands
        ],
        "distribution": {
            "people": city.distribution.people,
            "as_of": city.distribution.as_of,
            "basis": city.distribution.basis,
        },
        "address": {"url": city.address, "basis": city.address_basis},
        "keys": [{"id": key.id, "use": key.use, "public": key.public} for key in city.keys],
        "note": city.note,
    }


def listing(cities: Iterable[City]) -> Grid:
    """Cities as a table; what is assumed bears a star."""
    grid = Grid()
    for heading in (
        "城市 city",
        "区划",
        "积分 score",
        "分值 scale",
        "等级起点（分） bands from (points)",
    ):
        grid.add_column(heading, overflow="fold")  # no mark may be cut off
    for city in cities:
        grid.add_row(
            f"{city.id}\n{city.name.zh}",
            city.division,
            city.score_name.zh + _star(city.score_basis),
            f"{city.scale}{_star(city.scale.basis)}",
            " · ".join(
                f"{band.name.zh} {points(band.floor)}{_star(band.basis)}" for band in city.bands
            ),
        )
    return grid


def link_document(draft: Draft, source: City, target: City) -> dict[str, Any]:
    """A draft as one JSON object; `study` is for looking at, `use` says what may be used."""
    header = draft.table.header
    zh, en = USES[header.use]
    return {
        "table": header.id,
        "digest": draft.table.digest,
        "from": _end(source),
        "to": _end(target),
        "method": header.method,
        "design": header.design,
        "basis": header.basis,
        "made_on": header.made_on,
        "people": list(header.people),
        "degrees": header.degrees,
        "bandwidths": [_millionths(one) for one in header.bandwidths or ()] or None,
        "use": header.use,
        "use_zh": zh,
        "use_en": en,
        "signatures": list(draft.table.signatures),
        "failures": [_failure(one) for one in draft.failures],
        "bands": [_rung(band, draft.bands[band.id], target) for band in source.bands],
        "bands_basis": draft.bands_basis,
        "thresholds": {band: points(at) for band, at in draft.table.thresholds().items()},
        "study": [
            {
                "score": points(row.score),
                "value": _millionths(row.unrounded),
                "reported": points(row.reported),
                "error": _millionths(row.error),
                "bootstrap_error": None if row.resampled is None else _millionths(row.resampled),
            }
            for row in draft.study
        ],
    }


def link_tables(told: dict[str, Any]) -> Iterator[Grid | str]:
    """The same for a terminal: what may be used, why, and the tables."""
    yield f"{told['from']['name']} → {told['to']['name']} · {told['method']} · {told['table']}"
    yield f"{told['use_zh']} ({told['use_en']})"
    for failure in told["failures"]:
        yield f"  ✕ {failure['zh']} ({failure['en']})"
    yield "未签署：两城签署后才生效 (not signed: in force once both cities have)"
    assumed = told["bands_basis"] == "assumption"
    title = "等级对照 · agreed bands"
    grid = Grid(title="等级对照（假设） · agreed bands (assumption)" if assumed else title)
    for heading in ("从 from", "起点（分） points", "到 to"):
        grid.add_column(heading)
    for row in told["bands"]:
        grid.add_row(row["from"]["name"], row["floor"], row["to"]["name"] if row["to"] else "–")
    yield grid
    if told["study"]:
        yield _study(told)


def _study(told: dict[str, Any]) -> Grid:
    title = "换算与标准误（分） · values and standard errors (points)"
    if told["basis"] == "assumption":
        title += "（按假设的分布，仅供观看 · from assumed distributions, to look at only）"
    grid = Grid(title=title)
    for heading in ("分值 score", "换算 value", "取整 reported", "标准误 ±", "自助法 ±"):
        grid.add_column(heading, justify="right")
    rows = _moving(told["study"])
    step = max(1, (len(rows) - 1) // (_ROWS - 1))
    for row in rows[::step]:
        again = row["bootstrap_error"]
        grid.add_row(row["score"], row["value"], row["reported"], row["error"], again or "–")
    return grid


def _moving(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without the level ends, of which the last and the first stay."""
    below = next((n for n, row in enumerate(rows) if row["value"] != rows[0]["value"]), 1)
    above = next((n for n, row in enumerate(rows[::-1]) if row["value"] != rows[-1]["value"]), 1)
    return rows[below - 1 : len(rows) - above + 1]


def _rung(band: Band, reached: str | None, target: City) -> dict[str, Any]:
    to = next((_band(one) for one in target.bands if one.id == reached), None)
    return {"from": _band(band), "floor": points(band.floor), "to": to}


def _failure(one: Failure) -> dict[str, Any]:
    zh, en = GATES[one.gate]
    found = "–" if one.found is None else f"{one.found:g}"
    group = f"·{GROUPINGS[one.about]} {one.about}" if one.about else ""
    return {
        "gate": one.gate,
        "about": one.about,
        "found": None if one.found is None else round(one.found, 6),
        "limit": one.limit,
        "leaves": one.leaves,
        "zh": f"{zh}{group}：{found}，限 {one.limit:g}",
        "en": f"{en}: {found}, limit {one.limit:g}",
    }


def _end(city: City) -> dict[str, Any]:
    return {
        "id": city.id,
        "name": city.name.zh,
        "name_en": city.name.en,
        "signatory": city.signatory,
        "distribution_basis": city.distribution.basis,
        "bands": [{**_band(band), "from": points(band.floor)} for band in city.bands],
        "minimum": points(city.scale.minimum.value),
        "covered": points(city.scale.covered),
    }


def _figure(figure: Figure) -> dict[str, str]:
    return {"value": points(figure.value), "basis": figure.basis}


def _band(band: Band) -> dict[str, str]:
    return {"id": band.id, "name": band.name.zh, "name_en": band.name.en}


def _millionths(value: int) -> str:
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 1_000_000)
    return f"{sign}{whole}.{rest:06}"


def _star(basis: str) -> str:
    return MARK if basis == "assumption" else ""
