import asyncio
from datetime import timedelta

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.consents.models import Consent
from points_api.db.models import OutboxEvent
from points_api.residents import persons
from points_api.residents.models import Enrollment, Person, Resident
from points_api.scores.models import ScoreHistory, ScoreRow
from tests.points_api.auth.door import NEW, OLD, id_number, joining
from tests.points_api.auth.door import door as open_door
from tests.points_api.storage import everything_stored


async def join(door, headers, **changes):
    return await door.client.post("/v1/me/enrollment", json=joining(**changes), headers=headers)


async def test_a_resident_joins_and_has_a_score_in_the_same_transaction(door):
    headers = await door.headers(1)
    before = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
    assert (before["state"], before["name"]) == ("not_joined", None)
    answer = await join(door, headers)
    assert answer.status_code == 201
    shown = answer.json()
    assert shown["state"] == "joined"
    assert (shown["name"], shown["phone"]) == ("张*", None)
    number = id_number(1)
    assert shown["id_number"] == f"420***********{number[-4:]}"
    assert shown["consent_expires_at"] == "2028-06-01T04:00:00Z"
    enrollment, score = await Enrollment.get(), await ScoreRow.get()
    assert score.enrollment_id == enrollment.id
    assert await AuditEntry.filter(action="resident.join").count() == 1
    assert await OutboxEvent.filter(topic="resident.joined").count() == 1
    assert await OutboxEvent.filter(topic="consent.granted").count() == 1


async def test_the_same_again_changes_nothing_and_gives_the_same_answer(door):
    headers = await door.headers(1)
    first, second = await join(door, headers), await join(door, headers)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert await Enrollment.all().count() == await Consent.all().count() == 1
    assert await ScoreHistory.all().count() == 1


async def test_five_times_at_once_is_joining_once(door):
    headers = await door.headers(1)
    answers = await asyncio.gather(*(join(door, headers) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201]
    assert await Enrollment.all().count() == await Consent.all().count() == 1


async def test_a_person_joins_with_one_account_and_the_other_learns_nothing_of_it(door):
    await door.join(1)
    answer = await join(door, await door.headers(2))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/joined-elsewhere")
    assert set(answer.json()) == {"type", "title", "status", "detail", "errcode", "errmsg"}
    assert await Enrollment.all().count() == 1


async def test_of_five_accounts_that_join_as_one_person_at_once_one_does(door):
    headers = [await door.headers(n) for n in range(1, 6)]
    answers = await asyncio.gather(*(join(door, one) for one in headers))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 4
    assert await Enrollment.all().count() == await Person.all().count() == 1


async def test_who_has_joined_cannot_become_somebody_else(door):
    headers = await door.join(1)
    answer = await join(door, headers, sequence=2, name="李四")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-joined")
    assert await Person.all().count() == 1


@pytest.mark.parametrize(
    ("born", "status"), [("20080601", 201), ("20080602", 403), ("20260601", 403), ("20270101", 403)]
)
async def test_one_joins_from_the_eighteenth_birthday_on(door, born, status):
    answer = await join(door, await door.headers(1), id_number=id_number(1, born))
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "/problems/under-age"
        assert await Person.all().count() == 0


async def test_the_birthday_is_that_of_the_legal_day_in_china(door, frozen_clock):
    frozen_clock.set(frozen_clock.at.replace(hour=15, minute=59))
    headers = await door.headers(1)
    assert (await join(door, headers, id_number=id_number(1, "20080602"))).status_code == 403
    frozen_clock.forward(timedelta(minutes=1))
    assert (await join(door, headers, id_number=id_number(1, "20080602"))).status_code == 201


async def test_a_number_is_one_number_however_it_is_written(door):
    number = id_number(1)
    headers = await door.headers(1)
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}".lower()
    assert (await join(door, headers, id_number=spaced)).status_code == 201
    assert (await join(door, headers, id_number=number)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("id_number", "420200199001019990", "id_number.check_character"),
        ("id_number", "420***********9994", "id_number.masked"),
        ("id_number", "", "id_number.empty"),
        ("name", "张3", "name.form"),
        ("name", "张", "name.form"),
        ("phone", "12345", "string_pattern_mismatch"),
        ("consents", {"scoring": "yes"}, "bool_type"),
        ("consents", {"scoring": 1}, "bool_type"),
        ("age", 30, "extra_forbidden"),
    ],
)
async def test_a_faulty_field_is_named_with_its_mend_and_never_repeated(door, field, value, code):
    answer = await join(door, await door.headers(1), **{field: value})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["code"] == code
    assert error["pointer"].startswith("#/consents" if field == "consents" else f"#/{field}") or (
        field == "age" and error["pointer"] == "#/age"
    )
    if isinstance(value, str) and value:
        assert value not in answer.text
    assert await Person.all().count() == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"notice_version": "huangshi-2025.1"}, "notice-outdated"),
        ({"consents": {"scoring": True}}, "choices-incomplete"),
        ({"consents": {}}, "choices-incomplete"),
        ({"consents": {"scoring": False, "contact": False}}, "consent-needed"),
        ({"consents": {"scoring": True, "contact": True, "all": True}}, "unknown-purpose"),
        ({"consents": {"scoring": True, "contact": True}}, "phone-needs-consent"),
        ({"phone": "13800000000"}, "phone-needs-consent"),
    ],
)
async def test_consent_is_a_choice_of_its_own_for_each_purpose(door, changes, problem):
    answer = await join(door, await door.headers(1), **changes)
    assert (answer.status_code, answer.json()["type"]) == (409, f"/problems/{problem}")
    assert await Enrollment.all().count() == await Consent.all().count() == 0


