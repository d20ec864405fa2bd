from datetime import date, timedelta
from uuid import UUID

import pytest

from points_api import clock
from points_api.access_log import service
from points_api.access_log.models import AccessEntry
from points_api.access_log.service import record_look
from points_api.db.transaction import transactional
from points_api.residents.models import Resident

PATH = "/v1/me/access-log"


async def resident_of(door, person=1):
    headers = await door.headers(person)
    resident = await Resident.all().order_by("-id").first()
    assert resident is not None
    return resident.id, headers


@transactional
async def look(resident_id, actor="officer-1", what="records", purpose="objection"):
    await record_look(resident_id, "officer", actor, purpose, what, clock.now())


async def listed(door, headers, **query):
    return await door.client.get(PATH, params=query, headers=headers)


async def test_a_look_by_somebody_else_shows_who_when_what_for_and_what(door):
    resident_id, headers = await resident_of(door)
    await look(resident_id)
    (entry,) = (await listed(door, headers)).json()["items"]
    assert entry | {"actor_text": "", "what_text": ""} == {
        "day": "2026-06-01",
        "actor_kind": "officer",
        "actor": "officer-1",
        "actor_text": "",
        "purpose": "objection",
        "purpose_text": None,
        "what": "records",
        "what_text": "",
        "given": None,
        "times": 1,
        "first_at": "2026-06-01T04:00:00Z",
        "last_at": "2026-06-01T04:00:00Z",
    }
    assert entry["what_text"] == "信用记录"


async def test_looks_of_one_day_are_counted_and_those_of_another_stand_alone(door, frozen_clock):
    resident_id, _ = await resident_of(door)
    await look(resident_id)
    frozen_clock.forward(timedelta(hours=11, minutes=59))
    await look(resident_id)
    await look(resident_id, purpose="audit")
    frozen_clock.forward(timedelta(minutes=1))  # midnight in China
    await look(resident_id)
    rows = await AccessEntry.all().order_by("id").values_list("day", "purpose", "times")
    assert rows == [
        (date(2026, 6, 1), "objection", 2),
        (date(2026, 6, 1), "audit", 1),
        (date(2026, 6, 2), "objection", 1),
    ]
    first = (await AccessEntry.all().order_by("id"))[0]
    assert first.last_at - first.first_at == timedelta(hours=11, minutes=59)


async def test_a_look_that_was_rolled_back_has_not_happened(door):
    resident_id, _ = await resident_of(door)

    @transactional
    async def fails():
        await record_look(resident_id, "officer", "officer-1", "x", "records", clock.now())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert await AccessEntry.all().count() == 0


async def test_a_look_outside_of_the_transaction_that_shows_the_data_is_a_mistake(door):
    resident_id, _ = await resident_of(door)
    with pytest.raises(RuntimeError, match="transaction"):
        await record_look(resident_id, "officer", "officer-1", "x", "records", clock.now())


async def test_pages_follow_one_another_without_gap_or_double_while_looks_come_in(door):
    resident_id, headers = await resident_of(door)
    for number in range(7):
        await look(resident_id, actor=f"officer-{number}")
    seen, cursor = [], None
    while True:
        answer = await listed(door, headers, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [entry["actor"] for entry in answer.json()["items"]]
        await look(resident_id, actor=f"late-{len(seen)}")
        await look(resident_id, actor="officer-0")
        cursor = answer.json()["next"]
        if cursor is None:
            break
        assert f"cursor={cursor}" in answer.headers["link"]
    assert seen == [f"officer-{number}" for number in reversed(range(7))]


async def test_a_cursor_serves_only_whom_it_was_given_to(door):
    resident_id, headers = await resident_of(door)
    for number in range(3):
        await look(resident_id, actor=f"officer-{number}")
    cursor = (await listed(door, headers, limit=1)).json()["next"]
    _, others = await resident_of(door, 2)
    for who, text in ((others, cursor), (headers, cursor[:-4]), (headers, "x")):
        answer = await listed(door, who, cursor=text)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/unknown-cursor")


async def test_one_resident_sees_no_looks_at_another(door):
    resident_id, _ = await resident_of(door, 1)
    await look(resident_id)
    _, headers = await resident_of(door, 2)
    assert (await listed(door, headers)).json()["items"] == []


async def test_looking_at_the_list_is_a_look_too(door):
    _, headers = await resident_of(door)
    await listed(door, headers)
    await door.looks.flush()
    (entry,) = (await listed(door, headers)).json()["items"]
    assert (entry["actor"], entry["what"], entry["times"]) == ("self", "access_log", 1)


async def test_entries_are_deleted_when_their_term_is_over(door):
    resident_id, _ = await resident_of(door)
    await look(resident_id)
    assert await service.purge(date(2026, 6, 1)) == 0
    assert await service.purge(date(2026, 6, 2)) == 1


async def test_a_look_at_nobody_is_refused_by_the_database(door):
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await look(UUID(int=1))
