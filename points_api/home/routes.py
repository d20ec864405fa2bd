"""`GET /v1/me/home`: all that the first page shows in one call, as weak networks pay per call."""

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from points_api import clock
from points_api.access_log.own_looks import note_look
from points_api.auth.callers import ResidentCaller
from points_api.city import City
from points_api.conditional import conditional
from points_api.language import Language, Reader
from points_api.records.reading import end_of, facts_known_at, facts_of
from points_api.residents.membership import Member, NoMember, joined_by, member_of
from points_api.scores.document import render
from points_api.scores.explanation import Explainer
from points_api.scores.schemas import AdviceOut, Points, ReasonOut, ScoreOut
from points_api.scores.service import Scores
from scoring.engine import score
from scoring.scorecard import points_text

router = APIRouter(prefix="/v1/me", tags=["resident"])
_SINCE_DAYS = 30
_REASONS_SHOWN = 3


class HomeOut(BaseModel):
    """`state` says which of two pages to show; nothing else is blocked by not having joined."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["not_joined", "joined"]
    message: str
    score: ScoreOut | None = None
    change_in_30_days: Annotated[
        Points | None, Field(description="加入不满三十天时没有 · null in the first 30 days")
    ] = None
    reasons: list[ReasonOut] = []
    advice: AdviceOut | None = None
    records: int = 0
    under_objection: int = 0


@router.get("/home", summary="首页 / Home", response_model=HomeOut)
async def home(request: Request, caller: ResidentCaller, language: Reader) -> Response:
    """首页：分值、近三十天变化、前三条理由、最有用的一条建议、异议提示。
    The score, its change in 30 days, three reasons, the best suggestion, and open objections.
    """
    try:
        shown = await _joined(request, caller, language)
        note_look(request, caller.resident_id, "home")
    except NoMember as missing:
        shown = HomeOut(state="not_joined", message=missing.detail.say(language))
    return conditional(request, shown.model_dump_json().encode(), language)


async def _joined(request: Request, caller: ResidentCaller, language: Language) -> HomeOut:
    scores: Scores = request.app.state.scores
    member = await member_of(caller.resident_id)
    day = clock.today()
    stored = await scores.current(caller.resident_id)
    document = render(stored, scores.city.scorecard_named(stored.scorecard), language, day)
    facts = await facts_of(member.person_id)
    explained = Explainer(scores.city, member.person_id, day, language).explain(facts)
    return HomeOut(
        state="joined",
        message=_message(len(facts), language),
        score=ScoreOut.model_validate_json(document),
        change_in_30_days=await _change(scores.city, member, stored.value, day),
        reasons=explained.reasons[:_REASONS_SHOWN],
        advice=explained.advice[0] if explained.advice else None,
        records=len(facts),
        under_objection=sum(record.status == "disputed" for record in facts),
    )


async def _change(city: City, member: Member, value: int, day: date) -> str | None:
    """How the score has changed since; None for who had none then."""
    before = day - timedelta(days=_SINCE_DAYS)
    if not await joined_by(member, end_of(before)):
        return None
    known = await facts_known_at(member.person_id, end_of(before))
    return points_text(value - score(known, city.scorecard(before), before).value)


def _message(records: int, language: Language) -> str:
    if records:
        return ""
    if language == "zh":
        return "目前没有单位报送过您的记录，所以是基础分；有了记录会自动更新"
    return "No agency has delivered a record of yours, so this is the base score; it updates itself"
