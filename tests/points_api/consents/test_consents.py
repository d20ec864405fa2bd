import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from points_api import clock
from points_api.audit.models import AuditEntry
from points_api.consents import notice as notices
from points_api.consents.models import Consent
from points_api.consents.service import plus_months
from points_api.db.models import OutboxEvent
from points_api.residents.models import Enrollment
from points_api.scores.models import ScoreHistory, ScoreRow
from tests.points_api.auth.door import NOTICE

PATH = "/v1/me/consents"
BOTH = {"scoring": True, "contact": True}


async def listed(door, headers):
    return (await door.client.get(PATH, headers=headers)).json()["items"]


async def member(door, number=1):
    return await door.join(number, phone="13812345678", consents=BOTH)


async def agree(door, headers, purpose, version=NOTICE):
    return await door.client.post(
        PATH, json={"purpose": purpose, "notice_version": version}, headers=headers
    )


async def withdraw(door, headers, purpose):
    return await door.client.delete(PATH, params={"purpose": purpose}, headers=headers)


def publish(door, version="huangshi-2026.2", on=None):
    """Let another notice come into force."""
    (first,) = notices.load("huangshi").all
    head = first.notice.model_copy(
        update={"version": version, "in_force_from": on or clock.today()}
    )
    second = first.model_copy(update={"notice": head})
    door.change(notices=notices.Notices((first, second)))


async def test_the_notice_is_public_in_both_languages_and_re_read_for_a_304(door):
    zh = await door.client.get("/v1/notices/current")
    en = await door.client.get("/v1/notices/current", headers={"Accept-Language": "en"})
    assert zh.json()["version"] == en.json()["version"] == NOTICE
    assert zh.json()["title"] != en.json()["title"]
    assert [one["id"] for one in en.json()["purposes"] if one["needed_to_join"]] == ["scoring"]
    tag = {"If-None-Match": en.headers["etag"], "Accept-Language": "en"}
    assert (await door.client.get("/v1/notices/current", headers=tag)).status_code == 304
    assert zh.headers["etag"] != en.headers["etag"]
    assert zh.headers["vary"] == "Accept-Language"


async def test_a_receipt_tells_what_for_which_data_to_whom_and_until_when(door):
    (receipt,) = await listed(door, await door.join(1))
    assert receipt["purpose"]["id"] == "scoring"
    assert [kind["id"] for kind in receipt["data_kinds"]] == [
        "real_name", "id_number", "wechat_account", "public_credit_records"
    ]  # fmt: skip
    assert receipt["recipient"]["id"] == "handler"
    assert receipt["notice_version"] == NOTICE
    assert (receipt["granted_at"], receipt["expires_at"]) == (
        "2026-06-01T04:00:00Z", "2028-06-01T04:00:00Z"
    )  # fmt: skip
    assert (receipt["withdrawn_at"], receipt["state"]) == (None, "given")
    assert (receipt["jurisdiction"], receipt["lawful_basis"]) == ("CN", "consent")


async def test_what_was_not_agreed_to_has_no_receipt(door):
    assert [one["purpose"]["id"] for one in await listed(door, await door.join(1))] == ["scoring"]


async def test_withdrawing_the_phone_deletes_it_at_once_and_nothing_else(door):
    headers = await member(door)
    answer = await withdraw(door, headers, "contact")
    assert answer.status_code == 200
    assert [one["purpose"]["id"] for one in answer.json()["withdrawn"]] == ["contact"]
    assert [one["kind"] for one in answer.json()["deleted"]] == ["phone"]
    assert answer.json()["kept"] == []
    enrollment = await Enrollment.get()
    assert (enrollment.phone, enrollment.left_at) == (None, None)
    assert await ScoreRow.all().count() == 1
    states = {one["purpose"]["id"]: one["state"] for one in await listed(door, headers)}
    assert states == {"contact": "withdrawn", "scoring": "given"}


async def test_withdrawing_the_scoring_is_leaving(door):
    headers = await member(door)
    answer = await withdraw(door, headers, "scoring")
    assert {one["kind"] for one in answer.json()["deleted"]} == {"score", "score_history", "phone"}
    assert len(answer.json()["kept"]) == 3
    assert (await Enrollment.get()).left_at is not None
    assert await ScoreRow.all().count() == 0
    assert {one["state"] for one in await listed(door, headers)} == {"withdrawn"}


async def test_one_receipt_is_withdrawn_by_its_id(door):
    headers = await member(door)
    contact = next(one for one in await listed(door, headers) if one["purpose"]["id"] == "contact")
    answer = await door.client.delete(f"{PATH}/{contact['id']}", headers=headers)
    assert [one["id"] for one in answer.json()["withdrawn"]] == [contact["id"]]
    again = await door.client.delete(f"{PATH}/{contact['id']}", headers=headers)
    assert (again.status_code, again.json()["type"]) == (404, "/problems/no-consent")


async def test_the_receipt_of_another_resident_is_as_if_it_were_not_there(door):
    await door.join(1)
    theirs = str((await Consent.get()).id)
    mine = await door.join(2)
    answers = [
        await door.client.delete(f"{PATH}/{consent}", headers=mine)
        for consent in (theirs, "01890000-0000-7000-8000-000000000001")
    ]
    assert answers[0].status_code == answers[1].status_code == 404
    assert answers[0].content == answers[1].content
    assert await Consent.filter(withdrawn_at=None).count() == 2


