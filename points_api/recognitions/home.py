"""Home: what is said of a resident to a host that was shown their code.

Whoever asks is verified before (`partners/door.py`). What is decided here rests on one look at the
consent, held to the commit, so that a withdrawal either comes first or finds the statement that it
has to recall. Every answer is signed and stored with its question, those that say nothing included:
below, paused, left, unknown, used up are one answer to the host.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from tortoise.exceptions import IntegrityError

from interop import statement
from interop.agreements import Agreement, agreed_bands
from interop.cities import City
from interop.directory import Members
from interop.evidence import entry
from interop.keys import Signer
from interop.pseudonyms import pairwise
from interop.refusals import Refused, WrongTable
from interop.signing import Response
from interop.statement import Answer, Asked, Standing
from interop.words import points
from points_api import clock
from points_api.audit import service as audit
from points_api.auth.models import Session
from points_api.auth.partners import CallingPartner
from points_api.consents.models import Consent
from points_api.consents.notice import Notices
from points_api.consents.to_city import SCORE
from points_api.credit_codes.sealing import Unreadable
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.reads import select
from points_api.db.transaction import transactional
from points_api.db.writes import Insert, write_all
from points_api.ids import new_id
from points_api.partners import tables
from points_api.partners.messages import kept_request, kept_response
from points_api.partners.problems import QuestionRefused
from points_api.partners.service import Exchange
from points_api.recognitions.models import Recognition
from points_api.recognitions.problems import NothingAgreed
from points_api.recognitions.sealing import VisitCode, VisitSeal, scope_of
from points_api.residents.models import Enrollment
from points_api.scores import seeing
from points_api.scores.document import StoredScore
from points_api.scores.models import ScoreRow
from points_api.scores.service import Scores

Cause = Literal[
    "recognized", "below", "paused", "not_joined", "no_consent", "signed_out", "unknown", "used"
]
JSON: Final = "application/json"
_SCORE: Final = ", ".join(f"s.{name}" for name in seeing.SCORE_COLUMNS)
_LOOK: Final = f"""
SELECT c.id, c.resident_id, c.data_kinds, c.withdrawn_at, c.expires_at, e.person_id, e.paused_at,
    j.notice_version, j.expires_at AS agreed_until, x.id AS session, {_SCORE},
    (SELECT 1 FROM recognition WHERE mark = $4) AS used,
    (SELECT subject FROM recognition
        WHERE person_id = e.person_id AND host = $3 AND subject IS NOT NULL LIMIT 1) AS earlier
FROM consent c
LEFT JOIN enrollment e ON e.resident_id = c.resident_id AND e.left_at IS NULL
LEFT JOIN consent j
    ON j.resident_id = c.resident_id AND j.purpose = 'scoring' AND j.withdrawn_at IS NULL
