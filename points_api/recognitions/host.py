"""Host: a visitor's code at a till. Home is asked, what it says is weighed, our own rules decide.

A visitor gets an account that never joins, under the name that home has for them here, so that a
redemption, its quotas and what is overdue hang on it as on a resident's. Of whom home says nothing,
and who is below, are one answer. Where home could not be asked there is no answer, and the
merchant is told so.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from tortoise.exceptions import IntegrityError

from interop import statement
from interop.evidence import entry
from interop.refusals import Refused
from interop.shape import shaped
from interop.statement import Answer as Said
from interop.statement import Asked, Statement
from interop.tables import Mapped
from points_api import clock
from points_api.audit import service as audit
from points_api.auth.merchants import CallingMerchant
from points_api.auth.wechat import OpenId
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.eligibility import pseudonym
from points_api.eligibility.standing import Overdue
from points_api.ids import new_id
from points_api.partners import tables
from points_api.partners.client import Exchanged
from points_api.partners.messages import kept_request, kept_response
from points_api.partners.problems import HomeAnswerRefused, HomeNotAsked
from points_api.partners.profiles import VISITING
from points_api.partners.replies import parsed, reason_of
from points_api.partners.service import Exchange
from points_api.problem import NotFound
from points_api.recognitions.home import bands_version
from points_api.recognitions.models import Visit
from points_api.recognitions.problems import VisitorsNotRecognized
from points_api.recognitions.weighing import Scales, is_open, score_of, weigh
from points_api.residents.accounts import find_or_add
from points_api.scenarios.live import LiveScenarios
from points_api.verifications.models import Verification
from points_api.verifications.problems import CodeUsed
from points_api.verifications.served import Served
from points_api.verifications.service import Answer
from points_api.verifications.statement import GOOD_FOR, Cause
from scenarios.scenario import Scenario

PATH: Final = "/interop/v1/recognitions"


class _Visit(NamedTuple):
    """A visitor at a till: who asks, about which code, what for."""

    caller: CallingMerchant
    home: str
    host: str
    code: str
    scenario: Scenario

    @property
    def mark(self) -> bytes:
        """What is written of the code, once."""
        return sha256(f"visit:{self.home}:{self.code}".encode()).digest()


class _Heard(NamedTuple):
    """What home has said, as it was kept, and on which scales it counts."""

    asked: Asked
    exchanged: Exchanged
    statement: Statement | None
    scales: Scales


@dataclass(frozen=True, slots=True)
class Host:
    """The service: what it needs besides the database. One per process."""

    exchange: Exchange
    keyring: Keyring
    live: LiveScenarios
    served: Served
    overdue: Overdue

    async def verify(
        self, caller: CallingMerchant, home: str, code: str, scenario_id: str, now: datetime
    ) -> Answer:
        """Yes or no for a visitor.

        Raises `NotFound`, `VisitorsNotRecognized`, `CodeUsed`, `UnknownCity`, `HomeNotAsked`,
        `HomeAnswerRefused`, `ExchangeClosed`.
        """
        if scenario_id not in await self.served.by(caller.merchant_id):
            raise NotFound
        scenario = self.live.current.open(scenario_id)
        if caller.sandbox or scenario is None or not scenario.visitors:
            raise VisitorsNotRecognized
        home = self.exchange.profiles.today(home, clock.day_of(now))
        scales, host = await self._scales(home, scenario, now)
        visit = _Visit(caller, home, host, code, scenario)
        if await Verification.filter(mark=visit.mark).exists():
            raise CodeUsed
        heard = await self._ask(visit, scales)
        try:
            return await self._written(visit, heard, clock.now())
        except IntegrityError:
            raise CodeUsed from None

    async def _scales(self, home: str, scenario: Scenario, now: datetime) -> tuple[Scales, str]:
        """By what a visitor from there is weighed, and as which party we ask."""
        day, profiles = clock.day_of(now), self.exchange.profiles
        named = (scenario.id, scenario.category)
        place = scenario.place.division
        agreement = profiles.recognition(home, place, named, VISITING, day)
        if agreement is None:
            raise VisitorsNotRecognized
        source, target = profiles.city_of(home), profiles.own
        newest = []
        if source and target and not agreement.by_scenario:
            newest = await tables.in_force(source.id, target.id, day)
        party = profiles.party_of(agreement, place)
        return Scales(agreement, source, target, newest[0] if newest else None), party

    async def _ask(self, visit: _Visit, scales: Scales) -> _Heard:
        """Ask by the table; where home does not hold it, by the agreed bands."""
        asked = _asked(visit, scales)
        exchanged = await self.exchange.client.ask(visit.home, "POST", PATH, asked.body())
        status = exchanged.response.status
        if status == 422 and scales.table and reason_of(exchanged.response) == "wrong-table":
            return await self._ask(visit, scales.without_table)
        if status != 200:
            raise HomeNotAsked(reason_of(exchanged.response))
        bands = [one.id for one in scales.home.bands] if scales.home else None
        now = clock.now()
        members = await self.exchange.directory.members(now)
        try:
            token = shaped(Said, parsed(exchanged.response)).statement
            said = statement.verify_either(token, asked, members, bands, now)
        except Refused as refused:
            self.exchange.client.lied(visit.home, members, refused.reason)
            raise HomeAnswerRefused(refused.reason) from None
        return _Heard(asked, exchanged, said if isinstance(said, Statement) else None, scales)

    @transactional
    async def _written(self, visit: _Visit, heard: _Heard, now: datetime) -> Answer:
        """Decide and write, with the evidence for it, in one transaction."""
        said = heard.statement
        mapped = weigh(said, heard.scales) if said else None
        visitor = f"{visit.home}:{said.sub}" if said else None
        account = None
        if visitor is not None:
            account = await find_or_add(self.keyring, OpenId(f"visitor:{visitor}"), now)
        yes = account is not None and await self._is_open(visit, heard, mapped, account, now)
        cause: Cause = "eligible" if yes else "below" if said else "unknown"
        number, until = new_id(), now + GOOD_FOR
        row = _verification(visit, number, account, visitor, now) | {
            "eligible": yes, "cause": cause, "expires_at": until,
        }  # fmt: skip
        await _store(visit, heard, mapped, row, now)
        name = None
        if yes and account is not None and "pseudonym" in visit.scenario.discloses:
            name = pseudonym.of(self.keyring, visit.caller.merchant_id, account)
        return Answer(number, cause, until, visit.scenario if yes else None, name)

    async def _is_open(
        self, visit: _Visit, heard: _Heard, mapped: Mapped | None, account: UUID, now: datetime
    ) -> bool:
        published, target, day = self.live.current, heard.scales.host, clock.day_of(now)
        if published.open(visit.scenario.id) is None or mapped is None or target is None:
            return False
        score = score_of(mapped, heard.scales.agreement, target, self.live.city, day)
        if score is None:
            return False
        overdue = await self.overdue(account)
        return is_open(published.index, visit.scenario.id, score, visit.home, overdue)


def _asked(visit: _Visit, scales: Scales) -> Asked:
    table = scales.table.header.version if scales.table else bands_version(scales.agreement)
    return Asked(
        home=visit.home,
        host=visit.host,
        scenario=visit.scenario.id,
        purpose=VISITING,
        code=visit.code,
        nonce=secrets.token_urlsafe(24),
        table=table,
        score=scales.wants_score,
    )


def _verification(
    visit: _Visit, number: UUID, account: UUID | None, visitor: str | None, now: datetime
) -> dict[str, object]:
    return {
        "id": number, "mark": visit.mark, "scenario_id": visit.scenario.id,
        "scenario_version": visit.scenario.version, "merchant_id": visit.caller.merchant_id,
        "staff": visit.caller.actor, "resident_id": account, "visitor": visitor, "mode": "code",
        "created_at": now,
    }  # fmt: skip


async def _store(
    visit: _Visit, heard: _Heard, mapped: Mapped | None, row: dict[str, object], now: datetime
) -> None:
    said, exchanged, number = heard.statement, heard.exchanged, row["id"]
    visited = {
        "verification_id": number, "home": visit.home, "host": visit.host,
        "subject": said.sub if said else None, "scenario_id": visit.scenario.id,
        "agreement": heard.scales.agreement.id,
        "mapping": mapped.table if mapped else heard.asked.table, "nonce": heard.asked.nonce,
        "band": said.band if said else None, "score": said.score if said else None,
        "mapped_band": mapped.band if mapped else None,
        "mapped_score": mapped.value if mapped else None,
        "error": mapped.error if mapped else None,
        "request": kept_request(exchanged.request), "response": kept_response(exchanged.response),
        "edition": exchanged.edition, "created_at": now,
    }  # fmt: skip
    subject = f"verification:{number}"
    details = {
        "home": visit.home, "scenario": visit.scenario.id, "eligible": bool(row["eligible"]),
        "exchange": sha256(entry(exchanged.request, exchanged.response)).hexdigest(),
    }  # fmt: skip
    await write_all(
        [
            Insert(Verification, [row]),
            Insert(Visit, [visited]),
            audit.entry(visit.caller.actor, "visit.verify", subject, details),
            outbox.event("visit.verified", subject, {"home": visit.home}),
        ]
    )
