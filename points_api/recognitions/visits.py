"""Host: a visit as it is shown, heard, decided and written, with the evidence for it."""

from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from interop.evidence import logged
from interop.statement import Asked, Statement
from interop.tables import Mapped
from points_api.audit import service as audit
from points_api.auth.merchants import CallingMerchant
from points_api.db import time
from points_api.db.reads import select
from points_api.db.writes import Insert, write_all
from points_api.partners.client import Exchanged
from points_api.partners.messages import kept_request, kept_response
from points_api.recognitions.ending import not_taken_back, why_taken_back
from points_api.recognitions.models import Visit
from points_api.recognitions.weighing import Scales
from points_api.verifications.models import Verification
from points_api.verifications.problems import CodeUsed
from points_api.verifications.statement import GOOD_FOR, Cause
from scenarios.scenario import Scenario

_BEGIN: Final = "SELECT EXISTS (SELECT 1 FROM verification WHERE mark = $1) AS used, {time}"


class AtTill(NamedTuple):
    """A visitor at a till: who asks, about which code, what for."""

    caller: CallingMerchant
    home: str
    host: str
    code: str
    scenario: Scenario
    mark: bytes
    """What is written of the code, once."""
    begun: datetime
    """The time of the database before home was asked."""

    def name_of(self, said: Statement) -> str:
        """The visitor as they are called here."""
        return f"{self.home}:{said.sub}"


class Heard(NamedTuple):
    """What home has said, as it was kept, and on which scales it counts."""

    asked: Asked
    exchanged: Exchanged
    statement: Statement | None
    scales: Scales


class Decided(NamedTuple):
    """What the host makes of it. `weighed`: by the table that decides, and by the one beside.

    `ended_why`: home has already taken back what it said, so that nothing rests on it.
    """

    number: UUID
    at: datetime
    account: UUID | None
    weighed: tuple[Mapped | None, Mapped | None]
    cause: Cause
    ended_why: str | None = None

    @property
    def eligible(self) -> bool:
        return self.cause == "eligible"

    @property
    def until(self) -> datetime:
        return self.at + GOOD_FOR


async def begin(
    caller: CallingMerchant, home: str, host: str, code: str, scenario: Scenario
) -> AtTill:
    """The visit before home is asked. Raises `CodeUsed`."""
    mark = sha256(f"visit:{home}:{code}".encode()).digest()
    [found] = await select(Verification, _BEGIN.format(time=time.column()), mark)
    if found["used"]:
        raise CodeUsed
    return AtTill(caller, home, host, code, scenario, mark, time.told(found))


async def why_ended(heard: Heard) -> str:
    """Why home has taken back what it said."""
    assert heard.statement is not None
    return await why_taken_back(heard.exchanged.answerer.city, heard.statement.sub)


async def store(visit: AtTill, heard: Heard, decided: Decided) -> None:
    """Write it in one statement.

    Raises `Overtaken` where home has taken back what it said, unless that was decided on.
    """
    said, city = heard.statement, heard.exchanged.answerer.city
    guard = None
    if said is not None and decided.ended_why is None:
        guard = not_taken_back(city, said, visit.begun)
    subject = f"verification:{decided.number}"
    exchanged = logged(heard.exchanged.request, heard.exchanged.response).hex()
    details = {
        "home": visit.home, "scenario": visit.scenario.id, "eligible": decided.eligible,
        "exchange": exchanged,
    }  # fmt: skip
    writes = [
        Insert(Verification, [_verification(visit, heard, decided)]),
        Insert(Visit, [_visited(visit, heard, decided)]),
        audit.entry(visit.caller.actor, "visit.verify", subject, details),
    ]
    await write_all(writes, guard)


def _verification(visit: AtTill, heard: Heard, decided: Decided) -> dict[str, object]:
    said = heard.statement
    return {
        "id": decided.number, "mark": visit.mark, "scenario_id": visit.scenario.id,
        "scenario_version": visit.scenario.version, "merchant_id": visit.caller.merchant_id,
        "staff": visit.caller.actor, "resident_id": decided.account,
        "visitor": visit.name_of(said) if said else None, "mode": "code",
        "eligible": decided.eligible, "cause": decided.cause, "created_at": decided.at,
        "expires_at": decided.until,
    }  # fmt: skip


def _visited(visit: AtTill, heard: Heard, decided: Decided) -> dict[str, object]:
    said, exchanged = heard.statement, heard.exchanged
    mapped, beside = decided.weighed
    return {
        "verification_id": decided.number, "home": visit.home, "host": visit.host,
        "subject": said.sub if said else None, "scenario_id": visit.scenario.id,
        "agreement": heard.scales.agreement.id,
        "mapping": mapped.table if mapped else heard.asked.table, "nonce": heard.asked.nonce,
        "band": said.band if said else None, "score": said.score if said else None,
        "mapped_band": mapped.band if mapped else None,
        "mapped_score": mapped.value if mapped else None,
        "error": mapped.error if mapped else None,
        "beside": beside.table if beside else None,
        "beside_band": beside.band if beside else None,
        "request": kept_request(exchanged.request), "response": kept_response(exchanged.response),
        "edition": exchanged.edition, "created_at": decided.at,
        "ended_at": decided.at if decided.ended_why else None, "ended_why": decided.ended_why,
    }  # fmt: skip
