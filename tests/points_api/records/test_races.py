"""What happens between the reading and the writing of a change is not written over.

On PostgreSQL, because it takes two writers at once: SQLite lets only one of them begin.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.cache import Cache
from points_api.consents.service import JOINING
from points_api.crypto.keyring import Keyring
from points_api.db.models import OutboxEvent
from points_api.db.transaction import transactional
from points_api.deliveries.service import Deliveries
from points_api.generate import person
from points_api.ids import new_id
from points_api.jobs.nightly import rescore_city
from points_api.records.reading import facts_of
from points_api.records.service import Incoming, accept, change_status
from points_api.residents import persons
from points_api.residents.models import Resident
from points_api.residents.real_name import LocalRealName
from points_api.residents.registry import Registry
from points_api.residents.service import Application, join, leave
from points_api.scores.computing import compute
from points_api.scores.models import ScoreHistory, ScoreRow
from points_api.scores.service import Scores, stored_of
from points_api.settings import load
from tests.factories import UNIT, city, make_member, make_person, notices
from tests.points_api.deliveries.one_row import hours_file

pytestmark = pytest.mark.usefixtures("postgres", "frozen_clock")

NAME, NUMBER = person(1, 1)
PENALTY = Incoming(
    item="penalty.market", agency="market_regulation", unit=UNIT, document_no="黄市监罚〔2026〕1号",
    occurred_on=date(2026, 5, 4), ended_on=date(2026, 5, 4), content="a" * 32, level="ordinary",
    act_key="act",
)  # fmt: skip
KEY = f"penalty.market|{UNIT}|{PENALTY.document_no}"


def penalty(n: int) -> Incoming:
    return replace(PENALTY, document_no=f"黄市监罚〔2026〕{n}号", act_key=f"act {n}")


@dataclass
class Meanwhile:
    """The scores, and what others do, each time a person was read, before anything is written.

    A second passes with each reading, so that what was known when can be told apart.
    """

    scores: Scores
    time: clock.Fixed
    happens: Sequence[Callable[[], Awaitable[object]]] = ()
    reads: list[bool] = field(default_factory=list)
    _outside: contextvars.Context = field(default_factory=contextvars.copy_context)

    async def see(self, person_id, *, hold):
        seen = await self.scores.see(person_id, hold=hold)
        self.reads.append(hold)
        self.time.forward(timedelta(seconds=1))
        for happens in self.happens[len(self.reads) - 1 : len(self.reads)]:
            # In a context of its own, else it would be done on the connection of the change.
            loop, outside = asyncio.get_running_loop(), self._outside.copy()
            await loop.create_task(_do(happens), context=outside)
            self.time.forward(timedelta(seconds=1))
        return seen

    def follow(self, *given):
        return self.scores.follow(*given)


async def _do(happens):
    await happens()


@pytest.fixture
async def scores():
    cache = Cache.from_url("memory://")
    yield Scores(city(), cache)
    await cache.aclose()


@pytest.fixture
def keyring():
    return Keyring.from_settings(load())


@pytest.fixture
def registry(scores, keyring):
    return Registry(keyring, LocalRealName(), notices(), scores)


@pytest.fixture
async def member(scores, keyring, frozen_clock):
    subject = await persons.find_or_add(keyring, NUMBER, NAME, clock.now())
    joined = await make_member(subject.id)
    await scores.refresh(joined.resident_id, "joined")
    frozen_clock.forward(timedelta(seconds=1))
    return joined


async def consistent(scores, resident_id, person_id, *, past=True) -> list[str]:
    """The score is that of the stored records, and each change told once; return the documents."""
    facts = await facts_of(person_id)
    row = await ScoreRow.get(resident_id=resident_id)
    fresh = replace(compute(facts, city(), row.as_of), version=row.version)
    assert asdict(stored_of(row)) == asdict(fresh)
    history = await ScoreHistory.filter(resident_id=resident_id)
    subject = str(resident_id)
    assert await AuditEntry.filter(action="score.changed", subject=subject).count() == len(history)
    told = await OutboxEvent.filter(topic="score.changed", subject=subject)
    versions = [event.payload["version"] for event in told]
    assert len(versions) == len(set(versions)) == len(history)
    for entry in history if past else ():
        again = await scores.recompute(entry, person_id)
        assert (again.value, again.records_digest) == (entry.value, entry.records_digest)
    return sorted(fact.document_no for fact in facts)


async def accepted() -> tuple[int, int]:
    return (
        await AuditEntry.filter(action="record.accepted").count(),
        await OutboxEvent.filter(topic="record.accepted").count(),
    )


async def test_of_two_changes_of_a_person_neither_is_lost(scores, member, frozen_clock):
    other = Meanwhile(
        scores, frozen_clock, [lambda: accept(scores, member.person_id, penalty(2), "agency:x")]
    )
    assert await accept(other, member.person_id, penalty(1), "agency:x") == "accepted"
    assert other.reads == [False, False]  # overtaken, so read again
    documents = await consistent(scores, member.resident_id, member.person_id)
    assert documents == [penalty(n).document_no for n in (1, 2)]
    assert await accepted() == (2, 2)


async def test_who_is_overtaken_time_and_again_holds_the_person_and_comes_through(
    scores, member, frozen_clock
):
    happens = [lambda n=n: accept(scores, member.person_id, penalty(n), "agency:x") for n in (2, 3)]
    other = Meanwhile(scores, frozen_clock, happens)
    assert await accept(other, member.person_id, penalty(1), "agency:x") == "accepted"
    assert other.reads == [False, False, True]
    assert len(await consistent(scores, member.resident_id, member.person_id)) == 3
    assert await accepted() == (3, 3)


@pytest.mark.parametrize("joined", [True, False])
async def test_the_same_record_twice_at_once_is_taken_once(scores, member, joined):
    who = member.person_id if joined else await make_person()
    outcomes = await asyncio.gather(*(accept(scores, who, PENALTY, "agency:x") for _ in range(8)))
    assert sorted(outcomes) == ["accepted"] + ["duplicate"] * 7
    assert len(await facts_of(who)) == 1
    assert await accepted() == (1, 1)


async def test_many_changes_at_once_all_count_and_each_has_its_version(scores, member):
    await accept(scores, member.person_id, PENALTY, "agency:x")
    await asyncio.gather(
        *(accept(scores, member.person_id, penalty(n), "agency:x") for n in range(2, 14)),
        change_status(scores, member.person_id, KEY, "disputed", "officer:y"),
        scores.refresh(member.resident_id, "day"),
    )
    documents = await consistent(scores, member.resident_id, member.person_id, past=False)
    assert len(documents) == 13
    assert await accepted() == (13, 13)
    assert await AuditEntry.filter(action="record.disputed").count() == 1


async def test_a_file_that_comes_in_meanwhile_counts(
    scores, member, keyring, tmp_path, frozen_clock
):
    path = hours_file(tmp_path / "hours.csv", NAME, NUMBER)
    deliveries = Deliveries(city().catalog, keyring, scores.rescore_all)
    other = Meanwhile(scores, frozen_clock, [lambda: deliveries.ingest(path)])
    assert await accept(other, member.person_id, PENALTY, "agency:x") == "accepted"
    assert other.reads == [False, False]
    assert len(await consistent(scores, member.resident_id, member.person_id)) == 2


async def test_a_change_waits_for_the_file_that_is_being_taken_in(
    scores, member, keyring, tmp_path, frozen_clock
):
    path = hours_file(tmp_path / "hours.csv", NAME, NUMBER)
    rescoring, seen = asyncio.Event(), asyncio.Event()

    async def rescore(members, cause, now):
        rescoring.set()
        await seen.wait()
        await asyncio.sleep(0.05)  # the change has been sent, and waits for our commit
        return await scores.rescore_all(members, cause, now)

    async def say_so():
        seen.set()

    deliveries = Deliveries(city().catalog, keyring, rescore)
    ingest = asyncio.get_running_loop().create_task(deliveries.ingest(path))
    await rescoring.wait()
    other = Meanwhile(scores, frozen_clock, [say_so])
    assert await accept(other, member.person_id, PENALTY, "agency:x") == "accepted"
    assert (await ingest).accepted == 1
    assert len(await consistent(scores, member.resident_id, member.person_id)) == 2


async def test_the_record_that_a_file_delivers_meanwhile_is_not_taken_twice(
    scores, keyring, tmp_path, frozen_clock
):
    subject = await persons.find_or_add(keyring, NUMBER, NAME, clock.now())
    path = hours_file(tmp_path / "hours.csv", NAME, NUMBER)
    deliveries = Deliveries(city().catalog, keyring, scores.rescore_all)
    await deliveries.ingest(hours_file(tmp_path / "other.csv", *person(1, 2), "志〔2026〕2"))
    [like] = await facts_of((await _person(keyring, *person(1, 2))).id)
    unit = like.key.split("|")[1]
    same = replace(PENALTY, item=like.item, unit=unit, document_no="志〔2026〕1", level=None)
    other = Meanwhile(scores, frozen_clock, [lambda: deliveries.ingest(path)])
    # Nobody counts the new records of who has not joined; the record itself is in the way.
    assert await accept(other, subject.id, same, "agency:x") == "corrected"
    assert len(await facts_of(subject.id)) == 1


async def _person(keyring, name, number):
    return await persons.find_or_add(keyring, number, name, clock.now())


async def test_who_leaves_meanwhile_is_not_scored_again(scores, member, registry, frozen_clock):
    other = Meanwhile(
        scores, frozen_clock, [lambda: leave(registry, member.resident_id, clock.now())]
    )
    assert await accept(other, member.person_id, PENALTY, "agency:x") == "accepted"
    assert len(await facts_of(member.person_id)) == 1
    for model in (ScoreRow, ScoreHistory):
        assert not await model.filter(resident_id=member.resident_id).exists()
    assert await accepted() == (1, 1)


async def test_who_joins_meanwhile_is_scored_with_the_record(
    scores, registry, keyring, frozen_clock
):
    subject = await persons.find_or_add(keyring, NUMBER, NAME, clock.now())
    resident = await Resident.create(
        openid_index=new_id().bytes, openid=keyring.encrypt("o", "resident.openid"),
        created_at=clock.now(),
    )  # fmt: skip
    notice = notices().current(clock.today())
    choices = {purpose.id: purpose.id == JOINING for purpose in notice.purpose}
    form = Application(NAME, NUMBER, None, None, notice.version, choices)

    async def happens():
        await join(registry, resident.id, form, clock.now(), clock.today())

    other = Meanwhile(scores, frozen_clock, [happens])
    assert await accept(other, subject.id, PENALTY, "agency:x") == "accepted"
    assert len(await consistent(scores, resident.id, subject.id)) == 1


async def test_the_score_of_the_night_is_not_written_over(scores, member, frozen_clock):
    await accept(scores, member.person_id, penalty(2), "agency:x")
    change = (await scores.current(member.resident_id)).next_change_on

    async def night():
        frozen_clock.forward(timedelta(days=(change - clock.today()).days))
        assert (await rescore_city(scores)).changed == 1

    other = Meanwhile(scores, frozen_clock, [night])
    assert await accept(other, member.person_id, penalty(1), "agency:x") == "accepted"
    assert other.reads == [False, False]
    assert (await scores.current(member.resident_id)).as_of == change
    assert len(await consistent(scores, member.resident_id, member.person_id)) == 2


async def test_within_a_transaction_a_change_holds_the_person_and_goes_with_it(
    scores, member, frozen_clock
):
    other = Meanwhile(scores, frozen_clock)

    @transactional
    async def refused():
        await accept(other, member.person_id, PENALTY, "agency:x")
        assert len(await facts_of(member.person_id)) == 1
        raise LookupError

    with pytest.raises(LookupError):
        await refused()
    assert other.reads == [True]
    assert await consistent(scores, member.resident_id, member.person_id) == []
    assert await accepted() == (0, 0)
