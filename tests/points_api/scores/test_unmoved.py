"""`POST /v1/me/score/what-if` over HTTP: a supposition that changes nothing says why."""

from datetime import date

import pytest

from tests.factories import make_record
from tests.points_api.application import person_of


async def _notes(resident, *suppose, language="en"):
    answer = await resident.post(
        "/v1/me/score/what-if", {"suppose": list(suppose)}, accept_language=language
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["notes"]


@pytest.mark.parametrize(
    ("supposed", "why"),
    [
        ({"item": "profession.teacher"}, "not scored"),
        (
            {"item": "volunteer.hours", "quantity": "20", "occurred_on": "2020-01-02"},
            "has not counted since 2024-12-31",
        ),
        (
            {"item": "penalty.market", "level": "minor", "occurred_on": "2021-01-02"},
            "outside its term",
        ),
        ({"item": "enforcement.tax", "level": "measure"}, "no effect"),
        ({"item": "volunteer.hours", "quantity": "0.1"}, "adds 0.0"),
    ],
)
async def test_a_record_that_would_change_nothing_says_why_in_both_languages(
    resident, supposed, why
):
    [english] = await _notes(resident, {"add": supposed})
    assert why in english
    [chinese] = await _notes(resident, {"add": supposed}, language="zh")
    assert not chinese.isascii()


async def test_what_changes_the_score_needs_no_note(resident):
    assert await _notes(resident, {"add": {"item": "volunteer.hours", "quantity": "20"}}) == []


async def test_each_supposition_without_effect_is_told_beside_those_that_have_one(resident):
    teacher = {"add": {"item": "profession.teacher"}}
    hours = {"add": {"item": "volunteer.hours", "quantity": "20"}}
    told = await _notes(resident, teacher, hours, {"wait_days": 3})
    assert len(told) == 2
    assert "not scored" in told[0]
    assert "Waiting 3 days" in told[1]


async def test_what_waits_until_a_later_day_may_begin_by_then(resident):
    later = {"item": "volunteer.hours", "quantity": "20", "occurred_on": "2026-07-01"}
    assert await _notes(resident, {"add": later}, {"wait_days": 60}) == []


async def test_what_a_ceiling_holds_back_names_the_ceiling(application, resident):
    person = await person_of(resident)
    for day in range(1, 29):
        await make_record(person, "blood.donation", date(2026, 4, day))
        await make_record(person, "volunteer.hours", date(2026, 4, day), quantity=90_000)
    [told] = await _notes(resident, {"add": {"item": "volunteer.hours", "quantity": "500"}})
    assert "counted, and the score stays the same" in told


async def test_repairing_what_is_repaired_says_that_it_is(application, resident):
    await make_record(
        await person_of(resident), "penalty.market", date(2026, 5, 4), status="repaired"
    )
    [record] = (await resident.get("/v1/me/records")).json()["items"]
    [told] = await _notes(resident, {"repair": record["record_id"]})
    assert "repaired, no longer counted" in told
