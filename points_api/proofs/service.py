"""Making a batch of one-time proofs for a resident: "may use this scenario", and nothing else.

What is asked is what a code would be asked for, and the conditions of the scenario besides, for a
merchant without a network cannot ask. The decision and the places in the list are one transaction,
held against the resident's own changes: what comes after finds the places and revokes them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tortoise.exceptions import IntegrityError

from interop import proof
from points_api.audit import service as audit
from points_api.consents import service as consents
from points_api.credit_codes.problems import ModeNotOffered, PointsPaused
from points_api.credit_codes.service import CreditCodes
from points_api.db import outbox
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.eligibility.standing import Standings
from points_api.partners.service import Exchange
from points_api.problem import Busy
from points_api.proofs import lists
from points_api.proofs.issuer import issuer
from points_api.proofs.models import ProofPlace
from points_api.proofs.problems import ScenarioNotMet, TooManyProofs
from points_api.residents.membership import NoMember, member_of
from scenarios.eligibility import Unmet

MOST_A_DAY: Final = 4 * proof.LARGEST_BATCH
_ATTEMPTS: Final = 3


class Batch(NamedTuple):
    """Proofs in the order of the keys that were handed in, and the list that tells of them."""

    proofs: list[str]
    status_list: str


@dataclass(frozen=True, slots=True)
class Proofs:
    """The service: what it needs besides the database."""

    exchange: Exchange
    codes: CreditCodes
    standings: Standings

    async def make(
        self,
        resident_id: UUID,
        scenario_id: str,
        holders: Sequence[Ed25519PublicKey],
        address: str,
        now: datetime,
    ) -> Batch:
        """Make a proof for each holder's key; `address` is that of a city without a directory.

        Raises `NoMember`, `ScenarioNotOpen`, `ScenarioConsentNeeded`, `ModeNotOffered`,
        `PointsPaused`, `ScenarioNotMet`, `TooManyProofs`, `ExchangeClosed`, `Busy`.
        """
        signing = await issuer(self.exchange, address, now, proof.issued_at(now))
        name = lists.name_of(now)
        for _ in range(_ATTEMPTS):
            try:
                drawn = await self._placed(resident_id, scenario_id, len(holders), name, now)
                break
            except IntegrityError:  # somebody else got one of these places just now
                continue
        else:
            raise Busy
        uri = signing.uri(name)
        places = [proof.Place(holder, uri, at) for holder, at in zip(holders, drawn, strict=True)]
        made = proof.issue_batch([scenario_id], places, signing.signer, now, secrets.token_bytes)
        return Batch(made, uri)

    @transactional
    async def _placed(
        self, resident_id: UUID, scenario_id: str, count: int, name: str, now: datetime
    ) -> list[int]:
        await consents.hold(resident_id)
        consent_id = await self._allowed(resident_id, scenario_id, now)
        today = ProofPlace.filter(list_name=name, consent__resident_id=resident_id)
        left = MOST_A_DAY - await today.count()
        if count > left:
            raise TooManyProofs(left)
        drawn = await _draw(name, count)
        rows = [{"list_name": name, "place": at, "consent_id": consent_id} for at in drawn]
        subject, said = f"resident:{resident_id}", {"scenario": scenario_id, "count": count}
        await write_all(
            [
                Insert(ProofPlace, rows),
                audit.entry(subject, "proof.issue", subject, said),
                outbox.event("proof.issued", subject, said),
            ]
        )
        return drawn

    async def _allowed(self, resident_id: UUID, scenario_id: str, now: datetime) -> UUID:
        """The consent under which a proof may be made. Raises what says why there is none."""
        await member_of(resident_id)
        scenario, consent_id = await self.codes.agreed(resident_id, scenario_id, now)
        if "code" not in scenario.verification:
            raise ModeNotOffered(scenario.verification)
        standing = await self.standings.of(resident_id, now)
        if standing.why == "paused":
            raise PointsPaused
        if standing.facts is None:
            raise NoMember
        index = self.codes.live.current.index
        if not index.is_open(standing.facts, scenario_id):
            decided = {one.scenario.id: one for one in index.decide(standing.facts)}
            found = decided[scenario_id].findings
            raise ScenarioNotMet(scenario_id, [f.lacking for f in found if isinstance(f, Unmet)])
        return consent_id


async def _draw(name: str, count: int) -> list[int]:
    """Places of a list that nobody has, drawn at random, so that neighbors tell nothing."""
    drawn: set[int] = set()
    while len(drawn) < count:
        fresh = {secrets.randbelow(lists.ENTRIES) for _ in range(count - len(drawn))}
        taken = ProofPlace.filter(list_name=name, place__in=list(fresh))
        drawn |= fresh - set(await taken.values_list("place", flat=True))
    return secrets.SystemRandom().sample(sorted(drawn), count)
