"""Is this resident eligible? Asked in four ways, answered in one.

However it is asked, a question becomes an `Ask`: who, under which consent, what for, and what is
known of them. It is written down and answered in one statement (`statement.py`, `group.py`); where
the person has changed since they were known, they are read anew and it is asked again.
"""

from asyncio import Future
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.credit_codes import sealing
from points_api.credit_codes.problems import ModeNotOffered
from points_api.credit_codes.sealing import CreditCode, Unreadable, mark_of, scenario_mark
from points_api.credit_codes.service import CreditCodes, spoken
from points_api.crypto.keyring import Keyring
from points_api.eligibility import pseudonym
from points_api.merchants import serving
from points_api.merchants.enumeration import CodeGuard
from points_api.merchants.models import Merchant, MerchantScenario
from points_api.problem import Busy, NotFound, RateLimited
from points_api.residents.membership import member_of
from points_api.scenarios.live import Published
from points_api.verifications import asked_by_name, guesses, in_sandbox, wall
from points_api.verifications.expected import Expectations
from points_api.verifications.group import Group, Outcome, Used, Written
from points_api.verifications.models import Verification
from points_api.verifications.problems import CodeNotValid, CodeUsed, WallCodeUnknown
from points_api.verifications.statement import GOOD_FOR, Ask, Cause, Mode
from scenarios.scenario import Scenario

_ATTEMPTS: Final = 5


class Answer(NamedTuple):
    """What was written down. `scenario` only with a yes, `pseudonym` only where it is disclosed.

    `cause` is for the resident.
    """

    id: UUID
    cause: Cause
    expires_at: datetime
    scenario: Scenario | None
    pseudonym: str | None

    @property
    def eligible(self) -> bool:
        return self.scenario is not None


@dataclass(frozen=True, slots=True)
class OnTheWall:
    """What a resident sees who scanned a wall code."""

    answer: Answer
    scenario: Scenario
    merchant_id: UUID
    merchant_name: tuple[str, str]


