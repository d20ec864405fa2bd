"""The kit passes a city that does as it should, and sees what is wrong with any other."""

import shutil

import httpx
import pytest

from points_api import clock
from points_api.federation.conformance.batches import OF_BATCHES
from points_api.federation.conformance.cases import cases
from points_api.federation.conformance.checks import CHECKS, Found
from points_api.federation.conformance.desk import Desk, Fault, Unreached
from points_api.federation.conformance.kit import WAIT_SECONDS, judged, listed, report, run
from points_api.federation.conformance.messages import of_case
from points_api.federation.conformance.notices import OF_NOTICES
from points_api.federation.conformance.party import Party
from tests.points_api.federation.conformance import lax
from tests.points_api.recognitions import visiting
from tests.points_api.recognitions.two_cities import (
    HOME,
    ROOM,
    _within,
    connected,
    rules_of_tianjin,
)

ALL = [*(one.id for one in (*CHECKS, *OF_NOTICES, *OF_BATCHES)), *(one.id for one in cases())]
CASES = {one.id: one for one in cases()}
REFUSED = [one.id for one in cases() if one.expect.status != 200]
JSON = {"content-type": "application/json"}
OK = httpx.Response(200, headers=JSON, content=b"{}")


@pytest.fixture
async def tianjin(sqlite_template, tmp_path, frozen_clock):
    """A live city, and a party that its directory lists: Huangshi, whose visitor comes."""
    urls = tuple(f"sqlite://{shutil.copy(sqlite_template, tmp_path / n)}" for n in ("a", "b"))
    async with connected(
        (urls[0], urls[1]), tmp_path, rules_of_tianjin(tmp_path / "rules")
    ) as both:
        cities = await visiting.prepared(*both)
        members = await cities.host.run(cities.host.state.exchange.directory.members(clock.now()))
        signer = cities.host.state.exchange.keys.signer(members)
        transport = httpx.ASGITransport(app=_within(cities.home))
        async with httpx.AsyncClient(transport=transport) as http:
            yield cities, Party(signer, members.member(HOME), members), http


async def test_a_city_of_ours_passes_every_check(tianjin):
    cities, party, http = tianjin
    found = Found(code=await cities.code(), scenario=ROOM)
    results = await run(party, http, found)
    assert {one.id: one.why for one in results if one.outcome != "passed"} == {}
    assert [one.id for one in results] == ALL
    told = report(party, results)
    assert (told["passed"], told["failed"], told["skipped"]) == (len(ALL), 0, 0)
    assert all(one["sent"] and one["expected"] and one["basis"] for one in told["checks"])
    english = [one["expected_en"] for one in told["checks"]]
    assert all(text.isascii() for text in english)
    assert all(" or " not in one["expected"] for one in told["checks"])


async def test_without_a_visitor_what_needs_one_is_skipped_and_says_so(tianjin):
    _, party, http = tianjin
    results = await run(party, http, Found())
    skipped = {one.id: one.why for one in results if one.outcome == "skipped"}
    assert skipped.keys() == {
        "recognition", "code-again", "use", "use-undone", "use-of-another-statement",
    }  # fmt: skip
    assert all("--visit" in str(why) for why in skipped.values())
    assert not [one.id for one in results if one.outcome == "failed"]


async def test_what_the_kit_leaves_is_about_nobody(tianjin):
    from points_api.recognitions.models import Recognition, Visit

    cities, party, http = tianjin
    await run(party, http, Found())
    kept = await cities.home.run(Recognition.all)
    assert {(one.cause, one.resident_id) for one in kept} == {("unknown", None)}
    assert await cities.home.run(Visit.all().count) == 0


async def _made(case, city):
    """Whether a case passes at a city."""
    party = lax.party()
    request = of_case(party, case, "bands-ten-cities", clock.now())
    async with httpx.AsyncClient(transport=httpx.MockTransport(city)) as http:
        try:
            await judged(case, Desk(party, http), request)
        except Fault:
            return False
    return True


@pytest.mark.parametrize("case", REFUSED)
async def test_a_city_that_takes_everything_and_signs_fails_each_case(case):
    assert not await _made(CASES[case], lax.signing(OK))


