import asyncio
from datetime import date, timedelta

import pytest

from points_api import clock
from points_api.access_log.models import AccessEntry
from points_api.access_log.service import record_look
from points_api.audit.models import AuditEntry
from points_api.consents import service as consents
from points_api.consents.models import Consent
from points_api.db.models import OutboxEvent
from points_api.db.transaction import transactional
from points_api.records.models import RecordRow
from points_api.residents.effects import ConsentEffects
from points_api.residents.models import Enrollment, Person
from points_api.residents.retention import purge
from points_api.scores.models import ScoreHistory, ScoreRow
from tests.factories import make_record
from tests.points_api.auth.door import joining

BOTH = {"scoring": True, "contact": True}


async def leave(door, headers, language="zh"):
    return await door.client.delete(
        "/v1/me/enrollment", headers=headers | {"Accept-Language": language}
    )


async def member(door, number=1):
    return await door.join(number, phone="13812345678", consents=BOTH)


async def test_leaving_deletes_what_was_derived_and_says_what_stays_by_which_law(door):
    headers = await member(door)
    answer = await leave(door, headers, "en")
    assert answer.status_code == 200
    said = answer.json()
    assert [(one["kind"], one["count"]) for one in said["deleted"]] == [
        ("score", 1), ("score_history", 1), ("phone", 1)
    ]  # fmt: skip
    assert {one["kind"]: one["until"] for one in said["kept"]} == {
        "consent_receipts": "2029-06-01", "logs": "2029-06-01", "public_records": None
    }  # fmt: skip
    assert all("article" in one["law"] for one in said["kept"])
    assert await ScoreRow.all().count() == await ScoreHistory.all().count() == 0
    enrollment = await Enrollment.get()
    assert (enrollment.left_at, enrollment.phone) == (clock.now(), None)
    assert {one.withdrawn_at for one in await Consent.all()} == {clock.now()}


async def test_leaving_is_audited_and_told_to_the_outbox(door):
    await leave(door, await member(door))
    assert await AuditEntry.filter(action="resident.leave").count() == 1
    assert await OutboxEvent.filter(topic="resident.left").count() == 1
    assert await OutboxEvent.filter(topic="consent.withdrawn").count() == 1


async def test_after_leaving_the_account_is_signed_in_and_has_not_joined(door):
    headers = await member(door)
    await leave(door, headers)
    shown = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
    assert shown["state"] == "not_joined"
    assert shown["name"] is shown["id_number"] is shown["phone"] is None


async def test_leaving_again_says_the_same_of_what_stays(door, frozen_clock):
    headers = await member(door)
    first = (await leave(door, headers)).json()
    frozen_clock.forward(timedelta(days=5))
    headers = await door.headers(1)
    again = (await leave(door, headers)).json()
    assert again == first | {"deleted": []}


async def test_who_never_joined_has_nothing_to_leave(door):
    answer = await leave(door, await door.headers(1))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-member")


async def test_leaving_five_times_at_once_leaves_once(door):
    headers = await member(door)
    answers = await asyncio.gather(*(leave(door, headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {200}
    assert sum(bool(answer.json()["deleted"]) for answer in answers) == 1
    assert await AuditEntry.filter(action="resident.leave").count() == 1


async def test_joining_again_starts_clean(door, frozen_clock):
    headers = await member(door)
    await leave(door, headers)
    frozen_clock.forward(timedelta(minutes=1))
    headers = await door.join(1)
    assert await Enrollment.all().count() == 2
    history = await ScoreHistory.all()
    assert [(entry.cause, entry.known_at) for entry in history] == [("joined", clock.now())]
    shown = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
    assert (shown["joined_at"], shown["phone"]) == ("2026-06-01T04:01:00Z", None)


async def test_a_person_who_left_may_join_with_another_account(door):
    await leave(door, await member(door))
    answer = await door.client.post(
        "/v1/me/enrollment", json=joining(1), headers=await door.headers(2)
    )
    assert answer.status_code == 201


async def test_records_of_agencies_stay_and_are_no_longer_used(door):
    headers = await member(door)
    person = await Person.get()
    await make_record(person.id, "volunteer.hours", date(2026, 3, 2))
    await leave(door, headers)
    assert await RecordRow.all().count() == 1
    assert await ScoreRow.all().count() == 0


async def test_if_something_of_leaving_fails_nothing_of_it_has_happened(door):
    class Fails:
        async def forget(self, resident_id):
            raise RuntimeError

    headers = await member(door)
    door.change(scores=Fails())
    with pytest.raises(RuntimeError):
        await leave(door, headers)
    assert (await Enrollment.get()).left_at is None
    assert await Consent.filter(withdrawn_at=None).count() == 2
    assert await ScoreRow.all().count() == 1


async def test_a_consent_that_ran_out_ends_what_rested_on_it(door, frozen_clock):
    await member(door)
    await door.join(2)
    effects = ConsentEffects(door.registry)
    frozen_clock.set(frozen_clock.at.replace(year=2028) - timedelta(seconds=1))
    assert await consents.expire(effects, clock.now()) == 0
    frozen_clock.forward(timedelta(seconds=1))
    assert await consents.expire(effects, clock.now()) == 2
    assert await consents.expire(effects, clock.now()) == 0
    assert await ScoreRow.all().count() == 0
    assert await Enrollment.filter(left_at=None).count() == 0
    for enrollment in await Enrollment.all():
        receipts = await consents.receipts_of(enrollment.resident_id, clock.now())
        assert {receipt.state for receipt in receipts} == {"expired"}


async def nobody_has_records(person_id):
    return False


async def test_what_was_kept_is_deleted_when_its_term_is_over(door, frozen_clock):
    await leave(door, await member(door))
    frozen_clock.set(frozen_clock.at.replace(year=2029))
    assert await purge(clock.now(), nobody_has_records) == 0
    frozen_clock.forward(timedelta(seconds=1))
    assert await purge(clock.now(), nobody_has_records) == 1
    assert await Enrollment.all().count() == await Person.all().count() == 0


async def test_a_person_with_records_outlives_the_enrollment(door, frozen_clock):
    await leave(door, await member(door))
    person = await Person.get()
    await make_record(person.id, "volunteer.hours", date(2026, 3, 2))
    frozen_clock.set(frozen_clock.at.replace(year=2030))

    async def has_records(person_id):
        return await RecordRow.filter(person_id=person_id).exists()

    assert await purge(clock.now(), has_records) == 1
    assert await Person.all().count() == 1


async def test_who_looked_can_still_be_seen_after_leaving(door):
    headers = await member(door)
    enrollment = await Enrollment.get()

    @transactional
    async def look():
        await record_look(
            enrollment.resident_id, "officer", "officer-1", "objection", "records", clock.now()
        )

    await look()
    await leave(door, headers)
    listed = (await door.client.get("/v1/me/access-log", headers=headers)).json()
    assert [entry["actor"] for entry in listed["items"]] == ["officer-1"]
    assert await AccessEntry.all().count() == 1
