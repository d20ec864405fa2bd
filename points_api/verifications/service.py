"""Is this resident eligible? Asked in four ways, answered in one.

However it is asked, a question becomes an `Ask`: who, under which consent, what for, and what is
known of them. It is written down and answered in one statement (`statement.py`, `group.py`); where
the person has changed since they were known, they are read anew and it is asked again.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.credit_codes import sealing
from points_api.credit_codes.problems import ModeNotOffered
from points_api.credit_codes.sealing import CreditCode, Unreadable, mark_of, scenario_mark
from points_api.credit_codes.service import CreditCodes, spoken
from points_api.crypto.keyring import Keyring
from points_api.eligibility import pseudonym
from points_api.eligibility.standing import Standing
from points_api.ids import new_id
from points_api.merchants.enumeration import CodeGuard
from points_api.merchants.models import Merchant, MerchantScenario
from points_api.problem import Busy, NotFound
from points_api.residents.membership import member_of
from points_api.scenarios.live import Published
from points_api.verifications import asked_by_name, guesses, in_sandbox, wall
from points_api.verifications.group import Group, Used, Written
from points_api.verifications.models import Verification
from points_api.verifications.problems import CodeNotValid, CodeUsed, WallCodeUnknown
from points_api.verifications.served import Served
from points_api.verifications.statement import NO_PERSON, Ask, Cause, Mode
from scenarios.scenario import Scenario

GOOD_FOR: Final = timedelta(minutes=10)
"""How long a merchant may rely on a yes before redeeming."""
_ATTEMPTS: Final = 4
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Answer:
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


class _Question(NamedTuple):
    scenario_id: str
    version: int
    merchant_id: UUID
    staff: str
    mode: Mode
    resident_id: UUID | None
    session_id: UUID | None = None
    consent_id: UUID | None = None
    mark: bytes | None = None


@dataclass(frozen=True, slots=True)
class Verifications:
    """The service: what it needs besides the database. One per process."""

    keyring: Keyring
    codes: CreditCodes
    guard: CodeGuard
    served: Served = field(default_factory=Served)
    group: Group = field(default_factory=Group)

    async def by_code(
        self, caller: CallingMerchant, text: str, scenario_id: str, now: datetime
    ) -> Answer:
        """A code that was scanned.

        Raises `NotFound`, `CodeNotValid`, `CodeUsed`, and `RateLimited` after too many that failed.
        """
        self.guard.require(caller.client_id)
        await self._require_served(caller, scenario_id)
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
        await self._require_served(caller, scenario_id)
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
        await self._require_served(caller, scenario_id)
        scenario = self._published.by_id.get(scenario_id)
        if scenario is not None and "server" not in scenario.verification:
            raise ModeNotOffered(scenario.verification)
        version = scenario.version if scenario else await asked_by_name.version_of(scenario_id)
        candidates = pseudonym.residents_of(self.keyring, caller.merchant_id, name)
        kinds = scenario.discloses if scenario else ()
        found = await asked_by_name.consenting(candidates, scenario_id, kinds, now)
        question = _Question(
            scenario_id, version, caller.merchant_id, caller.actor, "server",
            found.resident_id, consent_id=found.consent_id,
        )  # fmt: skip
        return await self._answer(question, now)

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
        question = _Question(
            scenario.id, scenario.version, merchant.id, f"merchant:{merchant.id}:wall", "wall",
            resident_id, session_id, consent_id,
        )  # fmt: skip
        answer = await self._answer(question, now)
        return OnTheWall(answer, scenario, merchant.id, (merchant.name, merchant.name_en))

    async def wall_code(self, caller: CallingMerchant, scenario_id: str) -> tuple[str, Scenario]:
        """What the merchant hangs on the wall for a scenario. Raises `NotFound`."""
        await self._require_served(caller, scenario_id)
        scenario = self._published.by_id.get(scenario_id)
        if scenario is None:
            raise NotFound
        if "wall" not in scenario.verification:
            raise ModeNotOffered(scenario.verification)
        return wall.text_of(self.keyring, caller.merchant_id, scenario_id), scenario

    @property
    def _published(self) -> Published:
        return self.codes.live.current

    async def _require_served(self, caller: CallingMerchant, scenario_id: str) -> None:
        if scenario_id not in await self.served.by(caller.merchant_id):
            raise NotFound

    async def _by_sealed(
        self, caller: CallingMerchant, sealed: bytes, scenario_id: str, mode: Mode, now: datetime
    ) -> Answer:
        code = self._read(sealed, scenario_id, now)
        if caller.sandbox:
            return await self._in_sandbox(caller, code, scenario_id, mark_of(sealed), now)
        question = _Question(
            scenario_id, code.version, caller.merchant_id, _staff(caller), mode,
            code.resident_id, code.session_id, code.consent_id, mark_of(sealed),
        )  # fmt: skip
        return await self._answer(question, now)

    async def _in_sandbox(
        self,
        caller: CallingMerchant,
        code: CreditCode,
        scenario_id: str,
        mark: bytes,
        now: datetime,
    ) -> Answer:
        cause = await in_sandbox.decide(self.codes.live, caller, code, scenario_id, now)
        written = clock.now()
        row = Verification(
            mark=mark, scenario_id=scenario_id, scenario_version=code.version,
            merchant_id=caller.merchant_id, staff=caller.actor, resident_id=code.resident_id,
            mode="code", eligible=cause == "eligible", cause=cause, created_at=written,
            expires_at=written + GOOD_FOR,
        )  # fmt: skip
        await in_sandbox.write(row)
        return self._said(scenario_id, caller.merchant_id, code.resident_id, row, cause)

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

    async def _answer(self, question: _Question, now: datetime) -> Answer:
        """Write the question down until it meets the person as they are."""
        standing = await self._standing(question.resident_id, now, fresh=False)
        for _ in range(_ATTEMPTS):
            ask = self._ask(question, standing, now)
            outcome = await self.group.ask(ask)
            if isinstance(outcome, Written):
                return self._said(
                    question.scenario_id,
                    question.merchant_id,
                    question.resident_id,
                    ask,
                    outcome.cause,
                )
            if isinstance(outcome, Used):
                raise CodeUsed
            standing = await self._standing(question.resident_id, now, fresh=True)
        raise Busy

    async def _standing(
        self, resident_id: UUID | None, now: datetime, *, fresh: bool
    ) -> Standing | None:
        remembered = self.codes.remembered
        # For nobody the same steps are gone through, so that the time does not tell.
        found = await (remembered.fresh if fresh else remembered.of)(resident_id or _NOBODY, now)
        return found if resident_id else None

    def _ask(self, question: _Question, standing: Standing | None, now: datetime) -> Ask:
        revision = standing.revision if standing else None
        return Ask(
            new_id(), question.mark, question.scenario_id, question.version,
            question.merchant_id, question.staff, question.resident_id, question.session_id,
            question.consent_id, question.mode, self._cause(question, standing),
            NO_PERSON if revision is None else revision, now, now + GOOD_FOR,
        )  # fmt: skip

    def _cause(self, question: _Question, standing: Standing | None) -> Cause:
        published = self._published
        if published.open(question.scenario_id) is None:
            return "closed"
        if standing is None:
            return "unknown"
        if standing.why != "joined":
            return standing.why
        is_open = published.index.is_open(standing.facts, question.scenario_id)
        return "eligible" if is_open else "below"

    def _said(
        self,
        scenario_id: str,
        merchant_id: UUID,
        resident_id: UUID | None,
        written: Ask | Verification,
        cause: Cause,
    ) -> Answer:
        scenario = self._published.by_id.get(scenario_id) if cause == "eligible" else None
        name = None
        if scenario is not None and "pseudonym" in scenario.discloses and resident_id:
            name = pseudonym.of(self.keyring, merchant_id, resident_id)
        return Answer(written.id, cause, written.expires_at, scenario, name)


@lru_cache(maxsize=10_000)
def _staff(caller: CallingMerchant) -> str:
    """The caller's name in the audit log, which a till would otherwise have made each time."""
    return caller.actor


async def _serves(code: wall.WallCode, now: datetime) -> bool:
    served = MerchantScenario.filter(
        merchant_id=code.merchant_id, scenario_id=code.scenario_id, until=None, since__lte=now
    )
    active = Merchant.filter(id=code.merchant_id, state="active")
    return await served.exists() and await active.exists()
