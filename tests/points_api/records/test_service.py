"""One record at a time: what is accepted counts at once, what was ended never returns."""

from datetime import date, timedelta

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.cache import Cache
from points_api.records.facts import fact
from points_api.records.models import RecordRow
from points_api.records.reading import facts_known_at, facts_of
from points_api.records.service import (
    Incoming,
    NoSuchRecord,
    StatusRefused,
    accept,
    change_status,
)
from points_api.scores.service import Scores
from tests.factories import UNIT, city, make_member, make_person

pytestmark = pytest.mark.usefixtures("database", "frozen_clock")

PENALTY = Incoming(
    item="penalty.market", agency="market_regulation", unit=UNIT, document_no="黄市监罚〔2026〕1号",
    occurred_on=date(2026, 5, 4), ended_on=date(2026, 5, 4), content="a" * 32, level="ordinary",
    act_key="act",
)  # fmt: skip
KEY = f"penalty.market|{UNIT}|{PENALTY.document_no}"


@pytest.fixture
async def scores():
    cache = Cache.from_url("memory://")
    yield Scores(city(), cache)
    await cache.aclose()


@pytest.fixture
async def member(scores):
    joined = await make_member()
    await scores.refresh(joined.resident_id, "joined")
    return joined


async def value(scores, member):
    return (await scores.current(member.resident_id)).value


async def test_an_accepted_record_counts_at_once(scores, member):
    assert await accept(scores, member.person_id, PENALTY, "agency:x") == "accepted"
    assert await value(scores, member) < 60_000
    assert await AuditEntry.filter(action="record.accepted", actor="agency:x").count() == 1


async def test_the_same_again_is_a_duplicate_and_changes_nothing(scores, member):
    await accept(scores, member.person_id, PENALTY, "agency:x")
    before = await RecordRow.all().count()
    assert await accept(scores, member.person_id, PENALTY, "agency:x") == "duplicate"
    assert await RecordRow.all().count() == before


async def test_a_correction_keeps_both_times(scores, member, frozen_clock):
    await accept(scores, member.person_id, PENALTY, "agency:x")
    first = clock.now()
    frozen_clock.forward(timedelta(days=3))
    mild = Incoming(**{**_dict(PENALTY), "level": "minor", "content": "b" * 32})
    assert await accept(scores, member.person_id, mild, "agency:x") == "corrected"
    assert [r.level for r in await facts_of(member.person_id)] == ["minor"]
    assert [r.level for r in await facts_known_at(member.person_id, first)] == ["ordinary"]


@pytest.mark.parametrize("status", ["repaired", "withdrawn"])
async def test_what_was_ended_never_returns_by_delivery(scores, member, status):
    await accept(scores, member.person_id, PENALTY, "agency:x")
    await change_status(scores, member.person_id, KEY, status, "officer:y")
    assert await value(scores, member) == 60_000
    other = Incoming(**{**_dict(PENALTY), "content": "c" * 32})
    for again in (PENALTY, other):
        assert await accept(scores, member.person_id, again, "agency:x") == "refused"
    assert await value(scores, member) == 60_000
    with pytest.raises(StatusRefused):
        await change_status(scores, member.person_id, KEY, "active", "officer:y")


async def test_a_disputed_record_does_not_count_until_it_is_restored(scores, member):
    await accept(scores, member.person_id, PENALTY, "agency:x")
    lowered = await value(scores, member)
    await change_status(scores, member.person_id, KEY, "disputed", "officer:y")
    assert await value(scores, member) == 60_000
    corrected = Incoming(**{**_dict(PENALTY), "content": "d" * 32})
    assert await accept(scores, member.person_id, corrected, "agency:x") == "corrected"
    assert await value(scores, member) == 60_000
    await change_status(scores, member.person_id, KEY, "active", "officer:y")
    assert await value(scores, member) == lowered


async def test_records_of_who_has_not_joined_are_kept_without_a_score(scores):
    person = await make_person()
    assert await accept(scores, person, PENALTY, "agency:x") == "accepted"
    assert [r.item for r in await facts_of(person)] == ["penalty.market"]


async def test_a_status_of_an_unknown_record_is_refused(scores, member):
    with pytest.raises(NoSuchRecord):
        await change_status(scores, member.person_id, "nothing", "repaired", "officer:y")


async def test_exactly_one_version_is_current_and_none_is_lost(scores, member):
    await accept(scores, member.person_id, PENALTY, "agency:x")
    await change_status(scores, member.person_id, KEY, "disputed", "officer:y")
    await change_status(scores, member.person_id, KEY, "repaired", "officer:y")
    rows = await RecordRow.filter(person_id=member.person_id).order_by("known_from", "id").values()
    assert [row["status"] for row in rows] == ["active", "disputed", "repaired"]
    assert [row["known_to"] is None for row in rows] == [False, False, True]
    assert {fact(row).key for row in rows} == {KEY}


def _dict(incoming):
    return {name: getattr(incoming, name) for name in incoming.__slots__}
