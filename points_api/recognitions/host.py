"""Host: a visitor's code at a till. Home is asked, what it says is weighed, our own rules decide.

A visitor gets an account that never joins, under the name that home has for them here, so that a
redemption, its quotas and what is overdue hang on it as on a resident's. Of whom home says nothing,
and who is below, are one answer. Where home could not be asked there is no answer, and the
merchant is told so.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from tortoise.exceptions import IntegrityError

from interop import statement
from interop.directory import Members
from interop.evidence import logged
from interop.refusals import WrongTable
from interop.shape import shaped
from interop.signing import Response
from interop.statement import Answer as Answered
from interop.statement import Asked, Held, Said, Statement
from interop.tables import Mapped, Table, newest_of_both
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
from points_api.merchants import serving
from points_api.partners.client import Exchanged
from points_api.partners.messages import kept_request, kept_response
from points_api.partners.problems import HomeNotAsked
from points_api.partners.profiles import VISITING
from points_api.partners.replies import held_of, parsed, reason_of
from points_api.partners.service import Exchange
from points_api.recognitions.models import Visit
from points_api.recognitions.problems import VisitorsNotRecognized
from points_api.recognitions.weighing import Scales, is_open, score_of, weigh, weigh_by
from points_api.residents.accounts import find_or_add
from points_api.scenarios.live import LiveScenarios
from points_api.verifications.models import Verification
from points_api.verifications.problems import CodeUsed
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
    overdue: Overdue

    async def verify(
        self, caller: CallingMerchant, home: str, code: str, scenario_id: str, now: datetime
    ) -> Answer:
        """Yes or no for a visitor.

        Raises `NotFound`, `VisitorsNotRecognized`, `CodeUsed`, `UnknownCity`, `HomeNotAsked`,
        `HomeAnswerRefused`, `ExchangeClosed`.
        """
        await serving.require(caller, scenario_id)
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
        found = None
        if source is not None and target is not None and not agreement.by_scenario:
            found = await self.exchange.tables.running(source.id, target.id, day)
        party = profiles.party_of(agreement, place)
        return Scales(agreement, source, target, *(found or (None, None))), party

    async def _ask(
        self, visit: _Visit, scales: Scales, refused: frozenset[str] = frozenset()
    ) -> _Heard:
        """Ask by the table that decides; where home does not hold it, by the newest of both.

        `refused` are the digests of tables that it said not to hold, whatever it says next.
        """
        asked = _asked(visit, scales)
        bands = [one.id for one in scales.home.bands] if scales.home else None
        exchanged, said = await self.exchange.client.asked(
            visit.home, "POST", PATH, asked.body(), partial(_read, asked, bands)
        )
        if isinstance(said, _Refusal):
            if said.reason != WrongTable.reason or scales.table is None:
                raise HomeNotAsked(said.reason)
            refused |= {scales.table.digest}
            newest = await self._newest_of_both(scales, said, refused)
            return await self._ask(visit, scales.by(newest), refused)
        return _Heard(asked, exchanged, said if isinstance(said, Statement) else None, scales)

    async def _newest_of_both(
        self, scales: Scales, refusal: "_Refusal", refused: frozenset[str]
    ) -> Table | None:
        """The newest table that home holds, too, of those that it has not refused."""
        home, host, day = scales.home, scales.host, clock.today()
        if home is None or host is None:
            return None
        self.exchange.client.holds(home.division, [one.version for one in refusal.held])
        ours = await self.exchange.tables.in_force(home.id, host.id, day)
        left = [one for one in ours if one.digest not in refused]
        return newest_of_both(left, [one.digest for one in refusal.held], day)

    @transactional
    async def _written(self, visit: _Visit, heard: _Heard, now: datetime) -> Answer:
        """Decide and write, with the evidence for it, in one transaction."""
        said = heard.statement
        mapped = weigh(said, heard.scales) if said else None
        beside = self._beside(heard)
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
        await _store(visit, heard, (mapped, beside), row, now)
        name = None
        if yes and account is not None and "pseudonym" in visit.scenario.discloses:
            name = pseudonym.of(self.keyring, visit.caller.merchant_id, account)
        return Answer(number, cause, until, visit.scenario if yes else None, name)

    def _beside(self, heard: _Heard) -> Mapped | None:
        """What the table says that runs beside the one that decides, where it can be said."""
        said, scales = heard.statement, heard.scales
        if said is None or scales.beside is None:
            return None
        return weigh_by(scales.beside, said, scales.home)

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


class _Refusal(NamedTuple):
    """That home did not answer, why, and which tables it holds where it tells them."""

    reason: str
    held: Sequence[Held]


def _read(
    asked: Asked, bands: Sequence[str] | None, response: Response, members: Members
) -> Said | _Refusal:
    """What home says. Raises `Refused` where it does not hold."""
    if response.status != 200:
        return _Refusal(reason_of(response), held_of(response))
    token = shaped(Answered, parsed(response)).statement
    return statement.verify_either(token, asked, members, bands, clock.now())


def _asked(visit: _Visit, scales: Scales) -> Asked:
    return Asked(
        home=visit.home,
        host=visit.host,
        scenario=visit.scenario.id,
        purpose=VISITING,
        code=visit.code,
        nonce=secrets.token_urlsafe(24),
        table=scales.version,
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
    visit: _Visit,
    heard: _Heard,
    weighed: tuple[Mapped | None, Mapped | None],
    row: dict[str, object],
    now: datetime,
) -> None:
    said, exchanged, number = heard.statement, heard.exchanged, row["id"]
    mapped, beside = weighed
    visited = {
        "verification_id": number, "home": visit.home, "host": visit.host,
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
        "edition": exchanged.edition, "created_at": now,
    }  # fmt: skip
    subject = f"verification:{number}"
    details = {
        "home": visit.home, "scenario": visit.scenario.id, "eligible": bool(row["eligible"]),
        "exchange": logged(exchanged.request, exchanged.response).hex(),
    }  # fmt: skip
    await write_all(
        [
            Insert(Verification, [row]),
            Insert(Visit, [visited]),
            audit.entry(visit.caller.actor, "visit.verify", subject, details),
            outbox.event("visit.verified", subject, {"home": visit.home}),
        ]
    )
