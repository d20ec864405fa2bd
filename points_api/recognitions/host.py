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
from typing import Final, NamedTuple
from uuid import UUID

from tortoise.exceptions import IntegrityError

from interop import statement
from interop.directory import Members
from interop.refusals import WrongTable
from interop.shape import shaped
from interop.signing import Response
from interop.statement import Answer as Answered
from interop.statement import Asked, Held, Said, Statement
from interop.tables import Mapped, Table, newest_of_both
from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.db.writes import Overtaken
from points_api.eligibility import pseudonym
from points_api.eligibility.standing import Overdue
from points_api.ids import new_id
from points_api.merchants import serving
from points_api.partners.problems import HomeNotAsked
from points_api.partners.profiles import VISITING
from points_api.partners.replies import held_of, parsed, reason_of
from points_api.partners.service import Exchange
from points_api.recognitions.ending import account_of
from points_api.recognitions.problems import VisitorsNotRecognized
from points_api.recognitions.visits import AtTill, Decided, Heard, begin, store, why_ended
from points_api.recognitions.weighing import Scales, is_open, score_of, weigh, weigh_by
from points_api.scenarios.live import LiveScenarios
from points_api.verifications.problems import CodeUsed
from points_api.verifications.service import Answer
from points_api.verifications.statement import Cause
from scenarios.scenario import Scenario

PATH: Final = "/interop/v1/recognitions"


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
        visit = await begin(caller, home, host, code, scenario)
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
        self, visit: AtTill, scales: Scales, refused: frozenset[str] = frozenset()
    ) -> Heard:
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
        return Heard(asked, exchanged, said if isinstance(said, Statement) else None, scales)

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
    async def _written(self, visit: AtTill, heard: Heard, now: datetime) -> Answer:
        """Decide and write, with the evidence for it, in one transaction."""
        said, account = heard.statement, None
        mapped = weigh(said, heard.scales) if said else None
        if said is not None:
            city, name = heard.exchanged.answerer.city, visit.name_of(said)
            account = await account_of(self.keyring, city, name, said.sub, now)
        yes = account is not None and await self._is_open(visit, heard, mapped, account, now)
        cause: Cause = "eligible" if yes else "below" if said else "unknown"
        decided = Decided(new_id(), now, account, (mapped, self._beside(heard)), cause)
        try:
            await store(visit, heard, decided)
        except Overtaken:  # home has taken it back while it was on its way here
            decided = decided._replace(cause="unknown", ended_why=await why_ended(heard))
            await store(visit, heard, decided)
        return self._answer(visit, decided)

    def _answer(self, visit: AtTill, decided: Decided) -> Answer:
        scenario = visit.scenario if decided.eligible else None
        name = None
        if scenario and decided.account is not None and "pseudonym" in scenario.discloses:
            name = pseudonym.of(self.keyring, visit.caller.merchant_id, decided.account)
        return Answer(decided.number, decided.cause, decided.until, scenario, name)

    def _beside(self, heard: Heard) -> Mapped | None:
        """What the table says that runs beside the one that decides, where it can be said."""
        said, scales = heard.statement, heard.scales
        if said is None or scales.beside is None:
            return None
        return weigh_by(scales.beside, said, scales.home)

    async def _is_open(
        self, visit: AtTill, heard: Heard, mapped: Mapped | None, account: UUID, now: datetime
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


def _asked(visit: AtTill, scales: Scales) -> Asked:
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
