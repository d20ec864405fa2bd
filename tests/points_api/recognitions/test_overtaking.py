"""A notice that comes before the answer that it takes back is written: no yes rests on that."""

import asyncio
from contextlib import contextmanager
from datetime import timedelta

import pytest

from interop.instants import LEEWAY_SECONDS
from interop.notices import Ended
from points_api import clock, ids
from points_api.auth.partners import CallingPartner
from points_api.db.transaction import transactional
from points_api.recognitions import ending, recalls
from points_api.recognitions.models import Recognition, Visit, VisitorNotice
from points_api.verifications.models import Verification
from tests.points_api.recognitions.two_cities import HOME

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
LEEWAY = timedelta(seconds=LEEWAY_SECONDS - 5)


async def withdraw(cities):
    assert (await cities.visitor.delete("/v1/me/consents?purpose=city")).status_code == 200


async def change(cities):
    [said] = await cities.home.run(Recognition.all)
    await cities.home.run(recalls.score_changed(said.resident_id))


@pytest.mark.parametrize(("end", "why"), [(withdraw, "withdrawn"), (change, "changed")])
async def test_what_is_taken_back_on_its_way_is_no_yes(cities, frozen_clock, end, why):
    async def overtaken(answer):
        cities.wire.after = None  # the notice crosses as well
        frozen_clock.forward(SECOND)
        await end(cities)
        await cities.home.tell()
        assert await cities.host.run(lambda: Visit.all().count()) == 0

    cities.wire.after = overtaken
    said = (await cities.visit()).json()
    assert said["eligible"] is False
    assert said["benefit"] is None
    [visit] = await cities.host.run(Visit.all)
    assert (visit.ended_at, visit.ended_why, visit.band) == (clock.now(), why, "good")
    [verification] = await cities.host.run(Verification.all)
    assert verification.eligible is False


async def test_what_was_taken_back_before_home_was_asked_says_nothing_of_a_new_answer(
    cities, frozen_clock
):
    await cities.visit()
    await change(cities)
    await cities.home.tell()
    assert (await cities.visit()).json()["eligible"] is True


async def test_a_notice_that_comes_late_leaves_what_was_said_after_it(cities, frozen_clock):
    """Home said anew, after a change of which the host hears only now."""
    await cities.visit()
    [said] = await cities.home.run(Recognition.all)
    await cities.home.run(recalls.begin(said.resident_id, None, "changed", clock.now()))
    frozen_clock.forward(SECOND)

    async def late(answer):
        cities.wire.after = None
        await cities.home.tell()

    cities.wire.after = late
    assert (await cities.visit()).json()["eligible"] is True
    assert await cities.host.run(lambda: VisitorNotice.all().count()) == 1


async def test_what_was_said_before_a_withdrawal_ends_though_our_clock_is_ahead(
    cities, frozen_clock
):
    frozen_clock.forward(LEEWAY)
    clock_at_home(cities, -LEEWAY)
    assert (await cities.visit()).json()["eligible"] is True
    await withdraw(cities)
    await cities.home.tell()
    [visit] = await cities.host.run(Visit.all)
    assert visit.ended_why == "withdrawn"


async def test_what_was_said_after_a_change_stands_though_our_clock_is_behind(cities):
    at_home = clock_at_home(cities, LEEWAY)
    await cities.visit()
    [said] = await cities.home.run(Recognition.all)
    await cities.home.run(recalls.begin(said.resident_id, None, "changed", at_home.at))
    at_home.forward(SECOND)
    assert (await cities.visit()).json()["eligible"] is True
    await cities.home.tell()
    before, after = await cities.host.run(lambda: Visit.all().order_by("id"))
    assert (before.ended_why, after.ended_why) == ("changed", None)


def clock_at_home(cities, off):
    """What home believes the time to be."""
    clock_of_theirs = clock.Fixed(clock.now() + off)
    cities.home.context.run(clock._fixed.set, clock_of_theirs)
    return clock_of_theirs


