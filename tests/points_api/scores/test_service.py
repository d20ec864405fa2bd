"""Stored scores: computed on each change, right on every later day, recomputable for good."""

from datetime import date, timedelta

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.cache import Cache
from points_api.db.models import OutboxEvent
from points_api.db.transaction import transactional
from points_api.records.models import RecordRow
from points_api.records.reading import facts_of
from points_api.residents.membership import NoMember
from points_api.scores.cache import key_of, read
from points_api.scores.document import render
from points_api.scores.models import ScoreHistory, ScoreRow
from points_api.scores.service import Scores, stored_of
from scoring.engine import score
from tests.factories import city, make_member, make_record

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")


@pytest.fixture
async def scores():
    cache = Cache.from_url("memory://")
    yield Scores(city(), cache)
    await cache.aclose()


async def test_a_new_member_without_records_has_the_base(scores):
    member = await make_member()
    stored = await scores.refresh(member.resident_id, "joined")
    assert (stored.value, stored.base) == (60_000, 60_000)
    assert stored.next_change_on is None


async def test_who_has_not_joined_has_no_score(scores):
    with pytest.raises(NoMember):
        await scores.current((await make_member()).person_id)


async def test_a_change_writes_score_history_audit_and_outbox_together(scores):
    member = await make_member()
    await scores.refresh(member.resident_id, "joined")
    await make_record(member.person_id, "penalty.market", date(2026, 5, 1), level="serious")
    stored = await scores.refresh(member.resident_id, "records")
    assert stored.value < 60_000
    history = await ScoreHistory.filter(resident_id=member.resident_id).order_by("id")
    assert [(h.cause, h.value) for h in history] == [("joined", 60_000), ("records", stored.value)]
    subject = str(member.resident_id)
    assert await AuditEntry.filter(action="score.changed", subject=subject).count() == 2
    assert await OutboxEvent.filter(topic="score.changed", subject=subject).count() == 2


async def test_what_does_not_change_the_score_writes_no_history(scores):
    member = await make_member()
    await scores.refresh(member.resident_id, "joined")
    before = (await ScoreRow.get(resident_id=member.resident_id)).version
    await make_record(member.person_id, "profession.teacher", date(2026, 5, 1))
    await scores.refresh(member.resident_id, "records")
    assert await ScoreHistory.filter(resident_id=member.resident_id).count() == 1
    assert (await ScoreRow.get(resident_id=member.resident_id)).version == before


async def test_reading_on_a_later_day_gives_that_day_s_score(scores, frozen_clock):
    member = await make_member()
    await make_record(member.person_id, "penalty.market", date(2026, 5, 1), level="serious")
    first = await scores.refresh(member.resident_id, "joined")
    assert first.next_change_on is not None
    days_left = (first.next_change_on - clock.today()).days
    frozen_clock.forward(timedelta(days=days_left - 1))
    assert (await scores.current(member.resident_id)).value == first.value
    frozen_clock.forward(timedelta(days=1))
    later = await scores.current(member.resident_id)
    facts = await facts_of(member.person_id)
    assert later.value == score(facts, city().scorecard(clock.today()), clock.today()).value
    assert later.value != first.value


@pytest.mark.parametrize("days", [0, 1, 40, 400, 1500])
async def test_the_stored_document_is_that_of_a_fresh_computation_on_any_day(
    scores, frozen_clock, days
):
    member = await make_member()
    for item in ("penalty.market", "volunteer.hours", "honor.good_person", "water.months"):
        await make_record(member.person_id, item, date(2026, 4, 2))
    await scores.refresh(member.resident_id, "joined")
    frozen_clock.forward(timedelta(days=days))
    day = clock.today()
    stored = await scores.current(member.resident_id)
    fresh = score(await facts_of(member.person_id), city().scorecard(day), day)
    assert stored.records_digest == fresh.records_digest
    assert stored.dimensions == {d.dimension.id: d.points for d in fresh.dimensions}


async def test_every_stored_score_can_be_recomputed_to_the_digest(scores, frozen_clock):
    member = await make_member()
    for n, item in enumerate(["volunteer.hours", "penalty.market", "water.months"]):
        await make_record(member.person_id, item, date(2026, 5, 1 + n))
        await scores.refresh(member.resident_id, "records")
        frozen_clock.forward(timedelta(days=70))
        await scores.current(member.resident_id)
    await _close_and_repair(member.person_id, "penalty.market")
    await scores.refresh(member.resident_id, "records")
    entries = await ScoreHistory.filter(resident_id=member.resident_id).order_by("id")
    assert len(entries) >= 4
    for entry in entries:
        again = await scores.recompute(entry, member.person_id)
        assert (again.value, again.records_digest, again.dimensions, again.scorecard) == (
            entry.value, entry.records_digest, entry.dimensions, entry.scorecard,
        )  # fmt: skip


async def test_after_a_change_no_reader_finds_or_puts_back_the_older_document(scores):
    member = await make_member()
    old = await scores.refresh(member.resident_id, "joined")
    day = clock.today()
    await scores.remember(member.resident_id, old, day)
    await make_record(member.person_id, "penalty.market", date(2026, 5, 1), level="serious")
    stored = await scores.refresh(member.resident_id, "records")
    assert not await scores.cache.get(key_of(member.resident_id, day))
    await scores.remember(member.resident_id, old, day)  # a slow reader
    assert not await scores.cache.get(key_of(member.resident_id, day))
    await scores.remember(member.resident_id, stored, day)
    value = await scores.cache.get(key_of(member.resident_id, day))
    for language in ("zh", "en"):
        assert read(value, language) == render(stored, city().scorecard(day), language, day)


async def test_a_rolled_back_change_tells_nobody(scores):
    member = await make_member()
    await scores.refresh(member.resident_id, "joined")
    await make_record(member.person_id, "penalty.market", date(2026, 5, 1), level="serious")

    @transactional
    async def fails():
        await scores.refresh(member.resident_id, "records")
        raise RuntimeError("after everything")

    before = await scores.cache.get(key_of(member.resident_id, clock.today()))
    with pytest.raises(RuntimeError):
        await fails()
    assert (await ScoreRow.get(resident_id=member.resident_id)).value == 60_000
    assert await scores.cache.get(key_of(member.resident_id, clock.today())) == before


async def test_forgetting_deletes_score_and_history_and_empties_the_cache(scores):
    member = await make_member()
    await scores.refresh(member.resident_id, "joined")
    counted = await scores.forget(member.resident_id)
    assert counted == {"score": 1, "score_history": 1}
    assert not await scores.cache.get(key_of(member.resident_id, clock.today()))
    assert not await ScoreRow.filter(resident_id=member.resident_id).exists()


async def test_a_stored_score_reads_back_as_it_was_computed(scores):
    member = await make_member()
    await make_record(member.person_id, "volunteer.hours", date(2026, 5, 1))
    stored = await scores.refresh(member.resident_id, "joined")
    assert stored_of(await ScoreRow.get(resident_id=member.resident_id)) == stored


async def _close_and_repair(person_id, item):
    row = await RecordRow.get(person_id=person_id, item=item, known_to=None)
    now = clock.now()
    values = {
        name: getattr(row, name)
        for name in row._meta.db_fields
        if name not in ("id", "known_from", "known_to", "status")
    }
    await RecordRow.filter(id=row.id).update(known_to=now)
    await RecordRow.create(**values, status="repaired", known_from=now)
