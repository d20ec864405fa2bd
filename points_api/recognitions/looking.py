"""How a resident stands who has shown a code elsewhere, or why nothing is said of them.

All of it rests on one look at the consent, whose row is held to the commit, so that a withdrawal
either comes first or finds the statement that it has to recall.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from interop.agreements import Agreement, agreed_bands
from interop.cities import City
from interop.keys import Signer
from interop.pseudonyms import pairwise
from interop.statement import Asked, Standing
from interop.words import points
from points_api import clock
from points_api.auth.models import Session
from points_api.consents.models import Consent
from points_api.consents.notice import Notices
from points_api.consents.to_city import SCORE
from points_api.crypto.keyring import Keyring
from points_api.db.reads import select
from points_api.recognitions.sealing import VisitCode
from points_api.residents.models import Enrollment
from points_api.scores import seeing
from points_api.scores.document import StoredScore
from points_api.scores.models import ScoreRow
from points_api.scores.service import Scores

Cause = Literal[
    "recognized", "below", "paused", "not_joined", "no_consent", "signed_out", "unknown", "used"
]
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


class Question(NamedTuple):
    """What is asked, by whom, under which agreement; `signer` our key for statements."""

    asked: Asked
    actor: str
    agreement: Agreement
    signer: Signer


class Found(NamedTuple):
    """What there is to say; `standing` only where somebody is recognized."""

    cause: Cause
    resident_id: UUID | None = None
    person_id: UUID | None = None
    consent_id: UUID | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Looking:
    """The look: what it needs besides the database. `own` is this city."""

    own: City | None
    keyring: Keyring
    scores: Scores
    notices: Notices

    async def find(
        self, question: Question, code: VisitCode, mark: bytes | None, now: datetime
    ) -> Found:
        """What there is to say of whoever has shown a code, within a transaction."""
        host = question.asked.host
        values = (str(code.consent_id), str(code.session_id), host, mark)
        rows = await select((Consent, Enrollment, Session, ScoreRow), _LOOK, *values)
        if not rows:
            return Found("unknown")
        row = rows[0]
        known = (_uuid(row["resident_id"]), _uuid(row["person_id"]), _uuid(row["id"]))
        if (cause := self._hindrance(row, now)) is not None:
            return Found(cause, *known)
        score = await self._score(row, code.resident_id, now)
        own = self.scores.city.scorecard_named(score.scorecard).band_of(score.value).id
        if (band := self._told(own, question.agreement)) is None:
            return Found("below", *known)
        subject = row["earlier"] or pairwise(
            self.keyring.outward("interop/pairwise"), host, str(known[1]).encode()
        )
        gives = (
            question.asked.score
            and SCORE in row["data_kinds"]
            and "score" in question.agreement.recognizes
        )
        value = points(score.value) if gives else None
        standing = Standing(subject, band, clock.day_of(now), str(known[2]), value)
        return Found("recognized", *known, standing)

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

    def _told(self, band: str, agreement: Agreement) -> str | None:
        """The band to tell: where the rung begins that is reached, as a host compares no finer.

        None is below all rungs. Where no ladder is agreed on, it is our own band, None the first.
        """
        own = self.own
        if own is None or band not in (ids := [one.id for one in own.bands]):
            return None
        if not agreement.grades:
            return band if band != ids[0] else None
        return agreed_bands(agreement, own, own)[band]


def _uuid(value: UUID | str | None) -> UUID | None:
    return value if isinstance(value, UUID) or value is None else UUID(str(value))
