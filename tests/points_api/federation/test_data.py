"""The data of the other nine cities: ordinary loaders take it, what is made up says so."""

import doctest
import re
import tomllib
from datetime import date

import pytest

from interop.cities import UNCONFIRMED
from points_api.city import load_city
from points_api.consents import notice
from points_api.federation import data, toml_text
from points_api.federation.matching import Matched
from points_api.generate import person
from points_api.identifiers import id_number
from scenarios import files as scenario_files
from scoring.engine import score
from scoring.records import Record

DAY = date(2026, 6, 1)
KNOWN = data.cities()
COUNTIES = ("zaoyang", "enshi", "macheng", "yicheng", "lichuan", "wuxue")
OTHERS = [name for name in KNOWN.cities if name != data.HOME]
# 志愿服务、献血，和一次罚款 · volunteering, giving blood, and a fine
PEOPLE = [
    [],
    [("volunteer.hours", None, 2000)],
    [("penalty.market", "ordinary", None)],
]  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = {}
    for name in OTHERS:
        made[name] = tmp_path_factory.mktemp("cities") / name
        data.write(made[name], name)
    return made


def records(person):
    return [
        Record(
            key=f"r{n}", item=item, occurred_on=date(2026, 3, 2), ended_on=date(2026, 3, 2),
            level=level, quantity=quantity,
        )
        for n, (item, level, quantity) in enumerate(person)
    ]  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_the_ordinary_loaders_take_it(folders, name):
    city, profile = load_city(folders[name]), KNOWN.cities[name]
    card = city.scorecard(DAY)
    assert (card.city, city.division) == (name, profile.division)
    assert city.catalog.digest == load_city().catalog.digest
    assert notice.load(name, folders[name] / "notices").current(DAY).notice.city == name
    perks = scenario_files.load(city.known(DAY), folders[name] / "scenarios")
    assert len(perks.scenarios) == len(data.FOR_VISITORS)
    assert all(one.visitors and one.id.startswith(name) for one in perks.scenarios)
    assert {one.place.division for one in perks.scenarios} == {profile.division}


@pytest.mark.parametrize("name", OTHERS)
def test_the_scorecard_is_on_the_scale_of_the_profile(folders, name):
    card, profile = load_city(folders[name]).scorecard(DAY), KNOWN.cities[name]
    assert [(one.id, one.floor) for one in card.bands] == [
        (one.id, one.floor) for one in profile.bands
    ]
    assert (card.minimum, card.maximum) == (profile.scale.minimum.value, profile.scale.covered)
    if profile.scale.base:
        assert card.base == profile.scale.base.value
    assert card.basis == "assumption"
    assert "假设" in card.note
    # An open scale is open: all that can be earned stays below what the program needs as an end.
    earned = sum(one.ceiling for one in card.dimensions)
    assert profile.scale.maximum or card.base + earned < card.maximum


def test_the_same_people_are_scored_on_ten_scales(folders):
    cards = [
        load_city().scorecard(DAY),
        *(load_city(one).scorecard(DAY) for one in folders.values()),
    ]
    table = [[score(records(one), card, DAY).value for one in PEOPLE] for card in cards]
    for card, (nothing, helper, fined) in zip(cards, table, strict=True):
        assert fined < nothing == card.base < helper
    # 三亚、海口、郑州都是 0–200、基础 100 · these three have one scale and base
    assert len({tuple(row) for row in table}) == 8


@pytest.mark.parametrize("name", OTHERS)
def test_who_reaches_the_highest_band_at_home_can_reach_it_there(folders, name):
    shipped, card = load_city().scorecard(DAY), load_city(folders[name]).scorecard(DAY)
    matched = matched_of(name)
    way = (shipped.bands[-1].floor - shipped.base) * matched.stretch
    assert card.base + way == card.bands[-1].floor
    factor = card.dimensions[0].floor / shipped.dimensions[0].floor
    assert matched.stretch <= factor < matched.stretch + 1 / 10


def matched_of(name):
    shipped, city = KNOWN.cities[data.HOME], KNOWN.cities[name]
    agreement = KNOWN.between(shipped, city) or data.pilot_of(city)
    assert agreement is not None
    return Matched(shipped, city, agreement)


@pytest.mark.parametrize("name", OTHERS)
def test_a_city_that_may_not_have_signed_says_so_in_each_of_its_files(folders, name):
    if KNOWN.cities[name].signatory == "named":
        pytest.skip("named by the work plan")
    for kind in ("scorecards", "notices", "scenarios"):
        for path in (folders[name] / kind).glob("*.toml"):
            if path.name != scenario_files.SEATS:
                assert UNCONFIRMED.zh in path.read_text("utf-8"), path.name
    for path in (folders[name] / "scenarios").glob("[!s]*.toml"):
        for one in tomllib.loads(path.read_text("utf-8"))["scenario"]:
            assert UNCONFIRMED.zh in one["note"]
            assert UNCONFIRMED.zh in one["agreement"]["legal_basis"]


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_of_the_shipped_city_is_left_but_what_names_it_as_the_source(folders, name):
    told = (folders[name] / "notices" / f"{name}-2026.1.toml").read_text("utf-8")
    assert not re.search("黄石|huangshi", told, re.IGNORECASE)
    for path in (folders[name] / "scenarios").glob("*.toml"):
        rest = re.sub(r'note = "由黄石市[^"]*"', "", path.read_text("utf-8"))
        assert not re.search("黄石|黄信用|huangshi|4202[0-9]{2}", rest, re.IGNORECASE), path.name


def test_the_shipped_city_has_its_own_data(tmp_path):
    with pytest.raises(KeyError):
        data.write(tmp_path / "x", data.HOME)


def test_what_is_written_as_toml_is_read_back_the_same():
    assert doctest.testmod(toml_text).failed == 0
    told = {"a": {"text": '引号"、换行\n', "n": 3, "yes": True, "day": DAY, "list": [1, 2],
                  "inline": {"中": 1, "b-c": [{"d": "e"}]}}, "b": [{"x": 1.5}, {}]}  # fmt: skip
    assert tomllib.loads(toml_text.toml(told)) == told


@pytest.mark.parametrize("name", COUNTIES)
def test_a_county_has_something_that_its_pilot_names(folders, name):
    pilot = matched_of(name).agreement
    perks = scenario_files.load(load_city(folders[name]).known(DAY), folders[name] / "scenarios")
    center, host = str(pilot.center), KNOWN.cities[name].division
    assert any(
        pilot.recognition(center, host, (one.id, one.category), "redemption", DAY, KNOWN.divisions)
        for one in perks.scenarios
    )


@pytest.mark.parametrize("name", COUNTIES)
def test_nobody_can_have_the_number_of_somebody_made_up_in_a_county(name):
    _, number = person(1, 0, KNOWN.cities[name].division)
    assert id_number.is_test_number(number)
