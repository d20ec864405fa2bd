"""`/v1/me/score…`: the score, its reasons, its history, what changed, and what if."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from points_api import clock
from points_api.access_log.own_looks import note_look
from points_api.conditional import conditional
from points_api.language import Reader
from points_api.paging import CursorText, Limit, link_header
from points_api.problem import problems
from points_api.records.reading import facts_of
from points_api.residents.consenting import REFUSALS, ConsentingMember
from points_api.scores import comparing, history
from points_api.scores.document import render
from points_api.scores.explanation import Explainer
from points_api.scores.problems import DaysReversed, SuppositionRefused, UnknownItem, UnknownRecord
from points_api.scores.schemas import (
    ChangesOut,
    HistoryOut,
    ReasonsOut,
    ScoreOut,
    WhatIfIn,
    WhatIfOut,
)
from points_api.scores.service import Scores
from points_api.scores.supposing import suppose

router = APIRouter(prefix="/v1/me/score", tags=["resident"])


def scores_of(request: Request) -> Scores:
    """The service, made in the lifespan."""
    scores: Scores = request.app.state.scores
    return scores


@router.get(
    "", summary="我的积分 / My score", response_model=ScoreOut, responses=problems(*REFUSALS)
)
async def score(request: Request, member: ConsentingMember, language: Reader) -> Response:
    """我的信用分：分值、等级、各维度小计、评分卡版本、下一次变化的日期。
    My score: value, band, subtotals, version of the scorecard, and the day it changes next.
    """
    scores = scores_of(request)
    stored = await scores.current(member.resident_id)
    day = clock.today()
    body = render(stored, scores.city.scorecard_named(stored.scorecard), language, day)
    await scores.remember(member.resident_id, stored, day)
    note_look(request, member.resident_id, "score")
    return conditional(request, body, language)


@router.get(
    "/reasons", summary="积分的由来 / How the score comes about", responses=problems(*REFUSALS)
)
async def reasons(request: Request, member: ConsentingMember, language: Reader) -> ReasonsOut:
    """为什么是这个分：每一条理由和分值，加起来正好等于总分减基础分；怎么提高；以后会怎样。
    Why it is this score: reasons that add up to it exactly; how to raise it; what will come.
    """
    scores = scores_of(request)
    facts = await facts_of(member.person_id)
    note_look(request, member.resident_id, "reasons")
    return Explainer(scores.city, member.person_id, clock.today(), language).explain(facts)


@router.get("/history", summary="积分的历史 / History of the score", responses=problems(*REFUSALS))
async def score_history(
    request: Request,
    response: Response,
    member: ConsentingMember,
    language: Reader,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> HistoryOut:
    """分值历史，最新的在前。
    The score over time, newest first.
    """
    scores = scores_of(request)
    page = await history.page(request.app.state.keyring, member.resident_id, cursor, limit)
    response.headers.update(link_header(request.url, page.next_cursor))
    note_look(request, member.resident_id, "history")
    return history.shown(page, scores.city, language)


@router.get(
    "/changes",
    summary="两日之间的变化 / What changed between two days",
    responses=problems(*REFUSALS, DaysReversed),
)
async def changes(
    request: Request,
    member: ConsentingMember,
    language: Reader,
    from_day: Annotated[date, Query(alias="from", description="起始日，当日末 · from its end on")],
    to_day: Annotated[
        date | None, Query(alias="to", description="截止日，默认今天 · else today")
    ] = None,
) -> ChangesOut:
    """两天之间为什么变了：分成时间、规则、记录三部分，相加正好等于差额。
    Why it changed between two days: by time, by rules and by records, which add up exactly.
    """
    scores = scores_of(request)
    note_look(request, member.resident_id, "changes")
    return await comparing.between(
        scores, member.resident_id, from_day, to_day or clock.today(), language
    )


@router.post(
    "/what-if",
    summary="假如会怎样 / What if",
    responses=problems(*REFUSALS, UnknownRecord, UnknownItem, SuppositionRefused),
)
async def what_if(
    request: Request, member: ConsentingMember, body: WhatIfIn, language: Reader
) -> WhatIfOut:
    """假如：修复一条记录、等待若干天、新增一条记录后是多少分。不写入任何数据，仅供参考。
    What if a record were repaired, some days passed, or a record came? Nothing is written.
    """
    scores = scores_of(request)
    facts = await facts_of(member.person_id)
    note_look(request, member.resident_id, "what_if")
    return suppose(scores.city, member.person_id, facts, body, clock.today(), language)
