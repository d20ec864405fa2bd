"""The data folder of a partner city, made from the shipped data and its profile.

    agencies.toml, levels.toml, layouts/, catalog/    as shipped
    scorecards/<city>-2026.1.toml                     on the city's own scale
    notices/<city>-2026.1.toml                        in its name
    scenarios/seats.toml, <category>.toml             what a visitor may use there

Only the profile is known of such a city. Whatever is made up says so in its own text, and a city
that no source names as a signatory is nowhere without that mark.
"""

import shutil
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from interop import files as interop_files
from interop.agreements import Agreement
from interop.cities import City
from interop.words import Words
from points_api.consents import notice
from points_api.federation.matching import Matched
from points_api.federation.toml_text import toml
from scenarios import files as scenario_files
from scenarios.adapting import Home, adapted, replaced
from scoring import catalog_files, rescaling, scorecard_files
from scoring.scorecard import Band

HOME: Final = "huangshi"
"""The city of the shipped data."""
SEATS: Final = Path(__file__).with_name("seats.toml")
EDITION: Final = "2026.1"
FOR_VISITORS: Final = (
    "charging-car-pay-later", "charging-power-bank-3-hours", "community-umbrella",
    "huangshi-museum-special-exhibition", "huangshi-concert-refund-window",
    "huangshi-marathon-bib", "insurance-accident-15-off", "learning-first-aid-free",
    "huangshi-library-no-deposit", "huangshi-hotel-breakfast", "huangshi-wheelchair-no-deposit",
    "huangshi-roadside-leave-first", "huangshi-station-drop-off", "post-parcel-coupon",
    "telecom-optical-modem-deposit", "huangshi-bus-half-fare",
    "huangshi-public-bicycle-no-deposit", "huangshi-mining-park-ticket",
)  # fmt: skip
"""The shipped scenarios that any city could offer to a visitor."""
Document = dict[str, Any]
_OFFICE: Final = Words(
    "黄石市社会信用体系建设办公室（设在市发展和改革委员会）",
    "Huangshi Office for the Social Credit System "
    "(at the Municipal Development and Reform Commission)",
)
_PARK: Final = (
    ("mining-park", "park"),
    ("矿博园", "城市公园"),
    ("The mining park (Kuangboyuan)", "A city park"),
    ("the mining park", "a city park"),
)
"""The one place among those scenarios that only Huangshi has."""


def cities() -> interop_files.Folder:
    """The profiles and agreements that the program knows, read once."""
    return _cities()


@cache
def _cities() -> interop_files.Folder:
    return interop_files.load()


def write(folder: Path, city: str) -> None:
    """Write the data of a city or county into a new folder. Raises KeyError for an unknown one."""
    known = cities()
    shipped, other = known.cities[HOME], known.cities[city]
    agreement = known.between(shipped, other) or pilot_of(other)
    if city == HOME or agreement is None:
        raise KeyError(city)
    matched = Matched(shipped, other, agreement)
    ignored = shutil.ignore_patterns("scorecards")
    shutil.copytree(catalog_files.SHIPPED, folder, ignore=ignored)
    named = f"{city}-{EDITION}.toml"
    _write(folder / "scorecards" / named, _scorecard(matched))
    _write(folder / "notices" / named, _notice(matched))
    for name, document in _scenarios(matched).items():
        _write(folder / "scenarios" / name, document)


def pilot_of(city: City) -> Agreement | None:
    """The pilot between counties that this one is a party of."""
    pilots = (one for one in cities().agreements.values() if one.by_scenario)
    return next((one for one in pilots if city.division in one.codes), None)


def _scorecard(matched: Matched) -> Document:
    """The shipped weights, stretched from the base to the highest band of the other city."""
    city = matched.other
    parsed = _parsed(scorecard_files.SHIPPED / f"{HOME}-{EDITION}.toml")
    factor = rescaling.factor_from(matched.stretch, parsed)
    head = (
        f"{city.name.zh}的{city.score_name.zh}：各项分值是假设，不是该市公布的。"
        f"由黄石参考积分卡各项乘以 {float(factor):g} 得到，使基础分到最高一档的距离相当。"
    )
    bands = [Band(band.id, band.name.zh, band.name.en, band.floor) for band in city.bands]
    scale = rescaling.Scale(
        city=city.id,
        version=f"{city.id}-{EDITION}",
        note=f"{head}{_of_scale(matched)}{city.note}",
        minimum=city.scale.minimum.value,
        maximum=city.scale.covered,
        base=matched.base,
        bands=bands,
    )
    return rescaling.rescaled(parsed, factor, scale, catalog_files.shipped_catalog())


def _of_scale(matched: Matched) -> str:
    """What of the head is ours, because a calculator needs it and the city has not told it."""
    scale, said = matched.other.scale, ""
    if scale.maximum is None:
        said += f"分值上不封顶，{scale.covered // 1000} 只是程序计算用的上限，没有人能达到。"
    if scale.base is None:
        said += "基础分未公布，取第一级互认等级的起点。"
    return said


def _notice(matched: Matched) -> Document:
    city = matched.other
    parsed = _parsed(notice.SHIPPED / f"{HOME}-{EDITION}.toml")
    scale, score = matched.range, city.score_name
    words = [
        (_OFFICE.zh, f"{city.bare_name.zh}信用工作主管部门（名称由该市确定）"),
        (_OFFICE.en, f"The credit office of {city.bare_name.en} (its name is for the city to say)"),
        ("黄石市个人信用积分", f"{city.name.zh}{score.zh}"),
        ("Huangshi personal credit points", f"{city.name.en}, {score.en}"),
        ("0—100 分", scale.zh),
        ("0–100 points", scale.en),
        *_names(matched),
    ]
    made: Document = replaced(parsed, words)
    return made


def _names(matched: Matched) -> list[tuple[str, str]]:
    zh, en = matched.other.bare_name
    return [
        ("黄石市", f"{zh.removesuffix('市')}市"), ("黄石", zh), ("Huangshi", en),
        (HOME, matched.other.id),
    ]  # fmt: skip


def _scenarios(matched: Matched) -> dict[str, Document]:
    """The files of the scenarios by name, and the seat of the city."""
    city = matched.other
    unconfirmed = city.name.zh.removeprefix(city.bare_name.zh)
    home = Home(
        id=city.id,
        division=city.division,
        words=[*_PARK, *_names(matched)],
        bands=matched.bands,
        anchors=matched.anchors,
        legal_basis=matched.agreement.title.zh + unconfirmed,
        note=f"由黄石市同类场景推得的参考，供互认演示，不是{city.name.zh}公布的",
    )
    seats = [one for one in _parsed(SEATS)["seat"] if one["division"] == city.division]
    made: dict[str, Document] = {scenario_files.SEATS: {"seat": seats}}
    for path in sorted(scenario_files.SHIPPED.glob("*.toml")):
        parsed = _parsed(path)
        chosen = [one for one in parsed.get("scenario", ()) if one["id"] in FOR_VISITORS]
        if chosen:
            rows = [adapted(one, home, f"{HOME}-") for one in chosen]
            category = {**replaced(parsed["category"], home.words), "basis": "reference"}
            made[path.name] = {"category": category, "scenario": rows}
    return made


@cache
def _parsed(path: Path) -> Document:
    """A shipped file; read once for all cities, so nobody may change what this returns."""
    return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(toml(document), "utf-8")
