"""Which journeys a check makes, and when it holds."""

import json
from dataclasses import replace
from typing import Any

import pytest

from points_api.federation.check import MEETS, NobodyTravels, Outcome, Verdict, check, trips
from points_api.federation.journey import STEPS, Journey
from points_api.federation.places import places


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    return list(trips(places(tmp_path_factory.mktemp("x"), 10, 8100, counties=6)))


def pair(trip):
    return trip.home.city.id, trip.host.city.id


def test_every_ordered_pair_of_ten_cities_and_of_each_pilot_is_travelled_once(planned):
    between = [one for one in planned if one.agreement.id == "ten-cities"]
    assert len({pair(one) for one in between}) == len(between) == 90
    pilots = {(one.origin, one.destination) for one in planned if one.agreement.id != "ten-cities"}
    daye, yangxin = ("420683", "422801", "421181"), ("420684", "422802", "421182")
    there = [("420281", one) for one in daye] + [("420222", one) for one in yangxin]
    assert pilots == {*there, *((to, origin) for origin, to in there)}
    assert len(planned) == 90 + 12
    assert all(pair(one)[0] != pair(one)[1] for one in planned)


def outcome(trip, band="good", mapped="good", done=STEPS):
    journey = Journey(done=list(done), asked=None if done == STEPS else "POST x", answered="503 y")
    return Outcome(trip, "park-ticket", band, mapped, journey)


def test_a_band_that_was_not_agreed_on_is_a_failure(planned):
    to_weihai = next(one for one in planned if pair(one) == ("huangshi", "weihai"))
    assert outcome(to_weihai, "excellent", "aa").failure is None
    asked, answered = outcome(to_weihai, "excellent", "aaa").failure or ("", "")
    assert "band" in asked
    assert "aaa" in answered
    pilot = next(one for one in planned if one.agreement.by_scenario)
    assert outcome(pilot, "outstanding", MEETS).failure is None
    assert outcome(pilot, "outstanding", "good").failure is not None


def test_a_check_holds_only_where_all_ended_well_and_nothing_told_of_a_person(planned):
    trip = next(one for one in planned if pair(one) == ("huangshi", "tianjin"))
    good = Verdict([outcome(trip)], 1000, [], 1.0)
    assert good.holds
    stopped = outcome(trip, done=("agreed",), mapped=None)
    assert stopped.failure == ("POST x", "503 y")
    changes: tuple[dict[str, Any], ...] = (
        {"outcomes": [outcome(trip), stopped]}, {"outcomes": []}, {"crossed": 0},
        {"leaks": ["a name"]},
    )  # fmt: skip
    for changed in changes:
        assert not replace(good, **changed).holds


async def test_a_city_of_which_nobody_has_joined_is_named_before_anybody_is_asked(tmp_path):
    both = places(tmp_path, 2, 8100)
    for place in both:
        place.folder.mkdir(parents=True)
        told = {"logins": [{"code": "demo:1", "band": None}], "merchant": {"scenarios": []}}
        (place.folder / "made.json").write_text(json.dumps(told))
    with pytest.raises(NobodyTravels, match="--people"):
        await check(both, [], lambda *_: None)
