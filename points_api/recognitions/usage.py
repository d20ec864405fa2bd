"""A visitor has used a scenario: the host tells home, so that the resident sees it there."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Literal, cast
from uuid import UUID

from interop.notices import Receipt, Used, read_used
from interop.refusals import Refused, WrongNonce
from points_api import clock
from points_api.audit import service as audit
from points_api.auth.partners import CallingPartner
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.partners.problems import HomeNotAsked, QuestionRefused
from points_api.partners.replies import receipt_of
from points_api.partners.service import Exchange
from points_api.recognitions.models import Recognition, Visit, VisitUse

PATH = "/interop/v1/usage"


async def tell(exchange: Exchange, said: Mapping[str, Any]) -> None:
    """Tell home of an event of `redemptions.moves`. Raises what says why to try again."""
    visit = await Visit.get_or_none(verification_id=UUID(said["verification_id"]))
    if visit is None or visit.subject is None:
        return
    used = Used(
        home=visit.home,
        host=visit.host,
        subject=visit.subject,
        statement=visit.nonce,
        scenario=visit.scenario_id,
        use=UUID(said["redemption_id"]).hex,
        move=cast(Literal["confirm", "reverse"], said["move"]),
        day=said["day"],
    )
    receipt = partial(receipt_of, used.use)
    _, refused = await exchange.client.asked(visit.home, "POST", PATH, used.body(), receipt)
    if refused is not None:
        raise HomeNotAsked(refused)


async def receive(exchange: Exchange, caller: CallingPartner) -> Receipt:
    """At home: note it for the resident. Raises `QuestionRefused`."""
    now = clock.now()
    members = await exchange.directory.members(now)
    try:
        used = read_used(caller.message.body, caller.city, exchange.keys.division, members)
        met = await _note(caller, used, now)
    except Refused as refused:
        raise QuestionRefused(refused) from None
    return Receipt(received=used.use, met=met)


@transactional
async def _note(caller: CallingPartner, used: Used, now: datetime) -> int:
    said = await Recognition.get_or_none(
        host=used.host, nonce=used.statement, subject=used.subject, scenario=used.scenario
    )
    if said is None or said.resident_id is None:
        raise WrongNonce
    row = {
        "resident_id": said.resident_id, "recognition_id": said.id, "host": used.host,
        "scenario": used.scenario, "use": used.use, "move": used.move,
        "day": date.fromisoformat(used.day), "told_at": now,
    }  # fmt: skip
    [written] = await write_all([Insert(VisitUse, [row], unless="visit_use_once")])
    if written:
        subject = f"recognition:{said.id}"
        told = {"host": used.host, "move": used.move}
        await audit.append(caller.actor, "recognition.used", subject, told)
    return written
