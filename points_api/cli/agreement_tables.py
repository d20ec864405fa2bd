"""What `points cities show` and `agreements` tell: a profile figure by figure, and what was agreed.

Every figure stands with its basis, every party with its mark.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from rich.table import Table as Grid

from interop.agreements import Agreement, Party
from interop.cities import Basis, City
from interop.words import points

BASES: Final[dict[Basis, str]] = {"published": "公布 published", "assumption": "假设＊ assumption"}
RECOGNIZED: Final = {"band": "等级 band", "score": "分值 score", "scenario": "场景 scenario"}
PURPOSES: Final = {
    "eligibility": "资格 eligibility",
    "redemption": "兑现 redemption",
    "repair_notice": "修复通知 repair notice",
    "usage_report": "使用报告 usage report",
}


def profile(city: City) -> Grid:
    """Each figure of a city and what it rests on."""
    grid = Grid(title=f"{city.name.zh} · {city.name.en} · {city.division}")
    for heading in ("项 figure", "值 value", "出处 basis"):
        grid.add_column(heading, overflow="fold")
    for name, value, basis in _figures(city):
        grid.add_row(name, value, BASES[basis])
    return grid


def _figures(city: City) -> Iterator[tuple[str, str, Basis]]:
    scale, told = city.scale, city.distribution
    yield "积分 score", f"{city.score_name.zh} · {city.score_name.en}", city.score_basis
    yield "最低 minimum", points(scale.minimum.value), scale.minimum.basis
    top = points(scale.maximum.value) if scale.maximum else "不封顶 open"
    yield "最高 maximum", top, scale.open_basis
    if scale.base:
        yield "基础 base", points(scale.base.value), scale.base.basis
    yield "步长 step", points(scale.step.value), scale.step.basis
    for band in city.bands:
        yield f"等级 {band.id}", f"{band.name.zh} {points(band.floor)} 起", band.basis
    yield "分布 distribution", f"{told.people:,} 人，{told.as_of}", told.basis
    yield "地址 address", city.address, city.address_basis


def agreement_document(one: Agreement) -> dict[str, Any]:
    """An agreement as one JSON object; parties bear their marks."""
    return {
        "id": one.id,
        "title": one.title.zh,
        "title_en": one.title.en,
        "document": one.document,
        "basis": one.basis,
        "center": one.center,
        "parties": [
            {
                "division": party.division,
                "name": party.name.zh,
                "name_en": party.name.en,
                "signatory": party.signatory,
            }
            for party in one.parties
        ],
        "term": {"from": one.term.since, "until": one.term.until, "basis": one.term.basis},
        "recognizes": sorted(one.recognizes),
        "scenarios": sorted(one.scenarios),
        "categories": sorted(one.categories),
        "purposes": sorted(one.purposes),
        "grades": [
            {"id": grade.id, "name": grade.name.zh, "first_bands": dict(grade.first_bands)}
            for grade in one.grades
        ],
        "grades_basis": one.grades_basis if one.grades else None,
        "note": one.note,
    }


def agreement_tables(agreements: Iterable[Agreement]) -> Iterator[Grid]:
    """Agreements for a terminal, one grid each."""
    for one in agreements:
        grid = Grid(title=f"{one.title.zh} · {one.id}", show_header=False)
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in _terms(one):
            grid.add_row(name, value)
        yield grid


def _terms(one: Agreement) -> Iterator[tuple[str, str]]:
    term = one.term
    yield "文本 document", f"{one.document}（{BASES[one.basis]}）"
    yield "期限 term", f"{term.since} – {term.until}（{BASES[term.basis]}）"
    yield "各方 parties", "\n".join(_party(party, one.center) for party in one.parties)
    yield "互认 recognizes", "、".join(RECOGNIZED[what] for what in sorted(one.recognizes))
    yield "场景 scenarios", "、".join(sorted(one.scenarios | one.categories)) or "全部 all"
    yield "用途 purposes", "、".join(PURPOSES[what] for what in sorted(one.purposes))
    if one.grades:
        rungs = "、".join(grade.name.zh for grade in one.grades)
        yield "等级对照 ladder", f"{rungs}（{BASES[one.grades_basis]}）"
    yield "说明 note", one.note


def _party(party: Party, center: str | None) -> str:
    middle = "，中心 center" if party.division == center else ""
    return f"{party.division} {party.name.zh}{middle}"
