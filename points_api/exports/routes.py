"""`GET /v1/me/export`: everything held about a resident as one JSON file (PIPL article 45)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json
from tortoise.models import Model

from points_api import clock
from points_api.access_log import service as access_log
from points_api.access_log.own_looks import note_look
from points_api.access_log.schemas import LookOut
from points_api.auth.callers import ResidentCaller
from points_api.conduct.models import ConductReport
from points_api.conduct.service import REPLY
from points_api.consents.models import Consent
from points_api.entitlements.members import SEALED_AS
from points_api.entitlements.models import Entitlement
from points_api.language import Language, Reader
from points_api.messages.models import Message
from points_api.records.facts import record_id
from points_api.records.models import RecordRow
from points_api.records.reading import facts_of
from points_api.redemptions.models import Redemption
from points_api.redemptions.view import View
from points_api.residents import service as residents
from points_api.residents.membership import member_of
from points_api.scores.explanation import Explainer
from points_api.scores.models import ScoreHistory
from points_api.verifications.models import Verification
from scoring.scorecard import points_text

router = APIRouter(prefix="/v1/me", tags=["resident"])
FORMAT = "huangshi-credit-points/export/1"


@router.get(
    "/export",
    summary="导出我的全部数据 / All my data",
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def export(request: Request, caller: ResidentCaller, language: Reader) -> Response:
    """导出我的全部数据：加入信息、同意、记录（含每一版）、分值与理由、历史、查询日志。
    All my data: enrollment, consents, records in each version, scores, reasons and looks.
    """
    now = clock.now()
    view = await residents.view(
        request.app.state.registry, caller.resident_id, now, clock.day_of(now)
    )
    document: dict[str, Any] = {
        "format": FORMAT,
        "made_at": now,
        "enrollment": {
            "state": view.state,
            "joined_at": view.joined_at,
            "name": view.name,
            "id_number": view.id_number,
            "phone": view.phone,
            "notice_version": view.notice_version,
        },
        "consents": await Consent.filter(resident_id=caller.resident_id).order_by("id").values(),
        "access_log": await _looks(request, caller.resident_id, language),
    }
    document |= await _uses(request, caller.resident_id)
    if view.state != "not_joined":
        document |= await _joined(request, caller, language)
    note_look(request, caller.resident_id, "export")
    name = f"credit-points-{clock.day_of(now).isoformat()}.json"
    return Response(
        to_json(document, indent=1),
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _looks(request: Request, resident_id: UUID, language: Language) -> list[LookOut]:
    """As the access log lists them."""
    lines = await access_log.whole(resident_id, request.app.state.looks_by_others)
    named = await request.app.state.names_of_looks(lines)
    return [LookOut.of(line, language) for line in named]


async def _joined(request: Request, caller: ResidentCaller, language: Reader) -> dict[str, Any]:
    member = await member_of(caller.resident_id)
    explainer = Explainer(request.app.state.city, member.person_id, clock.today(), language)
    rows = await RecordRow.filter(person_id=member.person_id).order_by("known_from", "id").values()
    history = await ScoreHistory.filter(resident_id=caller.resident_id).order_by("id").values()
    return {
        "score": explainer.explain(await facts_of(member.person_id)),
        "records": [_record(row, member.person_id) for row in rows],
        "score_history": [
            {**_without_ids(row), "value": points_text(row["value"])} for row in history
        ],
    }


async def _uses(request: Request, resident_id: UUID) -> dict[str, Any]:
    """What was decided, used, told and said of scenarios."""
    keyring = request.app.state.keyring
    mine: dict[str, list[dict[str, Any]]] = {
        name: [_without_ids(row) for row in await model.filter(resident_id=resident_id).values()]
        for name, model in _OF_SCENARIOS.items()
    }
    for row in mine["conduct_reports"]:
        row["reply"] = row["reply"] and keyring.decrypt_text(bytes(row["reply"]), REPLY)
    for row in mine["entitlements"]:
        row["member"] = row["member"] and keyring.decrypt_text(bytes(row["member"]), SEALED_AS)
    used = await Redemption.filter(resident_id=resident_id).order_by("id")
    return {**mine, "benefits": [_benefit(View.of(row)) for row in used]}


_OF_SCENARIOS: Mapping[str, type[Model]] = {
    "verifications": Verification,
    "conduct_reports": ConductReport,
    "entitlements": Entitlement,
    "messages": Message,
}


def _benefit(view: View) -> dict[str, Any]:
    """As lists show it: what was undone counts nothing."""
    return _without_ids({**asdict(view.counted()), "undone_fen": view.undone_fen})


def _record(row: dict[str, Any], person_id: Any) -> dict[str, Any]:
    key = f"{row['item']}|{row['unit']}|{row['document_no']}"
    return {"record_id": record_id(person_id, key), **_without_ids(row)}


def _without_ids(row: dict[str, Any]) -> dict[str, Any]:
    internal = {
        "id", "person_id", "resident_id", "delivery_id", "row_no", "content", "mark", "taken",
        "event_id", "push_after", "staff",
    }  # fmt: skip
    return {name: value for name, value in row.items() if name not in internal}