async def test_withdrawing_asks_for_a_purpose_so_that_nobody_leaves_by_mistake(door):
    headers = await member(door)
    assert (await door.client.delete(PATH, headers=headers)).status_code == 422
    assert (await withdraw(door, headers, "nothing")).status_code == 404
    assert await Consent.filter(withdrawn_at=None).count() == 2


async def test_withdrawing_five_times_at_once_withdraws_once(door):
    headers = await member(door)
    answers = await asyncio.gather(*(withdraw(door, headers, "contact") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 4
    assert await AuditEntry.filter(action="consent.withdraw").count() == 1
    assert await OutboxEvent.filter(topic="consent.withdrawn").count() == 1


async def test_a_changed_notice_needs_a_new_consent_and_the_enrollment_says_so(door):
    headers = await door.join(1)
    publish(door)
    shown = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
    assert (shown["state"], shown["reason"]) == ("consent_needed", "notice_changed")
    assert (shown["notice_version"], shown["current_notice"]) == (NOTICE, "huangshi-2026.2")
    old = await agree(door, headers, "scoring")
    assert (old.status_code, old.json()["notice_version"]) == (409, "huangshi-2026.2")
    new = await agree(door, headers, "scoring", "huangshi-2026.2")
    assert (new.status_code, new.json()["state"]) == (201, "given")
    shown = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
    assert (shown["state"], shown["notice_version"]) == ("joined", "huangshi-2026.2")


async def test_renewing_opens_one_receipt_and_closes_the_one_before(door, frozen_clock):
    headers = await door.join(1)
    frozen_clock.forward(timedelta(days=100))
    headers = await door.headers(1)
    assert (await agree(door, headers, "scoring")).status_code == 201
    newest, before = await listed(door, headers)
    assert (newest["state"], before["state"]) == ("given", "renewed")
    assert newest["expires_at"] == "2028-09-09T04:00:00Z"
    assert before["withdrawn_at"] == newest["granted_at"]
    assert await Enrollment.all().count() == 1


async def test_renewing_five_times_at_once_leaves_one_open_receipt(door, frozen_clock):
    headers = await door.join(1)
    frozen_clock.forward(timedelta(minutes=1))
    await asyncio.gather(*(agree(door, headers, "scoring") for _ in range(5)))
    assert await Consent.filter(withdrawn_at=None).count() == 1


async def test_a_consent_that_ran_out_is_told_and_can_be_given_again(door, frozen_clock):
    headers = await door.join(1)
    frozen_clock.set(datetime(2028, 6, 1, 4, 0, tzinfo=UTC))
    headers = await door.headers(1)
    shown = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
    assert (shown["state"], shown["reason"]) == ("consent_needed", "expired")
    (receipt,) = await listed(door, headers)
    assert receipt["state"] == "expired"
    assert (await agree(door, headers, "scoring")).status_code == 201
    shown = (await door.client.get("/v1/me/enrollment", headers=headers)).json()
    assert shown["state"] == "joined"


async def test_who_has_not_joined_cannot_consent_beforehand(door):
    headers = await door.headers(1)
    answer = await agree(door, headers, "scoring")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/join-first")
    assert await Consent.all().count() == 0


async def test_to_be_reached_one_gives_the_number_and_that_is_agreeing(door):
    headers = await door.join(1)
    refused = await agree(door, headers, "contact")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/phone-needed")
    answer = await door.client.put(
        "/v1/me/enrollment/phone",
        json={"phone": "13812345678", "notice_version": NOTICE},
        headers=headers,
    )
    assert answer.json()["phone"] == "138****5678"
    assert await Consent.filter(purpose="contact", withdrawn_at=None).count() == 1
    assert (await agree(door, headers, "contact")).status_code == 201


async def test_a_purpose_that_the_notice_does_not_name_cannot_be_agreed_to(door):
    answer = await agree(door, await door.join(1), "marketing")
    assert (answer.status_code, answer.json()["purposes"]) == (409, ["scoring", "contact"])


async def test_the_list_is_re_read_for_the_price_of_a_304(door):
    headers = await door.join(1)
    first = await door.client.get(PATH, headers=headers)
    tag = headers | {"If-None-Match": first.headers["etag"]}
    assert (await door.client.get(PATH, headers=tag)).status_code == 304
    await agree(door, headers, "scoring")
    assert (await door.client.get(PATH, headers=tag)).status_code == 200


async def test_renewing_computes_the_score_anew(door, frozen_clock):
    headers = await door.join(1)
    await ScoreRow.all().delete()
    assert (await agree(door, headers, "scoring")).status_code == 201
    assert await ScoreRow.all().count() == 1
    assert await ScoreHistory.filter(cause="consent").count() == 1


@pytest.mark.parametrize(
    ("at", "months", "then"),
    [
        ((2026, 6, 1), 24, (2028, 6, 1)),
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2028, 2, 29), 24, (2030, 2, 28)),
        ((2026, 12, 15), 1, (2027, 1, 15)),
        ((2026, 3, 31), -36, (2023, 3, 31)),
        ((2028, 2, 29), -36, (2025, 2, 28)),
    ],
)
def test_months_are_counted_by_the_calendar(at, months, then):
    start, end = (datetime.combine(date(*day), time(4, tzinfo=UTC)) for day in (at, then))
    assert plus_months(start, months) == end