async def test_of_a_notice_and_a_visit_at_the_same_instant_one_finds_the_other(cities):
    """The visit has looked for notices' sake and is not written yet: the notice waits for it."""
    host = cities.host.state.visiting
    for _ in range(2):  # a visitor who is new here, and one who is known
        looked = asyncio.Event()

        async def slowly(account, looked=looked):
            looked.set()
            await asyncio.sleep(0.2)
            return frozenset()

        async def told(looked=looked):
            await looked.wait()
            said = await cities.home.run(lambda: Recognition.all().order_by("-id").first())
            return await cities.host.run(notice(said))

        object.__setattr__(host, "overdue", slowly)
        answer, met = await asyncio.gather(cities.visit(), told())
        assert (answer.json()["eligible"], met) == (True, 1)
    assert {one.ended_why for one in await cities.host.run(Visit.all)} == {"changed"}


async def test_a_visit_waits_for_a_notice_that_is_being_taken_in(cities, frozen_clock):
    """And then finds it, though it was not there when the visit began to be written."""
    taken, visiting = asyncio.Event(), asyncio.Event()

    @transactional
    async def slowly(said):
        met = await notice(said)
        taken.set()
        await asyncio.sleep(0.2)
        return met

    async def told():
        await visiting.wait()
        [said] = await cities.home.run(Recognition.all)
        return await cities.host.run(slowly(said))

    async def on_its_way(answer):
        frozen_clock.forward(TICK)
        visiting.set()
        await taken.wait()

    cities.wire.after = on_its_way
    answer, met = await asyncio.gather(cities.visit(), told())
    assert (answer.json()["eligible"], met) == (False, 0)


async def notice(said):
    ended = Ended(
        home=HOME, host=said.host, subject=said.subject, why="changed", notice="n" * 20,
        until=int(clock.now().timestamp()),
    )  # fmt: skip
    caller = CallingPartner(HOME, "-", None, "-")  # type: ignore[arg-type]
    return await ending._end(caller, ended, [HOME], clock.now())


async def test_a_notice_is_forgotten_when_no_answer_can_be_on_its_way(cities, frozen_clock):
    await cities.visit()
    await withdraw(cities)
    await cities.home.tell()
    frozen_clock.forward(ending.KEPT)
    assert await cities.host.run(ending.purge(clock.now())) == 0
    frozen_clock.forward(SECOND)
    assert await cities.host.run(ending.purge(clock.now())) == 1


@pytest.fixture
def by_clock_of(monkeypatch):
    """Ids as a process makes them whose clock is off."""

    @contextmanager
    def other_process(off):
        with monkeypatch.context() as patched:
            patched.setattr(ids, "_ticks", lambda count, own=ids._ticks: own(count) + ticks(off))
            yield

    return other_process


def ticks(off):
    return int(off.total_seconds() * 4_096_000)


async def test_what_is_taken_back_on_its_way_is_no_yes_though_the_taking_process_is_behind(
    cities, frozen_clock, by_clock_of
):
    async def overtaken(answer):
        cities.wire.after = None
        frozen_clock.forward(TICK)
        [said] = await cities.home.run(Recognition.all)
        with by_clock_of(-SECOND):
            assert await cities.host.run(notice(said)) == 0

    cities.wire.after = overtaken
    assert (await cities.visit()).json()["eligible"] is False


async def test_what_was_taken_back_before_says_nothing_though_the_taking_process_is_ahead(
    cities, by_clock_of
):
    await cities.visit()
    [said] = await cities.home.run(Recognition.all)
    with by_clock_of(SECOND):
        assert await cities.host.run(notice(said)) == 1
    assert (await cities.visit()).json()["eligible"] is True


async def test_another_citys_notice_takes_nothing_back(cities, frozen_clock):
    async def strange(answer):
        cities.wire.after = None
        [said] = await cities.home.run(Recognition.all)

        @transactional
        async def kept():
            await VisitorNotice.create(
                city="460200", subject=said.subject, why="withdrawn", received_at=clock.now(),
                until=int(clock.now().timestamp()) + 60,
            )  # fmt: skip

        await cities.host.run(kept)

    cities.wire.after = strange
    assert (await cities.visit()).json()["eligible"] is True
