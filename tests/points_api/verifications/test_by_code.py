"""A code that a resident shows and staff scan."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from points_api import clock
from points_api.merchants import standing
from points_api.merchants.models import MerchantScenario
from points_api.verifications.models import Verification
from points_api.whole_answers import WholeAnswers
from tests.points_api.application import running
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS
from tests.points_api.verifications.shop import HIGH, SHOWN, code


async def test_a_merchant_learns_yes_and_the_benefit_and_nothing_else(till, resident):
    answer = await till.verify(await code(resident))
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said.keys() == {
        "verification_id", "eligible", "benefit", "pseudonym", "expires_at"
    }  # fmt: skip
    assert (said["eligible"], said["pseudonym"]) == (True, None)
    assert said["benefit"]["type"] == "deposit_waive"
    assert said["benefit"]["terms"].keys() == {"cap_fen"}
    assert said["expires_at"] == "2026-06-01T04:10:00Z"
    row = await Verification.get(id=said["verification_id"])
    assert (row.mode, row.cause, row.merchant_id) == ("code", "eligible", till.merchant_id)
    assert row.staff == f"merchant:{till.merchant_id}:{till.staff_id}"


async def test_every_way_to_the_answer_gives_the_same_bytes(application, till, resident):
    ways = [
        till,
        await shop.till(application, http=application.http),
        await shop.till(application, http=application.plain),
    ]
    for asked in (shop.SHOWN, HIGH):
        if asked == HIGH:
            await shop.consent(resident, HIGH)
        for language in ("zh", "en"):
            answers = [
                await one.verify(await code(resident, asked), asked, accept_language=language)
                for one in ways
            ]
            assert {one.status_code for one in answers} == {201}
            bodies = {one.text.replace(one.json()["verification_id"], "…") for one in answers}
            assert len(bodies) == 1
            heads = [
                [head for head in one.headers.raw if head[0] != b"x-request-id"] for one in answers
            ]
            assert heads[0] == heads[1]
            assert sorted(heads[0]) == sorted(heads[2])
    shown = await code(resident)
    await till.verify(shown)
    for refused in (shown, "X" * 40, "…", "V" * 401):
        one, *others = [await way.verify(refused) for way in ways]
        for other in others:
            assert (one.status_code, one.content) == (other.status_code, other.content)
            if one.status_code == 409:
                assert one.headers["ratelimit-policy"] == other.headers["ratelimit-policy"]


async def test_a_sound_question_of_a_known_merchant_starts_no_task_of_its_own(
    application, till, resident, monkeypatch
):
    assert (await till.verify(await code(resident))).status_code == 201  # not known before
    codes = await shop.codes_in_bulk(application, await code(resident), 3)
    asked = []
    monkeypatch.setattr(WholeAnswers, "go_on", lambda *given: asked.append(given))
    answers = await asyncio.gather(*(till.verify(one) for one in codes))
    assert [one.status_code for one in answers] == [201] * 3
    assert not asked


async def test_each_question_counts_once_whichever_way_it_takes(application, till, resident):
    await till.verify(await code(resident))
    shown = await code(resident)
    left = [
        (await till.verify(one)).headers["ratelimit"].split(";")[1]
        for one in (shown, shown, "X" * 40, await code(resident))
    ]
    first = int(left[0].removeprefix("r="))
    assert left == [f"r={first - n}" for n in range(4)]


async def test_a_code_works_once_however_often_it_is_sent_at_once(application, till, resident):
    shown = await code(resident)
    others = [await shop.till(application) for _ in range(4)]
    answers = await asyncio.gather(
        *(one.verify(shown) for _ in range(10) for one in (till, *others))
    )
    assert sorted(one.status_code for one in answers) == [201] + [409] * 49
    assert {one.json()["type"] for one in answers if one.status_code == 409} == {
        "/problems/code-used"
    }
    assert await Verification.all().count() == 1


async def test_many_codes_at_once_are_answered_each_for_itself(application, till, resident):
    await shop.consent(resident, HIGH)
    asked = [(await code(resident, s), s) for s in (SHOWN, HIGH) * 15]
    answers = await asyncio.gather(*(till.verify(*one) for one in asked))
    assert [one.json()["eligible"] for one in answers] == [s == SHOWN for _, s in asked]
    assert await Verification.all().count() == 30


async def test_a_code_lasts_a_minute(till, resident, frozen_clock):
    shown = await code(resident)
    frozen_clock.forward(timedelta(seconds=60))
    answer = await till.verify(shown)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/code-not-valid")
    assert await Verification.all().count() == 0


async def test_a_code_is_for_its_scenario_alone(till, resident):
    answer = await till.verify(await code(resident), HIGH)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/code-not-valid")


async def test_what_was_made_up_or_altered_is_no_code(till, resident):
    shown = await code(resident)
    changed = shown[:-5] + ("0" if shown[-5] != "0" else "1") + shown[-4:]
    for text in ("", "0", "A" * 150, "_" * 150, "+" + shown, f" {shown}", changed):
        answer = await till.verify(text)
        assert answer.status_code == 409, text
        assert answer.json()["type"] == "/problems/code-not-valid"


async def test_a_code_in_small_letters_is_the_same_code(till, resident):
    shown = await code(resident)
    assert (await till.verify(shown.lower())).status_code == 201
    assert (await till.verify(shown)).json()["type"] == "/problems/code-used"


async def test_a_scenario_that_the_merchant_does_not_serve_is_not_there(application, resident):
    other = await shop.till(application, scenarios=())
    shown = await code(resident)
    assert (await other.verify(shown)).status_code == 404
    assert (await other.verify(shown, "no-such-scenario")).status_code == 404
    assert await Verification.all().count() == 0


async def test_a_code_of_a_version_that_was_followed_has_to_be_made_anew(
    application, till, resident
):
    shown = await code(resident)
    published = application.app.state.scenarios.current
    by_id = dict(published.by_id) | {SHOWN: replace(published.by_id[SHOWN], version=2)}
    application.app.state.scenarios.current = replace(published, by_id=by_id)
    assert (await till.verify(shown)).json()["type"] == "/problems/code-not-valid"


async def test_a_sandbox_never_meets_a_real_resident(application, resident):
    sandbox = await shop.till(application, sandbox=True)
    answer = await sandbox.verify(await code(resident))
    assert answer.json()["type"] == "/problems/code-not-valid"


MALFORMED = [
    "{}",
    "[]",
    '"x"',
    "{",
    f'{{"scenario_id": "{SHOWN}"}}',
    f'{{"scenario_id": "{SHOWN}", "code": 1}}',
    f'{{"scenario_id": "{SHOWN}", "code": "A", "spoken": "123456"}}',
]


async def test_malformed_questions_are_told_what_to_mend(till, resident):
    headers = till.headers(content_type="application/json")
    for body in MALFORMED:
        answer = await till.http.post(shop.PATH, content=body, headers=headers)
        assert answer.status_code == 422, body


@pytest.mark.parametrize("emptied", [False, True])
async def test_another_process_takes_the_code_and_redis_may_be_empty(
    postgres_url, redis_url, frozen_clock, emptied
):
    async with running(postgres_url, redis_url) as first, running(postgres_url, redis_url) as other:
        await shop.publish(first)
        await other.app.state.scenarios.refresh()
        tills = [await shop.till(one) for one in (first, other)]
        visitor = await first.visitor(ADULTS[0])
        await visitor.join()
        await shop.consent(visitor)
        shown = await code(visitor)
        if emptied:
            enrollment = await shop.enrollment_of(visitor)
            key = first.app.state.credit_codes.remembered._key(
                enrollment.resident_id, frozen_clock.at
            )
            await first.app.state.cache.delete(key)
        answers = await asyncio.gather(*(one.verify(shown) for one in tills for _ in range(10)))
        assert sorted(one.status_code for one in answers) == [201] + [409] * 19
        [said] = [one.json() for one in answers if one.status_code == 201]
        assert said["eligible"]


async def test_who_no_longer_serves_a_scenario_is_refused_within_two_seconds(
    till, resident, frozen_clock
):
    assert (await till.verify(await code(resident))).status_code == 201
    await MerchantScenario.filter(merchant_id=till.merchant_id, scenario_id=SHOWN).update(
        until=clock.now()
    )
    frozen_clock.forward(standing.REMEMBERED)
    refused = await till.verify(await code(resident))
    assert refused.status_code == 404, refused.text


async def test_an_empty_body_is_told_all_that_it_lacks(till):
    answer = await till.ask({}, accept_language="en")
    assert answer.status_code == 422
    assert [(one["pointer"], one["message"]) for one in answer.json()["errors"]] == [
        ("#/scenario_id", "This field is missing; add it"),
        ("#", "Give one of code, spoken and pseudonym"),
    ]


@pytest.mark.parametrize("more", [{}, {"spoken": "048213", "code": "X" * 40}])
async def test_of_the_ways_to_name_a_resident_exactly_one_is_asked_for(till, more):
    answer = await till.ask({"scenario_id": SHOWN, **more}, accept_language="en")
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#", "verification.one")
