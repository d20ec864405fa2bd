"""Pilots between counties: Daye, for which Huangshi speaks, and Zaoyang, a city of its own."""

import asyncio
import json
from datetime import timedelta

import pytest

from interop.statement import Asked
from points_api import clock
from points_api.federation import data
from points_api.identifiers.id_number import check_character
from points_api.partners.profiles import load_profiles
from points_api.recognitions.codes import HostCities
from points_api.recognitions.models import Recognition, Visit
from points_api.redemptions.models import Redemption
from tests.points_api.db import rows
from tests.points_api.recognitions import visiting
from tests.points_api.recognitions.two_cities import COUNTY, HOST, connected
from tests.points_api.verifications.conftest import ADULTS

DAYE, YANGXIN, ENSHI = "420281", "420222", "422801"
LIBRARY = "daye-library-no-deposit"  # from 60 points on, nothing overdue
TOUR = "daye-tour-line-discount"
BOAT = "yangxin-lake-boat"  # of the other pilot
BOOKSHOP = "daye-bookshop-nine-tenths"  # in Daye, and named by no agreement
CARD = "zaoyang-library-no-deposit"
ADULT = ADULTS[1]

# What is looked at here is between two cities, and not in their databases.
pytestmark = pytest.mark.parametrize("urls", ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def rules_of_zaoyang(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules") / "zaoyang"
    data.write(folder, "zaoyang")
    return folder


@pytest.fixture
async def in_daye(urls, rules_of_zaoyang, tmp_path, frozen_clock):
    """Somebody from Zaoyang in Daye."""
    ids = (LIBRARY, TOUR, BOAT, BOOKSHOP)
    async with connected(urls, tmp_path, rules_of_zaoyang, COUNTY, HOST) as both:
        yield await visiting.prepared(*both, ids, COUNTY, DAYE)


@pytest.fixture
async def from_daye(urls, rules_of_zaoyang, tmp_path, frozen_clock):
    """Somebody from Daye in Zaoyang."""
    async with connected(urls, tmp_path, rules_of_zaoyang, HOST, COUNTY) as both:
        yield await visiting.prepared(*both, (CARD,), DAYE, COUNTY)


def refused(answer):
    said = answer.json()
    return answer.status_code, said["type"].removeprefix("/problems/")


async def test_a_visitor_of_one_county_is_recognized_in_the_other_and_redeems(in_daye):
    said = (await in_daye.visit(TOUR)).json()
    assert said["eligible"] is True
    redeemed = await in_daye.redeem(said["verification_id"])
    assert redeemed.status_code == 201, redeemed.text
    [visit] = await in_daye.host.run(Visit.all)
    assert (visit.home, visit.host, visit.agreement) == (COUNTY, DAYE, "daye-counties")
    assert (visit.band, visit.mapped_band, visit.mapped_score) == ("good", None, None)
    await until(in_daye.host, lambda: seen(in_daye))


async def seen(cities):
    return {"recognition", "visit_use"} <= {one["what"] for one in await cities.looks()}


async def until(teller, holds):
    """Let a city tell what is due until it has been heard; its own work may be at it, too."""
    async with asyncio.timeout(20):
        await teller.tell()
        while not await holds():
            await asyncio.sleep(0.05)
            await teller.tell()


async def test_home_tells_that_the_rung_is_reached_and_not_by_how_much(in_daye):
    await in_daye.score(95_000)
    assert (await in_daye.visit(LIBRARY)).json()["eligible"] is True
    [visit] = await in_daye.host.run(Visit.all)
    assert visit.band == "good"


async def test_below_the_rung_is_the_same_answer_as_of_somebody_unknown(in_daye):
    await in_daye.score(59_900)
    below = (await in_daye.visit(LIBRARY)).json()
    unknown = (await in_daye.verify("A" * 100, LIBRARY)).json()
    for said in (below, unknown):
        assert (said["eligible"], said["benefit"], said["pseudonym"]) == (False, None, None)
    assert {one.subject for one in await in_daye.host.run(Visit.all)} == {None}


async def test_what_else_a_scenario_asks_holds_for_visitors_of_a_pilot_too(in_daye):
    said = (await in_daye.visit(LIBRARY)).json()
    assert said["eligible"] is True
    redeemed = await in_daye.redeem(said["verification_id"], 8_000)
    assert redeemed.status_code == 201, redeemed.text
    await in_daye.host.run(not_returned)
    assert (await in_daye.visit(LIBRARY)).json()["eligible"] is False
    assert (await in_daye.visit(TOUR)).json()["eligible"] is True


async def not_returned():
    """A report that stands: the deposit has not come back."""
    now, [redemption] = clock.now(), await Redemption.all()
    await rows.conduct_report(
        redemption=redemption, scenario_id=LIBRARY, state="standing", told_at=now, reply_until=now
    )


@pytest.mark.parametrize("scenario", [BOOKSHOP, BOAT])
async def test_a_scenario_that_the_pilot_does_not_name_is_refused_by_name(in_daye, scenario):
    answer = await in_daye.visit(scenario)
    assert refused(answer) == (409, "visitors-not-recognized")
    assert not await in_daye.home.run(Recognition.all)


@pytest.mark.parametrize("host", [ENSHI, YANGXIN])
async def test_counties_recognize_each_other_by_the_one_in_the_middle_alone(in_daye, host):
    asked = {"host": host, "scenario": LIBRARY}
    answer = await in_daye.visitor.post("/v1/me/visits/codes", asked)
    assert refused(answer) == (404, "city-not-open")
    answer = await in_daye.visitor.post("/v1/me/consents", {"city": host})
    assert refused(answer) == (404, "city-not-open")


async def test_home_answers_nobody_with_whom_its_county_has_agreed_on_nothing(in_daye):
    asked = Asked(
        home=COUNTY, host=YANGXIN, scenario=BOAT, purpose="redemption", code="C" * 40,
        nonce="n" * 20, table="bands-yangxin-counties",
    ).body()  # fmt: skip
    client = in_daye.host.state.exchange.client
    heard = await in_daye.host.run(
        lambda: client.ask(COUNTY, "POST", "/interop/v1/recognitions", asked)
    )
    assert heard.response.status == 403
    assert b"nothing-agreed" in heard.response.body


async def test_before_and_after_its_term_a_pilot_recognizes_nobody(in_daye, frozen_clock):
    del in_daye
    hosts, now = HostCities(load_profiles("zaoyang")), clock.now()
    assert [one.division for one in hosts.all(now)] == [DAYE]
    for days in (-200, 600):
        assert not hosts.all(now + timedelta(days=days))


async def test_a_resident_of_the_county_in_the_middle_is_recognized_by_its_partners(from_daye):
    answer = await from_daye.visitor.post("/v1/me/visits/codes", {"host": COUNTY, "scenario": CARD})
    assert answer.json()["home"] == DAYE
    said = (await from_daye.verify(answer.json()["code"], CARD)).json()
    assert said["eligible"] is True
    [visit] = await from_daye.host.run(Visit.all)
    assert (visit.home, visit.host, visit.band) == (DAYE, COUNTY, "good")


def id_number(division):
    """A number of somebody whose sequence is 000, so of nobody."""
    first17 = f"{division}19900101000"
    return first17 + check_character(first17)


async def joined(cities, division):
    visitor = await cities.home.application.visitor(ADULT)
    answer = await visitor.join(id_number(division))
    assert answer.status_code == 201, answer.text
    await visitor.post("/v1/me/consents", {"city": COUNTY})
    return visitor


@pytest.mark.parametrize("division", ["420221", "420281"])
async def test_who_was_registered_in_daye_is_of_daye_in_the_county_of_old_too(from_daye, division):
    visitor = await joined(from_daye, division)
    code = await from_daye.code(CARD, visitor=visitor)
    assert (await from_daye.verify(code, CARD)).json()["eligible"] is True


async def test_a_resident_of_another_district_is_told_whose_residents_are_recognized(from_daye):
    visitor = await joined(from_daye, "420202")
    answer = await visitor.post("/v1/me/visits/codes", {"host": COUNTY, "scenario": CARD})
    assert refused(answer) == (409, "county-residents-only")
    assert answer.json()["residents_of"] == DAYE
    hosts = (await visitor.get("/v1/me/visits/hosts")).json()["items"]
    of = {one["city"]: one["residents_of"] for one in hosts}
    assert (of[COUNTY], of["120000"]) == (DAYE, HOST)


async def test_the_code_of_the_county_of_old_still_leads_home(from_daye):
    code = await from_daye.code(CARD)
    assert (await from_daye.verify(code, CARD, home="420221")).json()["eligible"] is True
    [visit] = await from_daye.host.run(Visit.all)
    assert visit.home == DAYE


async def test_a_code_that_was_made_for_a_county_says_nothing_for_the_whole_city(from_daye):
    code = await from_daye.code(CARD)
    answer = await from_daye.verify(code, CARD, home=HOST)
    assert refused(answer) == (409, "visitors-not-recognized")


async def test_withdrawing_ends_what_was_said_of_a_resident_of_the_county(from_daye):
    said = (await from_daye.visit(CARD)).json()
    await from_daye.visitor.delete("/v1/me/consents?purpose=city")

    async def ended():
        [visit] = await from_daye.host.run(Visit.all)
        return visit.ended_why == "withdrawn"

    await until(from_daye.home, ended)
    assert refused(await from_daye.redeem(said["verification_id"])) == (
        409, "verification-unusable",
    )  # fmt: skip


async def offered(cities, host):
    """What home reads of the host's scenarios: whose residents each is open to."""
    client = cities.home.state.exchange.client
    heard = await cities.home.run(lambda: client.ask(host, "GET", "/interop/v1/scenarios"))
    return {one["id"]: one["residents_of"] for one in json.loads(heard.response.body)["items"]}


async def test_a_partner_reads_what_its_people_may_use_in_the_county(in_daye):
    assert await offered(in_daye, HOST) == {LIBRARY: [COUNTY], TOUR: [COUNTY]}


async def test_a_city_reads_which_of_its_counties_the_scenarios_are_for(from_daye):
    assert await offered(from_daye, COUNTY) == {CARD: [DAYE]}
