"""What a change of scores writes: score, history, audit entry and outbox row, in one round trip."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from points_api.audit import service as audit
from points_api.db import outbox
from points_api.db.plans import JsonText
from points_api.db.transaction import Callback
from points_api.db.writes import PRIMARY_KEY, Columns, Insert
from points_api.ids import new_ids
from points_api.residents.membership import Member
from points_api.scores.document import StoredScore
from points_api.scores.models import ScoreHistory, ScoreRow

_json = json.JSONEncoder(separators=(",", ":")).encode


class NewScore(NamedTuple):
    """A score to be stored for a member, as this version."""

    member: Member
    score: StoredScore
    version: int
    band: str
    dimensions: JsonText

    @classmethod
    def of(cls, member: Member, score: StoredScore, version: int, band: str) -> "NewScore":
        """Write the dimensions out once, for score and history have them both."""
        return cls(member, score, version, band, JsonText(_json(dict(score.dimensions))))


@dataclass(slots=True)
class Changes:
    """Scores to store for one or many residents; `cause` is why, `now` when we knew it."""

    cause: str
    now: datetime
    scores: list[NewScore] = field(default_factory=list)
    differing: list[NewScore] = field(default_factory=list)
    """Those of the scores that differ from before: told to history, audit and outbox."""
    then: list[Callback] = field(default_factory=list)
    """What is to be done after the commit."""

    def add(self, new: NewScore, *, differs: bool) -> None:
        """Store a score."""
        self.scores.append(new)
        if differs:
            self.differing.append(new)

    def writes(self) -> list[Insert]:
        """The statements, without the empty ones."""
        if not self.scores:
            return []
        return [self._scores(), *(self._told() if self.differing else ())]

    def _scores(self) -> Insert:
        columns = _shown(self.scores) | {
            "enrollment_id": [new.member.enrollment_id for new in self.scores],
            "person_id": [new.member.person_id for new in self.scores],
            "base": [new.score.base for new in self.scores],
            "stale_on": [new.score.stale_on for new in self.scores],
            "next_change_on": [new.score.next_change_on for new in self.scores],
            "version": [new.version for new in self.scores],
        }
        same = {"computed_at": self.now}
        replaced = tuple(name for name in (*columns, *same) if name != "resident_id")
        return Insert(ScoreRow, Columns(columns, same), unless=PRIMARY_KEY, replace=replaced)

    def _told(self) -> list[Insert]:
        found = self.differing
        subjects = [str(new.member.resident_id) for new in found]
        said = [
            {
                "cause": self.cause,
                "scorecard": new.score.scorecard,
                "records_digest": new.score.records_digest,
            }
            for new in found
        ]
        events = [{"version": new.version, "cause": self.cause} for new in found]
        history = {"id": new_ids(len(found)), **_shown(found)}
        return [
            Insert(ScoreHistory, Columns(history, {"cause": self.cause, "known_at": self.now})),
            audit.entries("system", "score.changed", subjects, said),
            outbox.events("score.changed", subjects, events),
        ]


def _shown(scores: Sequence[NewScore]) -> dict[str, list[Any]]:
    """The columns that score and history have in common."""
    return {
        "resident_id": [new.member.resident_id for new in scores],
        "as_of": [new.score.as_of for new in scores],
        "value": [new.score.value for new in scores],
        "band": [new.band for new in scores],
        "scorecard": [new.score.scorecard for new in scores],
        "records_digest": [new.score.records_digest for new in scores],
        "dimensions": [new.dimensions for new in scores],
    }
