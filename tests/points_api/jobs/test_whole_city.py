"""The night from the snapshot: what one person at a time would give, and nothing overwritten."""

import random
from datetime import timedelta

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.consents.models import Consent
from points_api.db.models import OutboxEvent
from points_api.engines.embedded import Embedded
from points_api.jobs.alone import Superseded, alone
from points_api.jobs.models import JobRun
from points_api.jobs.nightly import Rescored
from points_api.jobs.whole_city import rescore_from
from points_api.records.reading import facts_of
from points_api.scores.computing import compute
from points_api.scores.models import ScoreHistory, ScoreRow
from points_api.scores.service import stored_of
from points_api.snapshot.layout import SnapshotRefused, open_snapshot
from points_api.statistics import service as statistics
from tests.factories import city, notices
from tests.points_api.snapshot.town import HOURS, PENALTY, town_of

MONTHS = timedelta(days=400)  # in which the penalties fade


@pytest.fixture
async def town(database, frozen_clock):
    async with town_of(frozen_clock) as town:
        yield town


@pytest.fixture
async def people(town, tmp_path):
    """Nine who have joined, most with records, and a snapshot of the evening."""
    chance = random.Random(7)
    for n in range(9):
        await town.join(n)
        for document in range(chance.randrange(4)):
            await town.deliver(n, chance.choice((HOURS, PENALTY)), 10 * n + document)
    await town.rebuild(tmp_path)
    return [await town.id_of(n) for n in range(9)]


async def night(town, folder, **options):
    async with alone("nightly") as fence:
        return await rescore_from(
            open_snapshot(folder), Embedded(2), town.scores, notices(), fence, **options
        )


async def assert_as_defined(people):
    """Each stored score is what its records give today."""
    for person_id in people:
        row = await ScoreRow.get(person_id=person_id)
        defined = compute(await facts_of(person_id), city(), clock.today())
        stored = stored_of(row)
        for name in ("value", "dimensions", "stale_on", "next_change_on", "records_digest"):
            assert getattr(stored, name) == getattr(defined, name)


async def counts():
    return [await table.all().count() for table in (ScoreHistory, AuditEntry, OutboxEvent)]


async def test_a_night_stores_what_one_person_at_a_time_would_store(town, people, tmp_path):
    before = {row.person_id: row for row in await ScoreRow.all()}
    history, audits, events = await counts()
    town.time.forward(MONTHS)
    steps = []
    done = await night(town, tmp_path, progress=lambda *step: steps.append(step))
    assert done.people == 9
    assert done.changed > 1
    assert steps[-1] == (9, 9)
    await assert_as_defined(people)
    after = {row.person_id: row for row in await ScoreRow.all()}
    changed = [p for p in people if after[p].value != before[p].value]
    assert len(changed) == done.changed
    assert all(after[p].version == before[p].version + 1 for p in changed)
    assert await counts() == [n + done.changed for n in (history, audits, events)]


async def test_batches_of_any_size_store_the_same(town, people, tmp_path):
    town.time.forward(MONTHS)
    done = await night(town, tmp_path, batch=1)
    assert done.changed > 1
    await assert_as_defined(people)


async def test_a_second_run_of_the_day_finds_nothing_due(town, people, tmp_path):
    town.time.forward(MONTHS)
    await night(town, tmp_path)
    before, rows = await counts(), await ScoreRow.all().order_by("person_id").values()
    assert await night(town, tmp_path) == Rescored(people=9, changed=0)
    assert await counts() == before
    assert await ScoreRow.all().order_by("person_id").values() == rows


async def test_the_snapshot_learns_what_was_stored(town, people, tmp_path):
    town.time.forward(MONTHS)
    await night(town, tmp_path)
    assert (await town.refresh(tmp_path)).changed == 0


async def test_a_change_that_lands_during_the_run_is_never_overwritten(town, people, tmp_path):
    """The snapshot is from before the change; the run must leave alone what the change scored."""
    town.time.forward(MONTHS)
    await town.deliver(0, PENALTY, 990, occurred_on=clock.today(), ended_on=clock.today())
    await town.leave(1)
    row = await ScoreRow.get(person_id=people[0])
    done = await night(town, tmp_path)
    again = await ScoreRow.get(person_id=people[0])
    assert (again.value, again.version) == (row.value, row.version)
    assert not await ScoreRow.filter(person_id=people[1]).exists()
    assert done.people == 9
    await assert_as_defined([people[0], *people[2:]])


async def test_a_change_of_the_evening_before_is_brought_to_the_new_day(town, people, tmp_path):
    await town.deliver(0, PENALTY, 990)
    town.time.forward(MONTHS)
    await night(town, tmp_path)
    await assert_as_defined(people)


async def test_whose_consent_has_lapsed_rests_until_they_agree_anew(town, people, tmp_path):
    row = await ScoreRow.get(person_id=people[0])
    consents = Consent.filter(resident_id=row.resident_id)
    await consents.update(notice_version="huangshi-2025.1")
    town.time.forward(MONTHS)
    done = await night(town, tmp_path)
    assert done.resting <= 1
    assert (await ScoreRow.get(person_id=people[0])).version == row.version
    assert (await town.refresh(tmp_path)).gone == 1


async def test_who_has_lost_the_lock_stores_nothing_more(town, people, tmp_path):
    town.time.forward(MONTHS)
    before = await counts()
    with pytest.raises(Superseded):  # noqa: PT012 - the lock is lost in between
        async with alone("nightly") as fence:
            await JobRun.filter(name="nightly").update(token=fence.token + 1)
            await rescore_from(open_snapshot(tmp_path), Embedded(2), town.scores, notices(), fence)
    assert await counts() == before


async def test_a_file_that_is_damaged_while_the_night_is_on_is_refused_as_such(
    town, people, tmp_path
):
    """The pass does not read the marks: only who makes ready what is stored finds it out."""
    town.time.forward(MONTHS)
    [marks] = tmp_path.glob("marks-*")
    marks.write_bytes(marks.read_bytes()[:-1] + b"?")
    with pytest.raises(SnapshotRefused):
        await night(town, tmp_path)


async def test_the_run_counts_who_is_in_which_band(town, people, tmp_path):
    await night(town, tmp_path)
    found = await statistics.latest()
    assert found is not None
    day, told = found
    assert day == clock.today()
    assert {count.people for count in told} == {None}  # fewer than ten are not told
