"""Home: what is said of a resident to a host that was shown their code.

Whoever asks is verified before (`partners/door.py`). How the resident stands is looked up, said,
signed and stored in one transaction. Every answer is stored with its question, those that say
nothing included: below, paused, left, unknown, used up are one answer to the host.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tortoise.exceptions import IntegrityError

from interop import statement
from interop.agreements import Agreement
from interop.cities import City
from interop.directory import Members
from interop.evidence import logged
from interop.refusals import Refused, ReplayedNonce, WrongTable
from interop.signing import Response
from interop.statement import Answer, Asked, Held
from points_api import clock
from points_api.audit import service as audit
from points_api.auth.partners import CallingPartner
from points_api.credit_codes.sealing import Unreadable
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, Write, write_all
from points_api.ids import new_id
from points_api.partners import tables
from points_api.partners.messages import kept_request, kept_response
from points_api.partners.problems import QuestionRefused
from points_api.partners.service import Exchange
from points_api.recognitions.looking import Found, Looking, Question
from points_api.recognitions.models import Recognition
from points_api.recognitions.problems import NothingAgreed
from points_api.recognitions.sealing import VisitCode, VisitSeal, scope_of
from points_api.recognitions.weighing import bands_version

JSON: Final = "application/json"
LIVES_SECONDS: Final = 120
Shown = tuple[VisitCode | None, bytes | None]
"""A code, where it is one of ours for just this question and still good, and its mark."""


@dataclass(frozen=True, slots=True)
class Home:
    """The service: what it needs besides the database. One per process."""

    exchange: Exchange
    seal: VisitSeal
    looking: Looking

    async def answer(self, caller: CallingPartner) -> Response:
        """The signed answer to a host's question.

        Raises `QuestionRefused`, `NothingAgreed`, `ExchangeClosed`.
        """
        now = clock.now()
        members = await self.exchange.directory.members(now)
        try:
            asked = statement.read_question(
                caller.message.body, caller.city, self.exchange.keys.division, members
            )
        except Refused as refused:
            raise QuestionRefused(refused) from None
        question = await self.question(asked, caller.actor, members, now)
        shown = self.shown(asked, now)
        try:
            return await self._answered(question, shown, caller, now)
        except IntegrityError:  # the same code at the same instant: now it is seen to be used
            return await self._again(question, shown, caller, now)

    async def question(self, asked: Asked, actor: str, members: Members, now: datetime) -> Question:
        """The question with all by which it is answered. Raises as `answer`."""
        agreement = self._agreement(asked, now)
        if agreement is None:
            raise NothingAgreed
        host = self.exchange.profiles.city_of(asked.host)
        if asked.table != bands_version(agreement):
            held = await self._held(host, now)
            if asked.table not in {one.version for one in held}:
                raise QuestionRefused(WrongTable(), tables=[one.model_dump() for one in held])
        signer = self.exchange.keys.signer(members, "statement")
        return Question(asked, actor, agreement, signer)

    def shown(self, asked: Asked, now: datetime) -> Shown:
        """What the code says. `now` is when it was shown to us."""
        try:
            code, mark = self.seal.open(asked.code)
        except Unreadable:
            return None, None
        scope = scope_of(asked.scenario, asked.purpose)
        fits = (code.home, code.host, code.scope) == (int(asked.home), int(asked.host), scope)
        return (code, mark) if fits and code.expires_at > now.timestamp() else (None, None)

    async def said(
        self, question: Question, shown: Shown, now: datetime, lives: int = LIVES_SECONDS
    ) -> tuple[Found, Answer]:
        """What there is to say, and how it is said: signed. Within a transaction."""
        code, mark = shown
        found = await self.looking.find(question, code, mark, now) if code else Found("unknown")
        asked, signer = question.asked, question.signer
        token = (
            statement.state(asked, found.standing, signer, now, lives)
            if found.standing
            else statement.decline(asked, signer, now, lives)
        )
        return found, Answer(statement=token)

    def _agreement(self, asked: Asked, now: datetime) -> Agreement | None:
        """The agreement of both for this purpose.

        Whether it names the scenario, the host says: only there is its category known.
        """
        profiles, day = self.exchange.profiles, clock.day_of(now)
        return profiles.recognition(asked.home, asked.host, None, asked.purpose, day)

    async def _held(self, host: City | None, now: datetime) -> Sequence[Held]:
        """The tables that we hold for a host now, the newest first."""
        own = self.exchange.profiles.own
        if own is None or host is None:
            return ()
        held = await tables.held(own.id, host.id, clock.day_of(now))
        return [Held(version=one.version, digest=one.digest) for one in held]

    @transactional
    async def _answered(
        self, question: Question, shown: Shown, caller: CallingPartner, now: datetime
    ) -> Response:
        """Decide, sign and store, in one transaction."""
        found, answer = await self.said(question, shown, now)
        plain = Response(200, {"content-type": JSON}, answer.body())
        signed = await self.exchange.signed(plain, caller.message)
        kept = {
            "request": kept_request(caller.message), "response": kept_response(signed),
            "edition": caller.edition,
        }  # fmt: skip
        told = {"exchange": logged(caller.message, signed).hex()}
        await write_all(recorded(question, found, shown, kept, told, now))
        return signed

    async def _again(
        self, question: Question, shown: Shown, caller: CallingPartner, now: datetime
    ) -> Response:
        try:
            return await self._answered(question, shown, caller, now)
        except IntegrityError:  # not the code but the question itself was here before
            raise QuestionRefused(ReplayedNonce()) from None


def recorded(
    question: Question,
    found: Found,
    shown: Shown,
    kept: Mapping[str, Any],
    told: Mapping[str, Any],
    now: datetime,
) -> list[Write]:
    """What is written of an answer; `kept`: the messages, `told`: what names them in the log."""
    asked, standing = question.asked, found.standing
    number = new_id()
    row = {
        "id": number, "mark": None if found.cause == "used" else shown[1], "host": asked.host,
        "scenario": asked.scenario, "purpose": asked.purpose, "mapping": asked.table,
        "nonce": asked.nonce, "resident_id": found.resident_id, "person_id": found.person_id,
        "consent_id": found.consent_id, "subject": standing.subject if standing else None,
        "band": standing.band if standing else None,
        "with_score": bool(standing and standing.score), "cause": found.cause,
        **kept, "created_at": now,
    }  # fmt: skip
    subject = f"recognition:{number}"
    said = {"host": asked.host, "recognized": standing is not None, **told}
    return [
        Insert(Recognition, [row]),
        audit.entry(question.actor, "recognition.answer", subject, said),
    ]
