"""What a city tells its partners of itself, and to its office how they do.

The application's state holds the exchange as `exchange` and the scenarios in force as `scenarios`.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from points_api import clock
from points_api.auth.callers import PartnerCaller, officer_with
from points_api.auth.officers import CallingOfficer
from points_api.auth.problems import CALLER_REFUSED
from points_api.conditional import conditional
from points_api.language import Reader
from points_api.partners import contract, tables
from points_api.partners.models import DirectoryEdition
from points_api.partners.problems import ExchangeClosed
from points_api.partners.profiles import VISITING, Profiles
from points_api.partners.schemas import (
    MappingOut,
    MappingsOut,
    ProfileOut,
    VisitScenarioOut,
    VisitScenariosOut,
)
from points_api.partners.service import Exchange
from points_api.partners.status_schemas import PartnerOut, PartnersOut
from points_api.problem import Forbidden, NotFound, problems
from points_api.scenarios.live import LiveScenarios
from scenarios.scenario import Scenario

router = APIRouter()


@router.get(
    "/interop/v1/profile",
    summary="城市资料 / Who we are",
    response_model=ProfileOut,
    **contract.operation(),
)
async def profile(request: Request, caller: PartnerCaller, language: Reader) -> Response:
    """分值范围、等级、公钥和协议，每个数写明出处。
    Tell scale, bands, keys and agreements, each figure with its basis.
    """
    exchange, now = _exchange(request), clock.now()
    members, own = await exchange.own(now)
    city = exchange.profiles.own
    if city is None:
        raise ExchangeClosed("no-profile")
    agreements = exchange.profiles.agreements_with(city.division, caller.city, clock.day_of(now))
    body = ProfileOut.of(city, own, members.version, agreements, language)
    return conditional(request, body.model_dump_json().encode(), language)


@router.get(
    "/interop/v1/mappings",
    summary="分值对照表 / Mapping tables",
    response_model=MappingsOut,
    **contract.operation(),
)
async def mappings(request: Request, caller: PartnerCaller, language: Reader) -> Response:
    """本市与来问的城市之间现行的对照表，两个方向，都已签名。
    List the signed tables in force between us and the city that asks, both directions.
    """
    profiles = _exchange(request).profiles
    theirs = profiles.city_of(caller.city)
    rows = await tables.of_city(theirs.id, clock.today()) if theirs and profiles.own else []
    ours = profiles.own.id if profiles.own else ""
    items = [MappingOut.of(row) for row in rows if ours in (row.source, row.target)]
    return conditional(request, MappingsOut(items=items).model_dump_json().encode(), language)


@router.get(
    "/interop/v1/directory/{version}",
    summary="成员名录 / An edition of the directory",
    response_class=Response,
    **contract.operation(None, NotFound),
)
async def edition(
    request: Request,
    caller: PartnerCaller,  # noqa: ARG001
    version: Annotated[int, Path(ge=1, le=2**31 - 1, description="第几期 · which edition")],
    language: Reader,
) -> Response:
    """本市已跟到的一版名录，签名原样。请每天询问下一版。
    Give an edition that we have followed to, as it was signed. Ask for the next one daily.
    """
    row = await DirectoryEdition.get_or_none(version=version)
    if row is None:
        raise NotFound("还没有这一期名录，请明天再取", "There is no such edition yet: try tomorrow")
    return conditional(request, bytes(row.document), language)


@router.get(
    "/interop/v1/scenarios",
    summary="对访客开放的场景 / Scenarios open to visitors",
    response_model=VisitScenariosOut,
    **contract.operation(),
)
async def scenarios(request: Request, caller: PartnerCaller, language: Reader) -> Response:
    """按今天的协议，来问的城市的访客在这里可以用什么。

    `residents_of` 说明限于它的哪些区划：试点只面向一个县市的人。

    List what a visitor from the city that asks may use here, by the agreements of today.

    `residents_of` says of which of its divisions: a pilot is for the people of one county.
    """
    exchange, now = _exchange(request), clock.now()
    live: LiveScenarios = request.app.state.scenarios
    theirs = (await exchange.directory.members(now)).divisions_of(caller.city)
    day = clock.day_of(now)
    found = [
        VisitScenarioOut.of(one, homes, language)
        for one in live.current.by_id.values()
        if one.visitors
        and one.open_on(day)
        and (homes := _homes(exchange.profiles, theirs, one, day))
    ]
    return conditional(request, VisitScenariosOut(items=found).model_dump_json().encode(), language)


@router.get(
    "/v1/officer/partners",
    tags=["officer"],
    summary="互认城市状态 / How partners do",
    responses=problems(*CALLER_REFUSED, Forbidden, ExchangeClosed),
)
async def partners(
    request: Request,
    caller: Annotated[CallingOfficer, officer_with("partner")],  # noqa: ARG001
    language: Reader,
) -> PartnersOut:
    """每个成员城市现在是否可问，上一次没问成是为什么。
    Tell of each member whether it is asked now, and why the last question to it failed.
    """
    exchange, now = _exchange(request), clock.now()
    members = await exchange.directory.members(now)
    return PartnersOut(
        directory_version=members.version,
        directory_stale=members.stale,
        directory_fault=exchange.directory.fault,
        items=[PartnerOut.of(one, language) for one in await exchange.statuses(now)],
    )


def _homes(profiles: Profiles, theirs: list[str], one: Scenario, on: date) -> list[str]:
    """Those of their divisions from which a visitor is recognized; just the first, where it is."""
    named, place = (one.id, one.category), one.place.division
    found = [home for home in theirs if profiles.recognition(home, place, named, VISITING, on)]
    return found[:1] if found[:1] == theirs[:1] else found


def _exchange(request: Request) -> Exchange:
    exchange: Exchange = request.app.state.exchange
    return exchange