LEFT JOIN session x ON x.id = $2 AND x.revoked_at IS NULL
LEFT JOIN score s ON s.resident_id = c.resident_id
WHERE c.id = $1 AND c.recipient = $3 AND c.purpose = 'city'
FOR SHARE OF c
"""  # noqa: S608 - column names of our own


class _Question(NamedTuple):
    """What is asked, by whom, under which agreement; `signer` our key for statements."""

    asked: Asked
    caller: CallingPartner
    agreement: Agreement
    signer: Signer


class _Found(NamedTuple):
    """What there is to say; `standing` only where somebody is recognized."""

    cause: Cause
    resident_id: UUID | None = None
    person_id: UUID | None = None
    consent_id: UUID | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The service: what it needs besides the database. One per process."""

    exchange: Exchange
    keyring: Keyring
    seal: VisitSeal
    scores: Scores
    notices: Notices

    async def answer(self, caller: CallingPartner) -> Response:
        """The signed answer to a host's question.

        Raises `QuestionRefused`, `NothingAgreed`, `ExchangeClosed`.
        """
        now = clock.now()
        members = await self.exchange.directory.members(now)
        try:
            question = await self._question(caller, members, now)
        except Refused as refused:
            raise QuestionRefused(refused) from None
        code, mark = self._read(question.asked, now)
        try:
            return await self._answered(question, code, mark, now)
        except IntegrityError:  # the same code at the same instant: now it is seen to be used
            return await self._answered(question, code, mark, now)

    async def _question(self, caller: CallingPartner, members: Members, now: datetime) -> _Question:
        asked = statement.read_question(
            caller.message.body, caller.city, self.exchange.keys.division, members
        )
        agreement = self._agreement(asked, now)
        if agreement is None:
            raise NothingAgreed
        host = self.exchange.profiles.city_of(asked.host)
        if not await self._holds(asked.table, agreement, host, now):
            raise WrongTable
        signer = self.exchange.keys.signer(members, "statement")
        return _Question(asked, caller, agreement, signer)

    def _agreement(self, asked: Asked, now: datetime) -> Agreement | None:
        """The agreement of both for this purpose.

        Whether it names the scenario, the host says: only there is its category known.
        """
        profiles, day = self.exchange.profiles, clock.day_of(now)
        return profiles.recognition(asked.home, asked.host, None, asked.purpose, day)

    async def _holds(
        self, version: str, agreement: Agreement, host: City | None, now: datetime
    ) -> bool:
        """Whether we know the table that the host will use."""
        own = self.exchange.profiles.own
        if version == bands_version(agreement):
            return True
        if own is None or host is None:
            return False
        ours = await tables.in_force(own.id, host.id, clock.day_of(now))
        return any(one.header.version == version for one in ours)

    def _read(self, asked: Asked, now: datetime) -> tuple[VisitCode | None, bytes | None]:
        """The code, where it is one of ours for just this question and still good."""
        try:
            code, mark = self.seal.open(asked.code)
        except Unreadable:
            return None, None
        scope = scope_of(asked.scenario, asked.purpose)
        fits = (code.home, code.host, code.scope) == (int(asked.home), int(asked.host), scope)
        return (code, mark) if fits and code.expires_at > now.timestamp() else (None, None)

    @transactional
    async def _answered(
        self, question: _Question, code: VisitCode | None, mark: bytes | None, now: datetime
    ) -> Response:
        """Decide, sign and store, in one transaction."""
        found = await self._find(question, code, mark, now) if code else _Found("unknown")
        asked, signer = question.asked, question.signer
        token = (
            statement.state(asked, found.standing, signer, now)
            if found.standing
            else statement.decline(asked, signer, now)
        )
        body = Answer(statement=token).body()
        plain = Response(200, {"content-type": JSON}, body)
        signed = await self.exchange.signed(plain, question.caller.message)
        await _store(question, found, None if found.cause == "used" else mark, signed, now)
        return signed

    async def _find(
        self, question: _Question, code: VisitCode, mark: bytes | None, now: datetime
    ) -> _Found:
        host = question.asked.host
        values = (str(code.consent_id), str(code.session_id), host, mark)
        rows = await select((Consent, Enrollment, Session, ScoreRow), _LOOK, *values)
        if not rows:
            return _Found("unknown")
        row = rows[0]
        known = (_uuid(row["resident_id"]), _uuid(row["person_id"]), _uuid(row["id"]))
        if (cause := self._hindrance(row, now)) is not None:
            return _Found(cause, *known)
        score = await self._score(row, code.resident_id, now)
        own = self.scores.city.scorecard_named(score.scorecard).band_of(score.value).id
        if (band := self._told(own, question)) is None:
            return _Found("below", *known)
        subject = row["earlier"] or pairwise(
            self.keyring.derive("interop/pairwise"), host, str(known[1]).encode()
        )
        gives = (
            question.asked.score
            and SCORE in row["data_kinds"]
            and "score" in question.agreement.recognizes
        )
        value = points(score.value) if gives else None
        standing = Standing(subject, band, clock.day_of(now), str(known[2]), value)
        return _Found("recognized", *known, standing)

    def _hindrance(self, row: Mapping[str, Any], now: datetime) -> Cause | None:
        """Why nothing is said, or None."""
        if row["used"]:
            return "used"
        if row["session"] is None:
            return "signed_out"
        if row["withdrawn_at"] is not None or row["expires_at"] <= now:
            return "no_consent"
        if row["person_id"] is None or row["agreed_until"] is None:
            return "not_joined"
        until = Consent._meta.fields_map["expires_at"].to_python_value(row["agreed_until"])
        lapsed = until <= now or row["notice_version"] != self._notice_version(now)
        return "paused" if lapsed or row["paused_at"] is not None else None

    def _notice_version(self, now: datetime) -> str:
        return self.notices.current(clock.day_of(now)).version

    async def _score(self, row: Mapping[str, Any], resident_id: UUID, now: datetime) -> StoredScore:
        if row["version"] is not None:
            stored = seeing.stored(row)
            if stored.holds_on(clock.day_of(now)):
                return stored
        return await self.scores.refresh(resident_id, "day")

    def _told(self, band: str, question: _Question) -> str | None:
        """The band to tell: where the rung begins that is reached, as a host compares no finer.

        None is below all rungs. Where no ladder is agreed on, it is our own band, None the first.
        """
        own, agreement = self.exchange.profiles.own, question.agreement
        if own is None or band not in (ids := [one.id for one in own.bands]):
            return None
        if not agreement.grades:
            return band if band != ids[0] else None
        return agreed_bands(agreement, own, own)[band]


def bands_version(agreement: Agreement) -> str:
    """How the agreed table of bands is called where a mapping table has its version."""
    return f"bands-{agreement.id}"


async def _store(
    question: _Question, found: _Found, mark: bytes | None, signed: Response, now: datetime
) -> None:
    asked, caller, standing = question.asked, question.caller, found.standing
    number = new_id()
    row = {
        "id": number, "mark": mark, "host": asked.host, "scenario": asked.scenario,
        "purpose": asked.purpose, "mapping": asked.table, "nonce": asked.nonce,
        "resident_id": found.resident_id, "person_id": found.person_id,
        "consent_id": found.consent_id, "subject": standing.subject if standing else None,
        "band": standing.band if standing else None,
        "with_score": bool(standing and standing.score), "cause": found.cause,
        "request": kept_request(caller.message), "response": kept_response(signed),
        "edition": caller.edition, "created_at": now,
    }  # fmt: skip
    subject = f"recognition:{number}"
    said = {
        "host": asked.host, "recognized": standing is not None,
        "exchange": sha256(entry(caller.message, signed)).hexdigest(),
    }  # fmt: skip
    await write_all(
        [
            Insert(Recognition, [row]),
            audit.entry(caller.actor, "recognition.answer", subject, said),
            outbox.event("recognition.answered", subject, {"host": asked.host}),
        ]
    )


def _uuid(value: UUID | str | None) -> UUID | None:
    return value if isinstance(value, UUID) or value is None else UUID(str(value))