@dataclass(slots=True)
class Verifications:
    """The service: what it needs besides the database. One per process."""

    keyring: Keyring
    codes: CreditCodes
    guard: CodeGuard
    expectations: Expectations = field(init=False)
    group: Group = field(init=False)

    def __post_init__(self) -> None:
        self.expectations = Expectations(self.codes)
        self.group = Group(self.expectations.remembered)

    async def by_code(
        self, caller: CallingMerchant, text: str, scenario_id: str, now: datetime
    ) -> Answer:
        """A code that was scanned.

        Raises `NotFound`, `CodeNotValid`, `CodeUsed`, and `RateLimited` after too many that failed.
        """
        self.guard.require(caller.client_id)
        if scenario_id not in caller.serves:
            await serving.require(caller, scenario_id)
        try:
            sealed = sealing.bytes_of(text)
            return await self._by_sealed(caller, sealed, scenario_id, "code", now)
        except (Unreadable, CodeNotValid):
            await self.guard.failed(caller.client_id, sha256(text.encode()).digest())
            raise CodeNotValid from None

    async def by_number(
        self, caller: CallingMerchant, number: str, scenario_id: str, now: datetime
    ) -> Answer:
        """A number that was said at a counter. Raises also `TooManyGuesses`."""
        await serving.require(caller, scenario_id)
        guess = await guesses.count(self.keyring, caller, now)
        sealed = await spoken(scenario_id, number, now)
        if sealed is None:
            raise CodeNotValid
        await guesses.forget(guess)
        return await self._by_sealed(caller, sealed, scenario_id, "counter", now)

    async def by_pseudonym(
        self, caller: CallingMerchant, name: str, scenario_id: str, now: datetime
    ) -> Answer:
        """A call of the merchant's system about somebody who has consented to the scenario.

        Raises `NotFound`, `ModeNotOffered`. Names that it does not know get the same answer as
        residents who are not eligible.
        """
        await serving.require(caller, scenario_id)
        scenario = self._published.by_id.get(scenario_id)
        if scenario is not None and "server" not in scenario.verification:
            raise ModeNotOffered(scenario.verification)
        version = scenario.version if scenario else await asked_by_name.version_of(scenario_id)
        candidates = pseudonym.residents_of(self.keyring, caller.merchant_id, name)
        kinds = scenario.discloses if scenario else ()
        found = await asked_by_name.consenting(candidates, scenario_id, kinds, now)
        ask = Ask(
            None, scenario_id, version, caller.merchant_id, caller.actor,
            found.resident_id, None, found.consent_id, "server",
        )  # fmt: skip
        return await self.answer(ask)

    async def by_wall(
        self, resident_id: UUID, session_id: UUID, text: str, now: datetime
    ) -> OnTheWall:
        """A merchant's code that a resident scanned.

        Raises `NoMember`, `WallCodeUnknown`, and what making a code raises about the scenario.
        """
        code = wall.read(self.keyring, text)
        if code is None or not await _serves(code, now):
            raise WallCodeUnknown
        await member_of(resident_id)
        scenario, consent_id = await self.codes.agreed(resident_id, code.scenario_id, now)
        if "wall" not in scenario.verification:
            raise ModeNotOffered(scenario.verification)
        merchant = await Merchant.get(id=code.merchant_id)
        ask = Ask(
            None, scenario.id, scenario.version, merchant.id, f"merchant:{merchant.id}:wall",
            resident_id, session_id, consent_id, "wall",
        )  # fmt: skip
        answer = await self.answer(ask)
        return OnTheWall(answer, scenario, merchant.id, (merchant.name, merchant.name_en))

    async def wall_code(self, caller: CallingMerchant, scenario_id: str) -> tuple[str, Scenario]:
        """What the merchant hangs on the wall for a scenario. Raises `NotFound`."""
        await serving.require(caller, scenario_id)
        scenario = self._published.by_id.get(scenario_id)
        if scenario is None:
            raise NotFound
        if "wall" not in scenario.verification:
            raise ModeNotOffered(scenario.verification)
        return wall.text_of(self.keyring, caller.merchant_id, scenario_id), scenario

    @property
    def _published(self) -> Published:
        return self.codes.live.current

    def sound(
        self, caller: CallingMerchant, text: str, scenario_id: str, now: datetime
    ) -> Ask | None:
        """The question of a code that was scanned; None where `by_code` has more to do first."""
        if caller.sandbox or scenario_id not in caller.serves:
            return None
        try:
            self.guard.require(caller.client_id)
            sealed = sealing.bytes_of(text)
            return _ask(caller, sealed, self._read(sealed, scenario_id, now), scenario_id, "code")
        except (RateLimited, Unreadable, CodeNotValid):
            return None

    def _by_sealed(
        self, caller: CallingMerchant, sealed: bytes, scenario_id: str, mode: Mode, now: datetime
    ) -> Coroutine[Any, Any, Answer]:
        code = self._read(sealed, scenario_id, now)
        ask = _ask(caller, sealed, code, scenario_id, mode)
        if caller.sandbox:
            return self._in_sandbox(caller, code, ask, now)
        return self.answer(ask)

    async def _in_sandbox(
        self, caller: CallingMerchant, code: CreditCode, ask: Ask, now: datetime
    ) -> Answer:
        cause = await in_sandbox.decide(self.codes.live, caller, code, ask.scenario_id, now)
        row = Verification(
            mark=ask.mark, scenario_id=ask.scenario_id, scenario_version=ask.version,
            merchant_id=ask.merchant_id, staff=ask.staff, resident_id=ask.resident_id,
            mode="code", eligible=cause == "eligible", cause=cause, created_at=now,
            expires_at=now + GOOD_FOR,
        )  # fmt: skip
        await in_sandbox.write(row)
        return self.said(ask, Written(row.id, cause, now))

    def _read(self, sealed: bytes, scenario_id: str, now: datetime) -> CreditCode:
        try:
            code = self.codes.seal.open(sealed)
        except Unreadable:
            raise CodeNotValid from None
        if code.expires_at <= now.timestamp() or code.scenario != scenario_mark(scenario_id):
            raise CodeNotValid
        scenario = self._published.by_id.get(scenario_id)
        if scenario is not None and scenario.version != code.version:
            raise CodeNotValid  # made for a version that another has followed
        return code

    async def answer(self, ask: Ask, asked: Future[Outcome] | None = None) -> Answer:
        """Write the question down until it meets the person as they are.

        `asked` is what `group.ask` gave who began with that. Raises `CodeUsed`, `Busy`.
        """
        expected = None
        for _ in range(_ATTEMPTS):
            outcome = await (asked or self.group.ask(ask, expected))
            if isinstance(outcome, Written):
                return self.said(ask, outcome)
            if isinstance(outcome, Used):
                raise CodeUsed
            expected, asked = await self.expectations.fresh(ask, clock.now()), None
        raise Busy

    def said(self, ask: Ask, written: Written) -> Answer:
        """What the merchant is told of a question that was written down."""
        id_, cause, at = written
        scenario = self._published.by_id.get(ask.scenario_id) if cause == "eligible" else None
        name = None
        if scenario is not None and "pseudonym" in scenario.discloses and ask.resident_id:
            name = pseudonym.of(self.keyring, ask.merchant_id, ask.resident_id)
        return Answer(id_, cause, at + GOOD_FOR, scenario, name)


def _ask(
    caller: CallingMerchant, sealed: bytes, code: CreditCode, scenario_id: str, mode: Mode
) -> Ask:
    return Ask(
        mark_of(sealed), scenario_id, code.version, caller.merchant_id, caller.actor,
        code.resident_id, code.session_id, code.consent_id, mode,
    )  # fmt: skip


async def _serves(code: wall.WallCode, now: datetime) -> bool:
    served = MerchantScenario.filter(
        merchant_id=code.merchant_id, scenario_id=code.scenario_id, until=None, since__lte=now
    )
    active = Merchant.filter(id=code.merchant_id, state="active")
    return await served.exists() and await active.exists()
