"""Scores in the database: computed with what changed them and read as of today.

Who changes a person's records, joins or leaves first holds that person's row (`hold`), so a score
sees every record committed before it, and `known_at` orders scores and records of one person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from points_api import clock
from points_api.audit import service as audit
from points_api.cache import Cache
from points_api.city import City
from points_api.db import outbox
from points_api.db.transaction import after_commit, transactional
from points_api.ids import new_id
from points_api.records.reading import current_facts, facts_known_at
from points_api.residents.membership import Member, member_of
from points_api.residents.models import Enrollment, Person
from points_api.scores import cache as score_cache
from points_api.scores.computing import compute
from points_api.scores.document import StoredScore
from points_api.scores.models import ScoreHistory, ScoreRow

_SHOWN = ("value", "base", "dimensions", "scorecard")


@dataclass(frozen=True, slots=True)
class Scores:
    """The service: what it needs besides the database."""

    city: City
    cache: Cache | None = None

    async def current(self, resident_id: UUID) -> StoredScore:
        """The score as of today, recomputed first where days have passed that change it."""
        day = clock.today()
        row = await ScoreRow.get_or_none(resident_id=resident_id)
        if row is not None and (stored := stored_of(row)).holds_on(day):
            return stored
        return await self.refresh(resident_id, "day")

    @transactional
    async def refresh(self, resident_id: UUID, cause: str) -> StoredScore:
        """Recompute one resident's score for today. Raises `NoMember`."""
        member = await member_of(resident_id)
        await hold([member.person_id])
        await self.rescore_all([member], cause, clock.now())
        return stored_of(await ScoreRow.get(resident_id=resident_id))

    async def rescore(self, enrollment_id: UUID, cause: str, now: datetime) -> None:
        """Recompute the score of an enrollment, in the transaction of who joins or agrees."""
        enrollment = await Enrollment.get(id=enrollment_id)
        await hold([enrollment.person_id])
        member = Member(enrollment.resident_id, enrollment.id, enrollment.person_id)
        await self.rescore_all([member], cause, now)

    async def rescore_all(self, members: Sequence[Member], cause: str, now: datetime) -> int:
        """Recompute and store; to be called in the transaction that holds the persons.

        Returns how many scores differ from before. History, audit entry and outbox row are written
        for these; a score that stays as it is only learns until when it holds.
        """
        day = clock.day_of(now)
        facts = await current_facts(member.person_id for member in members)
        rows = await ScoreRow.filter(resident_id__in=[m.resident_id for m in members])
        before = {row.resident_id: stored_of(row) for row in rows}
        changed = 0
        for member in members:
            old = before.get(member.resident_id)
            new = compute(facts[member.person_id], self.city, day, old.version + 1 if old else 1)
            if old is not None and old.holds_on(day) and _same(old, new):
                continue
            differs = old is None or any(getattr(old, n) != getattr(new, n) for n in _SHOWN)
            await self._store(member, new, now, cause if differs else None)
            changed += differs
        return changed

    async def _store(
        self, member: Member, new: StoredScore, now: datetime, cause: str | None
    ) -> None:
        band = self.city.scorecard_named(new.scorecard).band_of(new.value).id
        values = _columns(new, band) | {
            "enrollment_id": member.enrollment_id,
            "person_id": member.person_id,
            "stale_on": new.stale_on,
            "next_change_on": new.next_change_on,
            "base": new.base,
            "version": new.version,
            "computed_at": now,
        }
        await ScoreRow.update_or_create(values, resident_id=member.resident_id)
        if cause is not None:
            await ScoreHistory.create(
                id=new_id(), resident_id=member.resident_id, cause=cause, known_at=now,
                **_columns(new, band),
            )  # fmt: skip
            subject = str(member.resident_id)
            said = {"cause": cause, "scorecard": new.scorecard, "digest": new.records_digest}
            await audit.append("system", "score.changed", subject, said)
            await outbox.append("score.changed", subject, {"version": new.version})
        after_commit(partial(self.remember, member.resident_id, new, new.as_of))

    async def remember(self, resident_id: UUID, stored: StoredScore, day: date) -> None:
        """Let the next reading of that day find the document in Redis."""
        if self.cache is not None:
            await score_cache.remember(self.cache, self.city, resident_id, stored, day)

    @transactional
    async def forget(self, resident_id: UUID) -> dict[str, int]:
        """Delete the score and its history, because the resident leaves; tell how many rows."""
        row = await ScoreRow.get_or_none(resident_id=resident_id)
        deleted = {
            "score": await ScoreRow.filter(resident_id=resident_id).delete(),
            "score_history": await ScoreHistory.filter(resident_id=resident_id).delete(),
        }
        if row is not None and self.cache is not None:
            forget = partial(
                score_cache.forget, self.cache, resident_id, row.version, clock.today()
            )
            after_commit(forget)
        return deleted

    async def recompute(self, entry: ScoreHistory, person_id: UUID) -> StoredScore:
        """A past score made again from what was known then; equal to what was stored."""
        records = await facts_known_at(person_id, entry.known_at)
        return compute(records, self.city, entry.as_of, 1)


async def hold(person_ids: Iterable[UUID]) -> None:
    """Keep others from changing records, score or joining of these persons until the commit."""
    await Person.filter(id__in=sorted(person_ids)).order_by("id").select_for_update().only("id")


def stored_of(row: ScoreRow) -> StoredScore:
    """A row as the value that everything else works with."""
    return StoredScore(
        value=row.value, base=row.base, dimensions=row.dimensions, scorecard=row.scorecard,
        as_of=row.as_of, stale_on=row.stale_on, next_change_on=row.next_change_on,
        records_digest=row.records_digest, version=row.version,
    )  # fmt: skip


def _columns(new: StoredScore, band: str) -> dict[str, Any]:
    return {
        "value": new.value,
        "band": band,
        "dimensions": dict(new.dimensions),
        "scorecard": new.scorecard,
        "as_of": new.as_of,
        "records_digest": new.records_digest,
    }


def _same(old: StoredScore, new: StoredScore) -> bool:
    kept = ("stale_on", "next_change_on", "records_digest")
    return all(getattr(old, name) == getattr(new, name) for name in (*_SHOWN, *kept))
