"""`GET /v1/me/scenarios`: what is open to me, why, and what would open the rest.

The application's state holds who counts uses as `uses_of`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from points_api import clock
from points_api.access_log.own_looks import note_look
from points_api.auth.callers import CallingResident, ResidentCaller
from points_api.auth.problems import CALLER_REFUSED
from points_api.city import City
from points_api.conditional import conditional, weak_etag_of
from points_api.consents.problems import ScenarioNotOpen
from points_api.consents.scenario_notice import ScenarioNotices
from points_api.eligibility import mine as service
from points_api.eligibility.mine import Mine
from points_api.eligibility.missing import Ways, findings, missing
from points_api.eligibility.schemas import (
    MyScenarioFullOut,
    MyScenarioOut,
    MyScenariosOut,
    UsesOut,
)
from points_api.eligibility.standing import Standings
from points_api.eligibility.uses import Uses, UsesOf
from points_api.language import Language, Reader
from points_api.paging import CursorText, Limit, Pages, UnknownCursor, link_header
from points_api.problem import problems
from points_api.scenarios.finding import Asked, UnknownPlace, find, list_name, live_of, page_of
from points_api.scenarios.live import Published
from points_api.scenarios.routes import ScenarioId
from points_api.scenarios.saying import Teller
from scenarios.eligibility import Decision
from scenarios.scenario import Scenario

router = APIRouter(prefix="/v1/me", tags=["resident"])


@router.get(
    "/scenarios",
    summary="我的场景 / My scenarios",
    response_model=MyScenariosOut,
    responses=problems(*CALLER_REFUSED, UnknownPlace, UnknownCursor),
)
async def my_scenarios(
    request: Request,
    caller: ResidentCaller,
    language: Reader,
    asked: Asked,
    eligible: Annotated[
        bool | None,
        Query(description="只看能享受的，或只看还不能的 · only those open to me, or not"),
    ] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Response:
    """我的场景：能不能享受、每个条件的理由、还差什么、怎样最容易达到、还可用几次。
    Whether each is open to me, why, what is missing, the easiest way there, and uses left.
    """
    live, now = live_of(request), clock.now()
    published = live.current
    mine = await _mine(request, caller, published)
    among = None if eligible is None else mine.open_ids(eligible=eligible)
    found = find(published, asked, among)
    name = list_name(caller.resident_id, asked, eligible)
    page = page_of(found, Pages(request.app.state.keyring, f"me.scenarios:{name}"), cursor, limit)
    decisions = [mine.decisions[entry.scenario.id] for entry in page.entries]
    city: City = request.app.state.city
    ways = service.adviser(city, mine.standing, decisions, now, language)
    uses = await _uses(request, caller, [one.scenario for one in decisions], published)
    teller = Teller(live, language)
    shown = MyScenariosOut(
        standing=mine.standing.why,
        how_to_join=mine.how_to_join(language),
        as_of=published.day,
        eligible=len(mine.open_ids()),
        total=len(found),
        items=[
            MyScenarioOut(
                **teller.short_fields(entry), **_fields(mine, decision, ways, uses, language)
            )
            for entry, decision in zip(page.entries, decisions, strict=True)
        ],
        next=page.next_cursor,
    )
    note_look(request, caller.resident_id, "scenarios")
    said = shown.model_copy(update={"next": shown.next and "more"}).model_dump_json().encode()
    body = shown.model_dump_json().encode()
    answer = conditional(request, body, language, weak_etag_of(said))
    answer.headers.update(link_header(request.url, page.next_cursor))
    return answer


@router.get(
    "/scenarios/{scenario_id}",
    summary="一个场景对我 / A scenario for me",
    response_model=MyScenarioFullOut,
    responses=problems(*CALLER_REFUSED, ScenarioNotOpen),
)
async def my_scenario(
    request: Request, caller: ResidentCaller, language: Reader, scenario_id: ScenarioId
) -> Response:
    """一个场景对我：全部说明、每个条件的理由、还差什么、同意了没有、还可用几次、能不能出示信用码。
    All of it, with the reason of each condition, what is missing, my consent and uses left.
    """
    live, now = live_of(request), clock.now()
    published = live.current
    scenario = published.require(scenario_id)
    mine = await _mine(request, caller, published)
    decision = mine.decisions[scenario_id]
    city: City = request.app.state.city
    ways = service.adviser(city, mine.standing, [decision], now, language)
    uses = await _uses(request, caller, [scenario], published)
    notices: ScenarioNotices = request.app.state.scenario_notices
    merchants = await notices.served_by([scenario_id])
    shown = MyScenarioFullOut(
        **Teller(live, language).full_fields(scenario),
        **_fields(mine, decision, ways, uses, language),
        merchants=[name.say(language) for name in merchants.get(scenario_id, ())],
        standing=mine.standing.why,
        how_to_join=mine.how_to_join(language),
        as_of=published.day,
    )
    note_look(request, caller.resident_id, "scenarios")
    return conditional(request, shown.model_dump_json().encode(), language)


async def _mine(request: Request, caller: CallingResident, published: Published) -> Mine:
    standings: Standings = request.app.state.standings
    now = clock.now()
    standing = await standings.of(caller.resident_id, now)
    return await service.decide(published, standing, caller.resident_id, now)


async def _uses(
    request: Request,
    caller: CallingResident,
    scenarios: Sequence[Scenario],
    published: Published,
) -> Mapping[str, Uses]:
    uses_of: UsesOf = request.app.state.uses_of
    return await uses_of(caller.resident_id, scenarios, published.day)


def _fields(
    mine: Mine, decision: Decision, ways: Ways, uses: Mapping[str, Uses], language: Language
) -> dict[str, Any]:
    """The fields of `MineOut`."""
    name = decision.scenario.id
    a_use_is_left = uses[name].used_up is None
    return {
        "eligible": decision.eligible,
        "findings": findings(decision, language),
        "missing": missing(decision, language, ways),
        "uses": UsesOut.of(uses[name], language),
        "consented": name in mine.consented,
        "can_show_code": mine.can_show_code(name) and a_use_is_left,
    }
