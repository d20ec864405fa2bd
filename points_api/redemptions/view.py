"""A redemption as it is told, and its document, the same bytes whenever it is told again."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from points_api.db.idempotency import text_of
from points_api.redemptions.models import Redemption

State = Literal["reserved", "confirmed", "canceled", "expired", "reversed"]
UNDONE: Final[frozenset[State]] = frozenset({"canceled", "expired", "reversed"})


@dataclass(frozen=True, slots=True)
class View:
    """A row of `redemption`."""

    id: UUID
    verification_id: UUID
    merchant_id: UUID
    resident_id: UUID
    scenario_id: str
    scenario_version: int
    state: State
    day: date
    amount_fen: int | None
    benefit_fen: int
    owed_fen: int
    returned_fen: int
    reserved_at: datetime
    expires_at: datetime | None
    changed_at: datetime
    due_on: date | None
    taken: Mapping[str, int]
    visitor: str | None = None

    @classmethod
    def of(cls, row: Redemption | Mapping[str, Any]) -> "View":
        """From a model object or a row of a query."""
        if isinstance(row, Redemption):
            return cls(**{name: getattr(row, name) for name in _COLUMNS})
        return cls(**{name: row[name] for name in _COLUMNS})

    def at(self, now: datetime) -> "View":
        """As it is at an instant: a reservation whose time is over has expired, noted or not."""
        lapsed = self.state == "reserved" and self.expires_at is not None and self.expires_at <= now
        return replace(self, state="expired") if lapsed else self

    def counted(self) -> "View":
        """With the amounts that count: of what was undone none, so that lists may be added up."""
        if self.state not in UNDONE:
            return self
        return replace(self, benefit_fen=0, owed_fen=0, returned_fen=0)

    @property
    def undone_fen(self) -> int:
        """What was held or given before it was undone."""
        return self.benefit_fen - self.counted().benefit_fen

    @property
    def outstanding_fen(self) -> int:
        """What of a deposit or deferred payment is still to come back."""
        lent = self.state == "confirmed" and any(name.startswith("out:") for name in self.taken)
        return self.benefit_fen - self.returned_fen if lent else 0


_COLUMNS: Final = tuple(one.name for one in fields(View))


def document(view: View) -> str:
    """What a merchant is told of a redemption, as JSON."""
    return text_of(members(view))


def members(view: View) -> dict[str, Any]:
    """The members of the document. A benefit in kind is worth nothing in fen."""
    amount, counts = view.amount_fen, view.counted()
    return {
        "redemption_id": str(view.id),
        "verification_id": str(view.verification_id),
        "scenario_id": view.scenario_id,
        "scenario_version": view.scenario_version,
        "state": view.state,
        "day": view.day.isoformat(),
        "amount_fen": amount,
        "benefit_fen": counts.benefit_fen,
        "to_pay_fen": None if amount is None else max(amount - counts.benefit_fen, 0),
        "owed_fen": counts.owed_fen,
        "returned_fen": counts.returned_fen,
        "undone_fen": view.undone_fen,
        "outstanding_fen": view.outstanding_fen,
        "reserved_at": _instant(view.reserved_at),
        "expires_at": _instant(view.expires_at),
        "changed_at": _instant(view.changed_at),
        "due_on": view.due_on.isoformat() if view.due_on else None,
    }


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