@pytest.mark.parametrize("case", REFUSED)
async def test_only_the_refusal_that_is_expected_passes(case):
    expect = CASES[case].expect
    kind, reason = expect.type or "too-large", next(iter(expect.reasons), None)
    right = lax.problem(kind, expect.status, reason)
    assert await _made(CASES[case], lax.signing(right))
    assert not await _made(CASES[case], lax.signing(lax.problem(kind, 400, reason)))
    if expect.type is not None:
        other = lax.problem("another", expect.status, reason)
        assert not await _made(CASES[case], lax.signing(other))
        plain = httpx.Response(expect.status, headers=JSON, content=right.content)
        assert not await _made(CASES[case], lax.signing(plain))
    if expect.reasons:
        other = lax.problem(kind, expect.status, "another")
        assert not await _made(CASES[case], lax.signing(other))


CONTENT = [one.id for one in cases() if one.expect.status == 422]


@pytest.mark.parametrize("case", CONTENT)
async def test_a_refusal_of_what_was_asked_has_to_be_signed_by_who_was_asked(case):
    expect = CASES[case].expect
    right = lax.problem(expect.type, expect.status, expect.reasons[0])

    async def unsigned(_):
        return right

    assert not await _made(CASES[case], unsigned)
    assert not await _made(CASES[case], lax.signing(right, lax.OTHER))


async def test_a_city_that_says_yes_to_everything_passes_nothing():
    async def yes(_):
        return OK

    made = await lax.results(yes, code="C" * 40, scenario="museum")
    assert {one.id for one in made.values() if one.outcome == "passed"} == set()
    assert made["profile"].outcome == "failed"
    assert "签名" in (made["profile"].why or "")
    assert "signed" in (made["profile"].why_en or "")


async def test_a_city_that_is_not_there_fails_and_hanging_up_refuses_only_a_large_body():
    async def gone(request):
        raise httpx.ConnectTimeout("slow", request=request)

    made = await lax.results(gone)
    assert "passed" not in {one.outcome for one in made.values()}

    async def hangs_up(request):
        raise httpx.ReadError("reset", request=request)

    assert await _made(CASES["too-large"], hangs_up)
    assert not await _made(CASES["unsigned"], hangs_up)


def test_every_case_has_its_own_name_and_its_words():
    assert len(set(ALL)) == len(ALL)
    for one in cases():
        assert one.title
        assert one.title_en
        assert one.basis


def knowing_us_after(looks, reason="unknown-key"):
    """A city that has not read our key in the directory when we look first."""
    answers = iter([lax.problem("partner-not-admitted", 401, reason)] * looks)

    async def city(_):
        return next(answers, OK)

    return city


async def waited(city):
    """Whether it came to know us, and how often it was said that we wait."""
    said = []
    async with httpx.AsyncClient(transport=httpx.MockTransport(city)) as http:
        found = await listed(lax.party(), http, lambda: said.append(1), pause=0)
    return found, len(said)


async def test_the_kit_waits_until_its_key_is_known_and_says_so_once():
    assert await waited(knowing_us_after(0)) == (True, 0)
    assert await waited(knowing_us_after(3)) == (True, 1)
    assert await waited(knowing_us_after(1, "unlisted-peer")) == (True, 1)
    assert await waited(knowing_us_after(WAIT_SECONDS)) == (False, 1)


async def test_the_kit_waits_for_nothing_else_that_is_wrong():
    async def hangs_up(request):
        raise httpx.ReadError("reset", request=request)

    assert await waited(hangs_up) == (True, 0)
    assert await waited(knowing_us_after(9, "bad-signature")) == (True, 0)


async def test_where_nobody_answers_there_is_nothing_to_wait_for():
    async def gone(request):
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unreached):
        await waited(gone)


async def test_a_table_whose_signatures_have_another_shape_ends_no_run():
    table = {
        "source": "tianjin", "target": "huangshi", "version": "1", "digest": "d", "document": {},
        "since": "2026-01-01", "until": "2026-12-31", "signatures": [["tianjin", "key"]],
    }  # fmt: skip
    told = httpx.Response(200, headers=JSON, json={"items": [table], "next": None})
    made = await lax.results(lax.signing(told))
    assert made["mappings"].outcome == "failed"
    assert "signed_on" in (made["mappings"].why or "")