async def test_the_answer_to_an_old_notice_names_the_current_one(door):
    answer = await join(door, await door.headers(1), notice_version="huangshi-2025.1")
    assert answer.json()["notice_version"] == "huangshi-2026.1"


async def test_with_a_phone_there_are_two_receipts_and_the_phone_is_shown_masked(door):
    both = {"scoring": True, "contact": True}
    answer = await join(door, await door.headers(1), phone="13812345678", consents=both)
    assert answer.json()["phone"] == "138****5678"
    assert sorted(consent.purpose for consent in await Consent.all()) == ["contact", "scoring"]


async def delivered(door, name, sequence=1):
    return await persons.find_or_add(door.keyring, id_number(sequence), name, clock.now())


async def test_a_person_whom_an_agency_delivered_is_taken_up_and_not_doubled(door):
    known = await delivered(door, "张三")
    await door.join(1)
    assert (await Enrollment.get()).person_id == known.id
    assert await Person.all().count() == 1


async def test_under_another_name_than_the_agency_knows_nobody_joins(door):
    await delivered(door, "李四")
    answer = await join(door, await door.headers(1))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/real-name-refused")
    assert await Enrollment.all().count() == 0


async def test_whether_somebody_has_joined_is_told_only_to_who_passed_the_real_name_check(door):
    await door.join(1)
    answer = await join(door, await door.headers(2), name="李四")
    assert answer.json()["type"] == "/problems/real-name-refused"


async def test_a_verified_name_outranks_what_an_agency_typed(door):
    class Believes:
        async def confirm(self, applicant):
            assert applicant.known_name == "章三"

    await delivered(door, "章三")
    door.change(real_name=Believes())
    await door.join(1)
    person = await Person.get()
    assert door.keyring.decrypt_text(person.name, persons.NAME) == "张三"


async def test_the_real_name_check_knows_whose_wechat_account_it_is(door):
    asked = []

    class Looks:
        async def confirm(self, applicant):
            asked.append([applicant.owns("demo-1"), applicant.owns("demo-2"), applicant.proof])

    door.change(real_name=Looks())
    await door.join(1, verify_result="v")
    assert asked == [[True, False, "v"]]


async def test_if_the_score_cannot_be_computed_nobody_has_joined(door):
    class Fails:
        async def rescore(self, enrollment_id, cause, now):
            raise RuntimeError

    headers = await door.headers(1)
    door.change(scores=Fails())
    with pytest.raises(RuntimeError):
        await join(door, headers)
    assert await Enrollment.all().count() == await Person.all().count() == 0
    assert await Consent.all().count() == 0
    assert await AuditEntry.filter(action="resident.join").count() == 0


async def test_the_enrollment_is_re_read_for_the_price_of_a_304(door):
    headers = await door.join(1)
    first = await door.client.get("/v1/me/enrollment", headers=headers)
    again = await door.client.get(
        "/v1/me/enrollment", headers=headers | {"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_one_resident_sees_nothing_of_another(door):
    await door.join(1)
    answer = await door.client.get("/v1/me/enrollment", headers=await door.headers(2))
    assert answer.json()["state"] == "not_joined"


async def test_neither_name_nor_number_nor_phone_lies_open_in_the_database_or_the_log(
    door, capsys, caplog
):
    caplog.set_level("DEBUG")
    both = {"scoring": True, "contact": True}
    await door.join(1, name="欧阳小三", phone="13812345678", consents=both)
    await join(door, await door.headers(2), sequence=1)
    stored = await everything_stored()
    assert len(stored) > 10
    said = "".join(capsys.readouterr()) + caplog.text
    for secret in ("欧阳小三", id_number(1), id_number(1)[:17], "13812345678", "demo-1"):
        assert not [row for row in stored if secret in row or repr(secret.encode())[2:-1] in row]
        assert secret not in said


async def test_the_person_is_found_under_an_older_key(door, frozen_clock):
    async with open_door(keys=(OLD, NEW)) as before:
        await before.join(1)
    answer = await join(door, await door.headers(2))
    assert answer.json()["type"] == "/problems/joined-elsewhere"
    same = await join(door, await door.headers(1))
    assert same.status_code == 200
    assert await Resident.all().count() == 2
