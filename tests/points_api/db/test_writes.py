"""Several writes, one round trip, on both databases the same."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from points_api import clock
from points_api.access_log.models import AccessEntry
from points_api.audit.models import AuditEntry
from points_api.db.models import OutboxEvent
from points_api.db.plans import JsonText
from points_api.db.transaction import connection, transactional
from points_api.db.writes import (
    PRIMARY_KEY,
    Columns,
    Holds,
    Insert,
    Overtaken,
    Update,
    write_all,
)
from points_api.ids import new_id
from points_api.records.models import RecordRow
from points_api.redemptions.models import QuotaCounter
from points_api.residents.models import Enrollment, Person, Resident
from points_api.scores.models import ScoreRow
from tests.points_api.db import rows

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


def _event(subject: str, **given: Any) -> dict[str, Any]:
    payload = {"中文": [1, None, {"a": True}], "text": 'quote " and \\'}
    row = {"topic": "t", "payload": payload, "created_at": NOW, "next_try_at": NOW}
    return row | {"subject": subject} | given


async def test_every_kind_of_column_comes_back_as_it_went_in(database):
    person = await rows.person()
    row = {
        "id": new_id(),
        "person_id": person.id,
        "item": "volunteer.hours",
        "level": None,
        "quantity": 2**40,
        "act_key": "编号（2026）1号",
        "occurred_on": rows.DAY,
        "status": "active",
        "document_no": "d'1",
        "unit": "u",
        "agency": "a",
        "content": "0" * 32,
        "known_from": NOW,
    }
    assert await write_all([Insert(RecordRow, [row])]) == [1]
    stored = await RecordRow.get(id=row["id"])
    assert {name: getattr(stored, name) for name in row} == row
    made = {"id_index": b"\x00\xff", "id_number": b"", "name": b"x", "created_at": NOW}
    await write_all([Insert(Person, [made]), Insert(OutboxEvent, [_event("s")])])
    assert (await Person.get(id_index=b"\x00\xff")).id_number == b""
    assert (await OutboxEvent.get(subject="s")).payload == _event("s")["payload"]


async def test_columns_left_out_take_the_default_and_ids_are_made(database):
    await write_all([Insert(OutboxEvent, [_event("a"), _event("b")])])
    found = await OutboxEvent.all().order_by("id")
    assert [(event.subject, event.attempts, event.done_at) for event in found] == [
        ("a", 0, None),
        ("b", 0, None),
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 500])
async def test_columns_are_stored_as_the_same_rows_are(database, count):
    given = [_event(f"s{n}", done_at=None if n % 2 else NOW) for n in range(count)]
    same = {"topic": "t", "created_at": NOW, "next_try_at": NOW}
    each = {name: [row[name] for row in given] for name in given[0] if name not in same}
    each["payload"] = [
        JsonText(json.dumps(row["payload"])) if n % 2 else row["payload"]
        for n, row in enumerate(given)
    ]
    assert await write_all([Insert(OutboxEvent, Columns(each, same))]) == [count]
    found = await OutboxEvent.all().order_by("id")
    assert [{name: getattr(event, name) for name in given[0]} for event in found] == given
    counted = Columns({"id": [event.id for event in found], "attempts": range(count)})
    assert await write_all([Update(OutboxEvent, ("id",), counted)]) == [count]
    assert await OutboxEvent.filter(attempts=count - 1).count() == 1


async def test_the_writes_are_carried_out_in_their_order(database):
    """Closing the current version and inserting the next meet at one unique index."""
    old = await rows.record()
    for _ in range(3):
        new = {
            name: getattr(old, name)
            for name in ("person_id", "item", "act_key", "occurred_on", "status", "document_no")
        } | {"unit": old.unit, "agency": old.agency, "content": "1" * 32, "known_from": NOW}
        new_row = {**new, "id": new_id()}
        close = Update(
            RecordRow, ("id",), [{"id": old.id, "known_to": clock.now()}], "known_to IS NULL"
        )
        written = await write_all([close, Insert(RecordRow, [new_row])])
        assert written == [1, 1]
        old = await RecordRow.get(person_id=old.person_id, known_to=None)
        assert old.id == new_row["id"]


async def test_parents_and_children_may_be_written_together(database):
    account, owner = new_id(), new_id()
    joined = {"resident_id": account, "person_id": owner, "notice_version": "1", "joined_at": NOW}
    human = {"id": owner, "id_index": b"1", "id_number": b"1", "name": b"1", "created_at": NOW}
    written = await write_all(
        [
            Insert(
                Resident, [{"id": account, "openid_index": b"1", "openid": b"-", "created_at": NOW}]
            ),
            Insert(Person, [human]),
            Insert(Enrollment, [joined]),
        ]
    )
    assert written == [1, 1, 1]


async def test_all_or_nothing(database):
    with pytest.raises(IntegrityError):
        await write_all(
            [Insert(OutboxEvent, [_event("a")]), Insert(OutboxEvent, [_event("b", attempts=-1)])]
        )
    assert await OutboxEvent.all().count() == 0


async def test_it_joins_the_transaction_that_is_open(database):
    @transactional
    async def refuse():
        await write_all([Insert(OutboxEvent, [_event("a")])])
        raise LookupError

    with pytest.raises(LookupError):
        await refuse()
    assert await OutboxEvent.all().count() == 0


async def test_it_tells_how_many_rows_each_has_written(database):
    score = await rows.score()
    change = {"resident_id": score.resident_id, "version": 1}
    stale = Update(ScoreRow, ("resident_id", "version"), [{**change, "value": 1}])
    newer = Update(ScoreRow, ("resident_id",), [{"resident_id": score.resident_id, "version": 2}])
    assert await write_all([stale]) == [1]
    assert await write_all([newer, Insert(OutboxEvent, [])]) == [1, 0]
    assert await write_all([Insert(OutboxEvent, [_event("a")] * 3), stale]) == [3, 0]
    assert await write_all([]) == []
    assert await write_all([Update(ScoreRow, ("resident_id",), [])]) == [0]


async def test_a_row_that_is_there_is_left_alone_or_brought_up_to_date(database):
    owner = await rows.resident()
    look = {
        "resident_id": owner.id,
        "day": rows.DAY,
        "actor_kind": "merchant",
        "actor": "m",
        "purpose": "library",
        "what": "eligible",
        "times": 1,
    }
    for hour in range(3):
        at = NOW + timedelta(hours=hour)
        seen = {**look, "first_at": at, "last_at": at}
        await write_all(
            [Insert(AccessEntry, [seen], "access_entry_day", replace=("last_at",), add=("times",))]
        )
    entry = await AccessEntry.get(resident_id=owner.id)
    assert (entry.times, entry.first_at, entry.last_at) == (3, NOW, NOW + timedelta(hours=2))
    again = Insert(AccessEntry, [{**look, "first_at": NOW, "last_at": NOW}], "access_entry_day")
    assert await write_all([again]) == [0]


async def test_a_conflict_at_a_conditional_constraint_and_at_the_primary_key(database):
    old = await rows.record()
    same = {
        name: getattr(old, name)
        for name in RecordRow._meta.db_fields
        if name not in ("id", "level", "quantity", "row_no", "delivery_id", "decided_on")
    }
    assert await write_all([Insert(RecordRow, [same], unless="record_current")]) == [0]
    score = await rows.score()
    row = {name: getattr(score, name) for name in ScoreRow._meta.db_fields} | {"value": 5}
    assert await write_all([Insert(ScoreRow, [row], PRIMARY_KEY, replace=("value",))]) == [1]
    assert (await ScoreRow.get(resident_id=score.resident_id)).value == 5


async def test_inserts_side_by_side_count_for_themselves_and_cost_as_one(database):
    """PostgreSQL would refuse two thousand parts, and take long over two hundred."""
    events = [Insert(OutboxEvent, [_event(f"s{n}")] * (n % 3)) for n in range(3000)]
    assert await write_all(events) == [n % 3 for n in range(3000)]
    assert await OutboxEvent.all().count() == 3000


async def test_many_rows_go_in_at_once(database):
    events = [_event(f"s{number}") for number in range(5000)]
    assert await write_all([Insert(OutboxEvent, events)]) == [5000]
    ids = await OutboxEvent.all().values_list("id", flat=True)
    changes = [{"id": event_id, "attempts": at} for at, event_id in enumerate(ids)]
    assert await write_all([Update(OutboxEvent, ("id",), changes)]) == [5000]
    assert await OutboxEvent.filter(attempts=4999).count() == 1


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (Insert(OutboxEvent, [{"topic": "t"}, {"subject": "s"}]), "same columns"),
        (Insert(OutboxEvent, [{"subjekt": "s"}]), "no such columns: subjekt"),
        (Update(OutboxEvent, ("idd",), [{"idd": 1, "attempts": 1}]), "no such columns: idd"),
        (
            Insert(OutboxEvent, [_event("a", created_at=NOW.replace(tzinfo=None))]),
            "created_at: a naive",
        ),
        (Insert(OutboxEvent, [_event("a" * 101)]), "subject: Length of 'a*' 101 > 100"),
        (
            Insert(OutboxEvent, Columns({"subject": ["a", "a" * 101]}, {"topic": "t"})),
            "subject: Length of 'a*' 101 > 100",
        ),
        (Insert(OutboxEvent, Columns({"topic": ["t"], "subject": ["a", "b"]})), "argument"),
    ],
)
async def test_a_mistake_is_told_before_anything_is_written(mistake, said, database):
    with pytest.raises(Exception, match=said):
        await write_all([mistake])
    assert await OutboxEvent.all().count() == 0


async def test_postgresql_is_asked_once_and_by_three_texts_for_any_number_of_rows(postgres):
    texts = set()
    for number in (1, 2, 3, 4, 50):
        await write_all(
            [
                Insert(OutboxEvent, [_event("a")] * number),
                Insert(AuditEntry, [await _entry() for _ in range(number)]),
            ]
        )

        @transactional
        async def prepared():
            return await connection().execute_query_dict(
                "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'WITH w0 AS%'"
            )

        texts |= {row["statement"] for row in await prepared()}
    assert len(texts) == 3


async def _entry() -> dict[str, Any]:
    made = {"at": NOW, "actor": "a", "action": "b", "subject": "c", "details": {}}
    return made | {"digest": "0" * 64}


async def test_a_condition_that_does_not_hold_keeps_everything_from_being_written(database):
    person = await rows.person()
    there = "EXISTS (SELECT 1 FROM outbox_event WHERE topic = $1 AND subject = $2)"
    renamed = Update(Person, ("id",), [{"id": person.id, "name": b"new"}])
    with pytest.raises(Overtaken):
        await write_all([renamed], Holds(there, ("t", "s")))
    assert (await Person.get(id=person.id)).name == b"x"
    await write_all([Insert(OutboxEvent, [_event("s")])])
    assert await write_all([renamed], Holds(there, ("t", "s"))) == [1]
    assert (await Person.get(id=person.id)).name == b"new"


async def test_columns_grow_by_the_value_given(database):
    counter = await rows.quota_counter(used=5)
    taken = [{"id": counter.id, "used": -2}]
    assert await write_all([Update(QuotaCounter, ("id",), taken, add=("used",))]) == [1]
    assert (await QuotaCounter.get()).used == 3


async def test_what_comes_last_is_written_after_all_else(postgres):
    """What the others stumble on is met before a row of the last ones is taken."""
    counter, event = await rows.quota_counter(), await rows.outbox_event()
    twice = Insert(OutboxEvent, [_event("s", id=event.id)])
    last = [Update(QuotaCounter, ("id",), [{"id": counter.id, "used": 1}], add=("used",))]
    other = await asyncpg.connect(postgres)
    async with other.transaction():
        await other.execute("SELECT * FROM quota_counter FOR UPDATE")
        with pytest.raises(IntegrityError):  # at once, although the counter is held
            await asyncio.wait_for(write_all([twice], last=last), 5)
    await other.close()
