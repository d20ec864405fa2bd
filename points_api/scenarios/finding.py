"""Which of the scenarios somebody asks for, in which order, and on which page."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final, Literal, NamedTuple

from fastapi import Depends, Query, Request

from points_api.paging import Page, Pages
from points_api.problem import Problem
from points_api.scenarios.live import LiveScenarios, Published
from scenarios.distance import meters
from scenarios.scenario import Place, Scenario

BenefitType = Literal[
    "deposit_waive", "discount_rate", "fixed_price", "amount_off", "free_quota", "extend",
    "pay_later", "priority", "gift", "rate_cut", "simplified_papers",
]  # fmt: skip
_POINT: Final = re.compile(r"(-?\d{1,2}(?:\.\d{1,8})?),\s?(-?\d{1,3}(?:\.\d{1,8})?)")

CategoryId = Annotated[
    str | None,
    Query(pattern=r"^[a-z0-9-]{1,64}$", description="类别代码 · category id", examples=["library"]),
]
DivisionCode = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}(\d{2})?$",
        description="GB/T 2260 代码；4202 或 420200 是全市 · the whole city by its first four",
        examples=["420281"],
    ),
]
Words = Annotated[
    str | None,
    Query(max_length=100, description="汉字、拼音或首字母 · characters, pinyin, initials"),
]
Near = Annotated[
    str | None,
    Query(max_length=40, description="纬度,经度 或区划代码，近的在前 · nearest first"),
]


class UnknownPlace(Problem):
    slug, status, errcode = "unknown-place", 422, 42220
    about = ("query", "#/near")
    title = ("不认识这个位置", "Unknown place")

    def __init__(self) -> None:
        super().__init__(
            "near 写成“纬度,经度”（如 30.20,115.04）或一个有场景的区划代码",
            "near is latitude,longitude (as 30.20,115.04) or a division with a known seat",
        )


class Point(NamedTuple):
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for. What is None does not matter."""

    category: str | None = None
    division: str | None = None
    query: str | None = None
    near: Point | None = None
    benefit: BenefitType | None = None
    visitors: bool | None = None

    def fits(self, one: Scenario) -> bool:
        """Whether a scenario has the marks asked for; words are looked up apart."""
        return (
            self.category in (None, one.category)
            and (self.division is None or _inside(one.place.division, self.division))
            and self.benefit in (None, one.benefit.tag)
            and self.visitors in (None, one.visitors)
        )


class Found(NamedTuple):
    """A scenario, how far away it is, and its place in the list."""

    scenario: Scenario
    meters: int | None
    place: tuple[int, str]


def find(published: Published, wanted: Wanted, among: Container[str] | None = None) -> list[Found]:
    """The scenarios open today that fit: nearest first, else best match, else by id."""
    query = (wanted.query or "").strip()
    ranks = published.search.ranks(query) if query else None
    found = []
    for one in published.index.scenarios:
        if not wanted.fits(one) or (among is not None and one.id not in among):
            continue
        if ranks is not None and one.id not in ranks:
            continue
        away = _meters(wanted.near, one.place) if wanted.near else None
        first = away if away is not None else ranks[one.id] if ranks else 0
        found.append(Found(one, away, (first, one.id)))
    return sorted(found, key=lambda entry: entry.place)


def page_of(found: Sequence[Found], pages: Pages, cursor: str | None, limit: int) -> Page[Found]:
    """The page after a cursor. Raises `UnknownCursor`."""
    after = pages.read(cursor)
    rest = [entry for entry in found if entry.place > after] if after else found
    return pages.page(rest[: limit + 1], limit, lambda entry: entry.place)


def list_name(*asked: object) -> str:
    """Names a list by what was asked, so that its cursors lead nowhere else."""
    return sha256(repr(asked).encode()).hexdigest()[:16]


def live_of(request: Request) -> LiveScenarios:
    """The scenarios in force in this process."""
    live: LiveScenarios = request.app.state.scenarios
    return live


async def _wanted(
    request: Request,
    category: CategoryId = None,
    division: DivisionCode = None,
    q: Words = None,
    near: Near = None,
) -> Wanted:
    point = _point(near, live_of(request)) if near else None
    return Wanted(category, division, q, point)


Asked = Annotated[Wanted, Depends(_wanted)]


def _point(near: str, live: LiveScenarios) -> Point:
    if (seat := live.seats.get(near)) is not None:
        return Point(seat.latitude, seat.longitude)
    if (match := _POINT.fullmatch(near)) is None:
        raise UnknownPlace
    point = Point(float(match[1]), float(match[2]))
    if abs(point.latitude) > 90 or abs(point.longitude) > 180:
        raise UnknownPlace
    return point


def _inside(division: str, wanted: str) -> bool:
    return division.startswith(wanted.removesuffix("00") if len(wanted) == 6 else wanted)


def _meters(point: Point, place: Place) -> int:
    return meters(point.latitude, point.longitude, place.latitude, place.longitude)
