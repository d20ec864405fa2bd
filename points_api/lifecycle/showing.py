"""A version with its faults and with what a merchant would be told, in the reader's language."""

from typing import Any, Final

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.auth.officers import CallingOfficer
from points_api.language import Language
from points_api.lifecycle.documents import check, text_of
from points_api.lifecycle.schemas import (
    FaultOut,
    MoveOut,
    PreviewOut,
    ReceivedOut,
    VersionLineOut,
    VersionOut,
)
from points_api.lifecycle.versions import Version, moves_of
from points_api.scenarios.live import LiveScenarios
from points_api.scenarios.saying import Teller, say
from scenarios.lifecycle import STEPS, Move, moves
from scenarios.scenario import Scenario
from scenarios.wording import NEVER_DISCLOSED

_MADE_UP: Final[dict[str, Any]] = {
    "valid_until": "2026-01-01T12:05:00+08:00",
    "pseudonym": "0" * 32,
    "member_hash": "0" * 64,
}


def line(one: Version) -> VersionLineOut:
    """As a list shows it."""
    return VersionLineOut(**_line(one))


async def whole(
    one: Version,
    live: LiveScenarios,
    language: Language,
    caller: CallingMerchant | CallingOfficer,
) -> VersionOut:
    """Everything, with what is known to be wrong with it today."""
    found = check(one.document, live, clock.today())
    officer = isinstance(caller, CallingOfficer)
    return VersionOut(
        **_line(one),
        document=one.document,
        digest=one.digest,
        author=_by(one.author, whole_name=officer),
        approved=one.approved_by is not None,
        live_since=one.live_since,
        created_at=one.created_at,
        allowed=_allowed(one, caller),
        faults=[FaultOut(where=fault.where, message=fault.message) for fault in found.faults],
        preview=_preview(found.scenario, live, language) if found.scenario else None,
        moves=[
            MoveOut(
                move=made.move, state=made.state, by=_by(made.actor, whole_name=officer),
                reason=made.reason, at=made.at,
            )
            for made in await moves_of(one)
        ],
    )  # fmt: skip


def _line(one: Version) -> dict[str, Any]:
    return {
        "id": one.id,
        "scenario_id": one.scenario_id,
        "version": one.version,
        "state": one.state,
        "title": text_of(one.document, "title", 300),
        "category": one.category,
        "division": one.division,
        "merchant_id": one.merchant_id,
        "changed_at": one.changed_at,
        "etag": one.etag,
    }


def _allowed(one: Version, caller: CallingMerchant | CallingOfficer) -> list[Move]:
    """The moves that the caller's side can make now."""
    by_author = isinstance(caller, CallingMerchant) or one.author == caller.actor
    return [
        move
        for move in moves(one.state)
        if (by_author if STEPS[move].by == "author" else isinstance(caller, CallingOfficer))
    ]


def _preview(one: Scenario, live: LiveScenarios, language: Language) -> PreviewOut:
    teller = Teller(live, language)
    tells, benefit = teller.told(one), teller.benefit(one)
    # A hash of a member's number serves a list and nothing else.
    needless = () if "list" in one.verification else ("member_hash",)
    values = {**_MADE_UP, "eligible": True, "benefit": benefit.text}
    return PreviewOut(
        benefit=benefit,
        tells=tells,
        excess=[told for told in tells if told.field in needless],
        never=say(NEVER_DISCLOSED, language),
        received=ReceivedOut(
            yes={field: values[field] for field in one.discloses}, no={"eligible": False}
        ),
    )


def _by(actor: str, *, whole_name: bool) -> str:
    return actor if whole_name else actor.partition(":")[0]
