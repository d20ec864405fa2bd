"""A move of a redemption as it is written: ledger, audit, outbox, always together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from points_api import clock
from points_api.audit import service as audit
from points_api.db import outbox
from points_api.db.idempotency import Answer
from points_api.db.writes import Insert, Update, Write
from points_api.redemptions.models import LedgerEntry, Redemption
from points_api.redemptions.view import View, document

Move = Literal["reserve", "confirm", "cancel", "expire", "reverse", "return"]
SYSTEM: Final = "system:redemptions"
VISITOR_USED: Final = "visitor.used"
"""The event that another city's resident has used something: their home has to know."""


def moved(
    view: View, move: Move, actor: str, at: datetime, *, benefit_fen: int = 0, owed_fen: int = 0
) -> list[Write]:
    """The writes beside the redemption itself; the amounts are what the move adds to the ledger.

    Holding adds nothing, so the ledger is the sum of what was really given.
    """
    entry = {
        "redemption_id": view.id, "merchant_id": view.merchant_id,
        "scenario_id": view.scenario_id, "day": clock.day_of(at), "move": move,
        "benefit_fen": benefit_fen, "owed_fen": owed_fen, "actor": actor, "at": at,
    }  # fmt: skip
    said = {"scenario": view.scenario_id, "state": view.state}
    event = {
        "redemption_id": str(view.id), "scenario_id": view.scenario_id,
        "merchant_id": str(view.merchant_id), "resident_id": str(view.resident_id),
        "state": view.state, "move": move,
    }  # fmt: skip
    told = []
    if view.visitor is not None and move in ("confirm", "reverse"):
        used = {
            "verification_id": str(view.verification_id), "redemption_id": str(view.id),
            "move": move, "day": clock.day_of(at).isoformat(),
        }  # fmt: skip
        told.append(outbox.event(VISITOR_USED, f"redemption:{view.id}", used))
    return [
        *told,
        Insert(LedgerEntry, [entry]),
        audit.entry(actor, f"redemption.{move}", f"redemption:{view.id}", said),
        outbox.event("redemption.moved", f"resident:{view.resident_id}", event),
    ]


def changed(view: View, columns: Sequence[str]) -> Update:
    """The write that stores these columns of a redemption, with its state and time."""
    names = ("state", "changed_at", "expires_at", "taken", *columns)
    values = {name: getattr(view, name) for name in names}
    return Update(Redemption, ("id",), [{"id": view.id, **values}])


def answer_of(view: View, status: int = 200) -> Answer:
    """What is answered, kept as text so that its bytes stay the same."""
    return Answer(status, {"text": document(view)})
