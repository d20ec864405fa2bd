"""The whole city every night: whole, once, and begun again wherever it was broken off."""

from datetime import date, timedelta

import pytest

from points_api import clock
from points_api.consents.models import Consent
from points_api.consents.service import plus_months, standing
from points_api.db import config
from points_api.db.models import OutboxEvent
from points_api.jobs.alone import AlreadyRunning, alone
from points_api.jobs.nightly import Rescored, consenting, rescore_city
from points_api.residents.models import Enrollment
from points_api.scores import service
from points_api.scores.models import ScoreHistory, ScoreRow
from points_api.scores.service import Scores
from scoring.engine import score
from tests.factories import city, make_member, make_record, notices

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")


@pytest.fixture
def scores():
    return Scores(city())


@pytest.fixture
async def members():
    """Seven who have joined; the first two have a penalty that fades."""
    joined = [await make_member() for _ in range(7)]
    for member in joined[:2]:
        await make_record(member.person_id, "penalty.market", date(2026, 5, 1), level="serious")
    return joined


async def stored():
    rows = await ScoreRow.all().order_by("resident_id")
    return [(row.resident_id, row.value, row.version, row.computed_at) for row in rows]


async def test_everybody_who_has_joined_has_a_score_whatever_the_size_of_batches(scores, members):
    told = []
    done = await rescore_city(scores, lambda *step: told.append(step), batch=3)
    assert done == Rescored(people=7, changed=7)
    assert [row[0] for row in await stored()] == sorted(m.resident_id for m in members)
    assert told[-1] == (7, 7)
    assert [step[0] for step in told[:3]] == [3, 6, 7]


async def test_a_second_run_of_the_day_changes_nothing(scores, members):
    await rescore_city(scores, batch=3)
    before = await stored()
    events = await OutboxEvent.all().count()
    assert await rescore_city(scores, batch=2) == Rescored(people=7, changed=0)
    assert await stored() == before
    assert await OutboxEvent.all().count() == events


async def test_what_fades_is_stored_with_its_history(scores, members, frozen_clock):
    await rescore_city(scores)
    row = await ScoreRow.get(resident_id=members[0].resident_id)
    assert row.next_change_on is not None
    frozen_clock.forward(timedelta(days=(row.next_change_on - clock.today()).days))
    assert await rescore_city(scores, batch=2) == Rescored(people=7, changed=2)
    later = await ScoreRow.get(resident_id=members[0].resident_id)
    assert later.value > row.value
    history = await ScoreHistory.filter(resident_id=members[0].resident_id).order_by("id")
    assert [(h.cause, h.value, h.as_of) for h in history] == [
        ("day", row.value, date(2026, 6, 1)), ("day", later.value, clock.today()),
    ]  # fmt: skip
    quiet = await ScoreHistory.filter(resident_id=members[6].resident_id).count()
    assert quiet == 1


async def test_a_run_that_is_broken_off_is_finished_by_the_next(scores, members):
    class Killed(Exception):
        pass

    def kill(done, total):
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        await rescore_city(scores, kill, batch=2)
    kept = await stored()
    assert len(kept) == 4
    assert await rescore_city(scores, batch=2) == Rescored(people=7, changed=3)
    assert set(kept) <= set(await stored())


async def test_who_leaves_while_the_run_waits_is_not_scored_and_the_others_are(
    scores, members, monkeypatch
):
    """Also where a whole batch has left, which must not be taken for the end of the city."""
    leavers = [member.enrollment_id for member in members[2:4]]
    hold = service.hold

    async def left_before_we_hold(person_ids):
        await Enrollment.filter(id__in=leavers).update(left_at=clock.now())
        await hold(person_ids)

    monkeypatch.setattr("points_api.jobs.nightly.hold", left_before_we_hold)
    assert await rescore_city(scores, batch=2) == Rescored(people=5, changed=5)
    scored = {row[0] for row in await stored()}
    assert scored == {m.resident_id for m in members if m.enrollment_id not in leavers}


async def test_whose_consent_has_run_out_rests_and_their_score_stays_as_it_was(
    scores, members, frozen_clock
):
    await rescore_city(scores)
    before = await stored()
    frozen_clock.at = plus_months(clock.now(), 24)
    told = []
    done = await rescore_city(scores, lambda *step: told.append(step), batch=3)
    assert done == Rescored(people=0, changed=0, resting=7)
    assert await stored() == before
    assert told[-1] == (7, 7)


async def test_who_agreed_to_an_older_notice_rests_until_they_agree_anew(scores, members):
    ids = [member.resident_id for member in members[2:4]]
    theirs = Consent.filter(resident_id__in=ids)
    await theirs.update(notice_version="huangshi-2025.1")
    assert await rescore_city(scores, batch=2) == Rescored(people=5, changed=5, resting=2)
    assert not set(ids) & {row[0] for row in await stored()}
    await theirs.update(notice_version=notices().current(clock.today()).version)
    assert await rescore_city(scores, batch=2) == Rescored(people=7, changed=2)


async def test_the_run_asks_for_consent_as_everybody_else_does(members):
    """Each member stands otherwise; `standing` decides one by one what the run decides at once."""
    now = clock.now()
    changes: tuple[dict[str, object], ...] = (
        {}, {"expires_at": now + timedelta(seconds=1)}, {"expires_at": now},
        {"notice_version": "huangshi-2025.1"}, {"withdrawn_at": now}, {"purpose": "contact"},
    )  # fmt: skip
    later = {"granted_at": now - timedelta(days=1)}
    for member, change in zip(members, changes, strict=False):
        await Consent.filter(resident_id=member.resident_id).update(**later | change)
    await Consent.filter(resident_id=members[6].resident_id).delete()
    current = notices().current(clock.today())
    one_by_one = [
        member
        for member in members
        if (await standing(member.resident_id, current, now))[0] == "given"
    ]
    assert await consenting(members, notices(), now) == one_by_one == members[:2]


async def test_a_city_that_nobody_has_joined_is_soon_done(scores):
    assert await rescore_city(scores) == Rescored(0, 0)


async def test_what_the_run_stores_is_what_the_calculator_gives(scores, members):
    await rescore_city(scores)
    day = clock.today()
    bare = score([], city().scorecard(day), day)
    assert (await ScoreRow.get(resident_id=members[6].resident_id)).value == bare.value


async def test_a_second_run_at_the_same_time_says_so_and_does_nothing(scores, members, database):
    async with config.open(database), alone("nightly"):  # connections of another process
        with pytest.raises(AlreadyRunning):
            await rescore_city(scores)
        assert await stored() == []
    assert (await rescore_city(scores)).people == 7


async def test_a_failed_run_leaves_no_lock_behind(scores, members):
    def fail(done, total):
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            await rescore_city(scores, fail, batch=7)


async def test_works_of_two_names_go_on_side_by_side(database):
    async with alone("nightly"), config.open(database), alone("other"):
        pass
