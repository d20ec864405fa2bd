"""The kit sees what is wrong with a city's answers to many questions in one message."""

import json
from typing import Any

import httpx
import pytest

from interop import statement
from interop.batch import Accepted, Result, Results
from interop.statement import Asked
from points_api import clock
from points_api.federation.conformance.batches import OF_BATCHES
from points_api.federation.conformance.checks import Found
from points_api.federation.conformance.desk import Desk, Fault
from tests.points_api.federation.conformance import lax

CHECKS = {one.id: one for one in OF_BATCHES}
JSON = {"content-type": "application/json"}


class Known(Found):
    """As after a good profile."""

    table = "bands-ten-cities"


class City:
    """Answers batches as it should, but for what is changed: `result` of an item, `told` of all."""

    def __init__(self, **changed):
        self.changed = changed
        self.batches = {}
        self.looks = 0

    def __call__(self, request):
        if request.method == "GET":
            return self.fetched(request)
        said = json.loads(request.content)
        known = self.batches.setdefault(said["batch"], said)
        if known["items"] != said["items"] and "equivocates" not in self.changed:
            return lax.problem("partner-question-refused", 422, "equivocated")
        if said["answer"] == "later":
            accepted = Accepted(batch=said["batch"], size=len(said["items"]))
            place = self.changed.get("location", f"{request.url.path}/{said['batch']}")
            headers = {**JSON, "location": place}
            return httpx.Response(202, headers=headers, content=accepted.body())
        return self.answer(said)

    def fetched(self, request):
        said = self.batches.get(request.url.path.rpartition("/")[2])
        if said is None:
            if "anybody" in self.changed:
                return httpx.Response(200, headers=JSON, content=b"{}")
            return lax.problem("not-found", 404, None)
        self.looks += 1
        if self.looks <= self.changed.get("slow", 1):
            open_ = Results(batch=said["batch"], items=[], open=len(said["items"]), next="0")
            return httpx.Response(200, headers=JSON, content=open_.body())
        return self.answer(said)

    def answer(self, said):
        results = Results(
            batch=said["batch"], items=[self.result(one) for one in said["items"]], open=0,
            next=None,
        )  # fmt: skip
        told = self.changed.get("told", lambda whole: whole)(results)
        return httpx.Response(200, headers=JSON, content=told.body())

    def result(self, item):
        if "nonce" not in item:
            return self.changed.get("no_question", Result(refused="malformed"))
        if "declined" in self.changed:
            return Result(refused="unexpected")
        asked = Asked.model_validate(item | self.changed.get("about", {}))
        lives = next(self.changed["lives"]) if "lives" in self.changed else 120
        return Result(statement=statement.decline(asked, lax.TESTED, clock.now(), lives))


async def fault(check, **changed):
    """What the kit finds; None where the city does as it should."""
    city = City(**changed)
    async with httpx.AsyncClient(transport=httpx.MockTransport(lax.signing(city))) as http:
        try:
            await CHECKS[check].work(Desk(lax.party(), http, patience_seconds=1.2), Known())
        except Fault as found:
            return found.said.en


@pytest.mark.parametrize("check", CHECKS)
async def test_a_city_that_does_as_it_should_passes(check):
    assert await fault(check) is None


def without_the_last(results):
    return results.model_copy(update={"items": results.items[:-1], "next": "2"})


def in_another_order(results):
    return results.model_copy(update={"items": results.items[::-1][1:] + results.items[-1:]})


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "a question left out": ("batch", {"told": without_the_last}, "all 3 items"),
    "another order": ("batch", {"told": in_another_order}, "refused"),
    "another question answered": ("batch", {"about": {"nonce": "n" * 24}}, "nonce"),
    "a right item refused": ("batch", {"declined": True}, "not refused: unexpected"),
    "no question let pass": ("batch", {"no_question": Result(refused="busy")}, "malformed"),
    "a number taken twice": ("batch-number-again", {"equivocates": True}, "422 is answered"),
    "no place named": ("batch-later", {"location": "/elsewhere"}, "Location"),
    "never answered": ("batch-later", {"slow": 9**9}, "all is answered within"),
    "fetched and wrong": ("batch-later", {"declined": True}, "not refused"),
    "answers for anybody": ("batch-of-nobody", {"anybody": True}, "404 is answered"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_city_that_does_not_is_told_what_it_should(case):
    check, changed, words = WRONG[case]
    assert words in str(await fault(check, **changed))


async def test_other_answers_to_the_same_batch_are_seen():
    lives = iter((120, 120, 90, 90))
    assert "the same answers" in str(await fault("batch", lives=lives))
