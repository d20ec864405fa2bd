"""What a change of scores writes: score, history, audit entry and outbox row, in one round trip."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from points_api.audit import service as audit
from points_api.audit.models import AuditEntry
from points_api.db import outbox
from points_api.db.models import OutboxEvent
from points_api.db.transaction import Callback
from points_api.db.writes import PRIMARY_KEY, Insert
from points_api.residents.membership import Member
from points_api.scores.document import StoredScore
from points_api.scores.models import ScoreHistory, ScoreRow

Row = dict[str, Any]


@dataclass(slots=True)
class Changes:
    """Rows gathered for one or many residents; `cause` is why, `now` when we knew it."""

    cause: str
    now: datetime
    scores: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    audit: list[Mapping[str, object]] = field(default_factory=list)
    events: list[Mapping[str, object]] = field(default_factory=list)
    then: list[Callback] = field(default_factory=list)
    """What is to be done after the commit."""

    def add(
        self, member: Member, new: StoredScore, version: int, band: str, *, differs: bool
    ) -> None:
        """Store a score; where it differs from before, also tell history, audit and outbox."""
        shown = {
            "resident_id": member.resident_id,
            "as_of": new.as_of,
            "value": new.value,
            "band": band,
            "scorecard": new.scorecard,
            "records_digest": new.records_digest,
            "dimensions": dict(new.dimensions),
        }
        own = {
            "enrollment_id": member.enrollment_id,
            "person_id": member.person_id,
            "base": new.base,
            "stale_on": new.stale_on,
            "next_change_on": new.next_change_on,
            "version": version,
            "computed_at": self.now,
        }
        self.scores.append(shown | own)
        if differs:
            self._tell(member, new, version, shown)

    def writes(self) -> list[Insert]:
        """The statements, without the empty ones."""
        replaced = tuple(name for name in (self.scores or [{}])[0] if name != "resident_id")
        found = [
            Insert(ScoreRow, self.scores, unless=PRIMARY_KEY, replace=replaced),
            Insert(ScoreHistory, self.history),
            Insert(AuditEntry, self.audit),
            Insert(OutboxEvent, self.events),
        ]
        return [write for write in found if write.rows]

    def _tell(self, member: Member, new: StoredScore, version: int, shown: Row) -> None:
        subject = str(member.resident_id)
        self.history.append(shown | {"cause": self.cause, "known_at": self.now})
        said = {
            "cause": self.cause,
            "scorecard": new.scorecard,
            "records_digest": new.records_digest,
        }
        self.audit += audit.entry("system", "score.changed", subject, said).rows
        event = {"version": version, "cause": self.cause}
        self.events += outbox.event("score.changed", subject, event).rows
