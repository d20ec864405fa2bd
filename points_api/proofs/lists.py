"""The status lists: one for the proofs of each day, signed anew when somebody asks.

A place counts no longer where it was revoked; where the consent that its proof rests on has ended;
and where the resident has left or pauses. The last two are read where they stand, so a withdrawal
waits for nobody to carry it here. That somebody falls below is decided by `revoke`, which whatever
may change that asks for (`jobs/push.py`).
"""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from interop.proof import status_list
from points_api import clock
from points_api.audit import service as audit
from points_api.consents import service as consents
from points_api.consents.models import Consent
from points_api.db import outbox
from points_api.db.reads import select
from points_api.db.transaction import transactional
from points_api.db.writes import write_all
from points_api.eligibility.standing import Standings
from points_api.partners.service import Exchange
from points_api.problem import NotFound
from points_api.proofs.issuer import issuer
from points_api.proofs.models import ProofPlace
from points_api.residents.models import Enrollment
from points_api.scenarios.live import LiveScenarios

ENTRIES: Final = 4 * 1024 * 1024
SIGNED_ANEW: Final = timedelta(seconds=30)
_LAST: Final = timedelta(days=2)  # a proof lives for 25 hours, and a clock may be slow
_INVALID: Final = """
SELECT p.place
FROM proof_place p
JOIN consent c ON c.id = p.consent_id
LEFT JOIN enrollment e ON e.resident_id = c.resident_id AND e.left_at IS NULL
WHERE p.list_name = $1 AND (
    p.revoked_at IS NOT NULL OR c.withdrawn_at IS NOT NULL OR c.expires_at <= $2
    OR e.id IS NULL OR e.paused_at IS NOT NULL
)
"""


def name_of(now: datetime) -> str:
    """The list in which proofs get their places now: that of the legal day."""
    return clock.day_of(now).isoformat()


@dataclass(slots=True)
class StatusLists:
    """Signs lists, and remembers each for half a minute. One per process."""

    exchange: Exchange
    _signed: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _signing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def token(self, name: str, address: str, now: datetime) -> str:
        """The signed list of a day. Raises `NotFound` for a day whose proofs are over."""
        if not _oldest(now) <= name <= name_of(now):
            raise NotFound
        signing = await issuer(self.exchange, address, now)
        uri = signing.uri(name)
        async with self._signing:  # who comes meanwhile gets the same one
            made, token = self._signed.get(uri, (datetime.min.replace(tzinfo=now.tzinfo), ""))
            if not timedelta(0) <= now - made < SIGNED_ANEW:
                rows = await select((ProofPlace, Consent, Enrollment), _INVALID, name, now)
                packed = status_list.pack(
                    {row["place"]: status_list.INVALID for row in rows}, ENTRIES, 1
                )
                token = await asyncio.to_thread(
                    status_list.issue, packed, 1, uri, signing.signer, now
                )
                self._signed = {**_recent(self._signed, now), uri: (now, token)}
        return token


@transactional
async def revoke(
    live: LiveScenarios, standings: Standings, resident_id: UUID, now: datetime
) -> int:
    """Revoke a resident's proofs of what is not open to them now; return how many those were.

    It starts from the state, so it may be asked for twice, late or in another order.
    """
    await consents.hold(resident_id)
    places = ProofPlace.filter(
        consent__resident_id=resident_id, revoked_at=None, list_name__gte=_oldest(now)
    ).select_related("consent")
    held = [(one.id, one.consent.recipient) for one in await places]
    if not held:
        return 0
    standing = await standings.of(resident_id, now)
    open_to = {one.id for one in live.current.index.open_to(standing.facts)}
    ended = [number for number, scenario_id in held if scenario_id not in open_to]
    if ended:
        await ProofPlace.filter(id__in=ended).update(revoked_at=now)
        subject, said = f"resident:{resident_id}", {"count": len(ended)}
        entry = audit.entry("system:proofs", "proof.revoke", subject, said)
        await write_all([entry, outbox.event("proof.revoked", subject, said)])
    return len(ended)


async def purge(now: datetime) -> int:
    """Delete the places of lists whose proofs are over; return how many. Nightly."""
    return await ProofPlace.filter(list_name__lt=_oldest(now)).delete()


def _oldest(now: datetime) -> str:
    return (date.fromisoformat(name_of(now)) - _LAST).isoformat()


def _recent(
    signed: dict[str, tuple[datetime, str]], now: datetime
) -> dict[str, tuple[datetime, str]]:
    return {uri: one for uri, one in signed.items() if now - one[0] < SIGNED_ANEW}
