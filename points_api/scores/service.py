"""Scores in the database: computed with what changed them and read as of today.

Who changes a person's records, joins or leaves first holds that person's row (`hold`), or writes
only if nobody has changed it since (`see`), so a score sees every record committed before it, and
`known_at` orders scores and records of one person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from operator import attrgetter
from uuid import UUID

from points_api import clock
from points_api.cache import Cache
from points_api.city import City
from points_api.db.transaction import after_commit, transactional
from points_api.db.writes import write_all
from points_api.records.reading import current_facts, facts_known_at
from points_api.records.rescoring import Seen
from points_api.residents import persons
from points_api.residents.membership import Member, member_of
from points_api.residents.models import Enrollment, Person
from points_api.scores import cache as score_cache
from points_api.scores import seeing
from points_api.scores.changes import Changes, NewScore
from points_api.scores.computing import compute
from points_api.scores.document import StoredScore
from points_api.scores.models import ScoreHistory, ScoreRow
from points_api.scores.seeing import Standing
from scoring.records import Record

_shown = attrgetter("value", "base", "dimensions", "scorecard")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_kept = attrgetter(
    "value", "base", "dimensions", "scorecard", "stale_on", "next_change_on", "records_digest"
)


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

        Returns how many scores differ from before.
        """
        facts = await current_facts(member.person_id for member in members)
        rows = await ScoreRow.filter(resident_id__in=[m.resident_id for m in members])
        before = {row.resident_id: stored_of(row) for row in rows}
        changes = self.changes(members, facts, before, cause, now)
        counted = persons.changed(new.member.person_id for new in changes.scores)
        await write_all([counted, *changes.writes()])
        for callback in changes.then:
            after_commit(callback)
        return len(changes.differing)

    def changes(
        self,
        members: Sequence[Member],
        facts: Mapping[UUID, Sequence[Record]],
        before: Mapping[UUID, StoredScore],
        cause: str,
        now: datetime,
    ) -> Changes:
        """What has to be written, for the caller to write with whatever else it changes."""
        day = clock.day_of(now)
        found = (
            (
                member,
                before.get(member.resident_id),
                compute(facts[member.person_id], self.city, day),
            )
            for member in members
        )
        return self.differences(found, cause, now)

    def differences(
        self,
        found: Iterable[tuple[Member, StoredScore | None, StoredScore]],
        cause: str,
        now: datetime,
    ) -> Changes:
        """What has to be written to store scores in place of those before.

        History, audit entry and outbox row are for scores that differ; one that stays as it is only
        learns until when it holds. After the commit the cache is to be told.
        """
        day = clock.day_of(now)
        changes = Changes(cause, now)
        for member, old, new in found:
            if old is not None and old.holds_on(day) and _kept(old) == _kept(new):
                continue
            version = old.version + 1 if old else _first_version(now)
            band = self.city.scorecard_named(new.scorecard).band_of(new.value).id
            differs = old is None or _shown(old) != _shown(new)
            changes.add(NewScore.of(member, new, version, band), differs=differs)
            changes.then.append(partial(self.outdate, member.resident_id, version, day))
        return changes

    async def outdate(self, resident_id: UUID, version: int, day: date) -> None:
        """Let nobody read a document older than this version from Redis.

        Only readers put documents there, because they have made sure that the consent stands.
        """
        if self.cache is not None:
            await score_cache.forget(self.cache, resident_id, version, day)

    async def outdate_soon(self, versions: Mapping[UUID, int], day: date) -> None:
        """`outdate` for many residents, without waiting for Redis."""
        if self.cache is not None:
            for resident_id, version in versions.items():
                score_cache.forget_soon(self.cache, resident_id, version, day)

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
            after_commit(partial(self.outdate, resident_id, row.version + 1, clock.today()))
        return deleted

    async def recompute(self, entry: ScoreHistory, person_id: UUID) -> StoredScore:
        """A past score made again from what was known then; equal to what was stored."""
        records = await facts_known_at(person_id, entry.known_at)
        return compute(records, self.city, entry.as_of)

    async def see(self, person_id: UUID, *, hold: bool) -> Seen:
        """Read a person with their records, on demand kept from others until the commit."""
        if hold:
            await persons.hold(person_id)
        return await seeing.see(person_id)

    def follow(
        self, score: Standing, facts: Sequence[Record], cause: str, now: datetime
    ) -> Changes:
        """What there is to change because a person's records are now these: nothing if not joined.

        Whoever writes it counts the change of the person, as the guard of `see` does.
        """
        if score.member is None:
            return Changes(cause, now)
        member = score.member
        before = {member.resident_id: score.stored} if score.stored else {}
        return self.changes([member], {member.person_id: facts}, before, cause, now)


async def hold(person_ids: Iterable[UUID]) -> None:
    """Keep others from changing records, score or joining of these persons until the commit."""
    await Person.filter(id__in=sorted(person_ids)).order_by("id").select_for_update().only("id")


def stored_of(row: ScoreRow) -> StoredScore:
    """A row as the value that everything else works with."""
    return seeing.stored({name: getattr(row, name) for name in seeing.SCORE_COLUMNS})


def _first_version(now: datetime) -> int:
    """Seconds since 2020, so that who joins again never falls behind what caches know."""
    return int((now - _EPOCH).total_seconds())
