"""The cities and agreements that are shipped, as anybody is shown them."""

from datetime import date
from itertools import permutations

import pytest

from interop import files
from interop.agreements import agreed_bands
from interop.cities import UNCONFIRMED
from interop.drafting import Order, draft
from points_api.city import load_city
from points_api.cli.city_tables import document_of, link_document
from scenarios import files as scenario_files

NAMED = {"huangshi", "tianjin", "sanya", "haikou"}
COUNTIES = {"zaoyang", "enshi", "macheng", "yicheng", "lichuan", "wuxue"}
DAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def folder():
    return files.load()


def test_there_are_ten_and_only_those_that_the_work_plan_names_are_shown_as_signatories(folder):
    assert len(set(folder.cities) - COUNTIES) == len(folder.agreements["ten-cities"].parties) == 10
    assert {city.id for city in folder.cities.values() if city.signatory == "named"} == NAMED
    for city in folder.cities.values():
        shown = document_of(city)
        assert (UNCONFIRMED.zh in shown["name"]) == (city.id not in NAMED)
        assert (UNCONFIRMED.en in shown["name_en"]) == (city.id not in NAMED)
    for party in folder.agreements["ten-cities"].parties:
        city = next(one for one in folder.cities.values() if one.division == party.division)
        assert (party.signatory == "named") == (city.id in NAMED)
        assert party.name == city.name


def test_no_county_is_told_to_have_signed_a_pilot(folder):
    for name in ("daye-counties", "yangxin-counties"):
        pilot = folder.agreements[name]
        assert (pilot.basis, pilot.term.basis) == ("assumption", "assumption")
        assert all(UNCONFIRMED.zh in party.name.zh for party in pilot.parties)


def test_nothing_of_the_three_other_named_cities_is_told_as_published_but_a_name(folder):
    for name in ("tianjin", "sanya", "haikou"):
        city = folder.cities[name]
        assert city.scale.basis == city.distribution.basis == "assumption"
        assert {band.basis for band in city.bands} == {"assumption"}


def test_no_distribution_is_told_as_published_and_no_key_as_delivered(folder):
    for city in folder.cities.values():
        assert city.distribution.basis == city.address_basis == "assumption"
        assert {key.public for key in city.keys} == {None}
        assert {key.use for key in city.keys} == {"statement", "message"}
        assert city.address.endswith(".example")


def test_scales_have_very_different_shapes(folder):
    shapes = {(str(city.scale), city.scale.base and city.scale.base.value) for city in
              folder.cities.values()}  # fmt: skip
    assert len(shapes) >= 7
    assert folder.cities["weihai"].scale.maximum is None


def test_everybody_is_counted_once(folder):
    for city in folder.cities.values():
        counts = city.counts()
        assert sum(counts) == city.distribution.people
        assert len(counts) == city.scale.points
        assert min(counts) >= 0


def test_the_profile_of_huangshi_is_the_one_that_its_scorecard_has(folder):
    card, city = load_city().scorecard(DAY), folder.cities["huangshi"]
    assert [(b.id, b.name.zh, b.floor) for b in city.bands] == [
        (b.id, b.name, b.floor) for b in card.bands
    ]
    assert city.scale.maximum is not None
    assert (city.scale.minimum.value, city.scale.maximum.value) == (card.minimum, card.maximum)
    assert city.scale.base is not None
    assert city.scale.base.value == card.base


def test_agreements_name_scenarios_that_there_are_and_that_take_visitors(folder):
    shipped = scenario_files.load(load_city().known(DAY))
    known = {one.id: one for one in shipped.scenarios}
    categories = {one.id for one in shipped.categories}
    for agreement in folder.agreements.values():
        assert all(known[name].visitors for name in agreement.scenarios)
        assert agreement.categories <= categories


def test_every_pair_of_cities_has_an_agreed_table_of_bands_that_ascends(folder):
    agreement = folder.agreements["ten-cities"]
    ten = [city for city in folder.cities.values() if city.id not in COUNTIES]
    for source, target in permutations(ten, 2):
        assert folder.between(source, target) is agreement
        order = {band.id: n for n, band in enumerate(target.bands)}
        agreed = agreed_bands(agreement, source, target)
        made = [order.get(band or "", -1) for band in agreed.values()]
        assert made == sorted(made)
        assert made[0] == -1


def test_a_pilot_has_one_rung_that_each_of_its_parties_reaches_by_a_band_of_its_own(folder):
    named = set()
    for name in ("daye-counties", "yangxin-counties"):
        pilot = folder.agreements[name]
        assert (pilot.by_scenario, pilot.grades_basis) == (True, "assumption")
        [rung] = pilot.grades
        scales = {folder.city_of(party.division).id for party in pilot.parties}
        assert scales == set(rung.first_bands)
        named |= scales
        for city in map(folder.cities.get, scales):
            told = agreed_bands(pilot, city, folder.cities["huangshi"])
            assert list(told.values()) == [None, "good", "good", "good"]
    assert named == COUNTIES | {"huangshi"}


def test_of_a_county_nothing_is_told_as_published(folder):
    for name in COUNTIES:
        city = folder.cities[name]
        figures = {city.score_basis, city.scale.basis, city.scale.step.basis, city.address_basis}
        figures |= {band.basis for band in city.bands} | {city.distribution.basis}
        assert figures == {"assumption"}


def test_counties_of_a_pilot_compare_no_bands(folder):
    assert folder.between(folder.cities["zaoyang"], folder.cities["enshi"]) is None
    assert folder.between(folder.cities["zaoyang"], folder.cities["huangshi"]) is None


def test_a_county_without_a_file_of_its_own_stands_on_the_scale_of_its_city(folder):
    assert folder.city_of("420281") is folder.cities["huangshi"]
    assert folder.city_of("420683") is folder.cities["zaoyang"]
    assert folder.city_of("420682") is None


PILOTS = [
    ("420281", "420683", ("daye-library-no-deposit", "library"), DAY, True),
    ("420683", "420281", ("daye-tour-line-discount", "travel"), DAY, True),
    ("420221", "420683", ("daye-library-no-deposit", "library"), DAY, True),  # the county of old
    ("420683", "422801", ("daye-library-no-deposit", "library"), DAY, False),  # not the center
    ("420281", "420281", ("daye-library-no-deposit", "library"), DAY, False),
    ("420281", "420683", ("daye-bookshop-nine-tenths", "shopping"), DAY, False),
    ("420281", "420684", ("daye-library-no-deposit", "library"), DAY, False),
    ("420281", "420683", ("daye-library-no-deposit", "library"), date(2025, 12, 31), False),
    ("420281", "420683", ("daye-library-no-deposit", "library"), date(2028, 1, 1), False),
    ("420281", "420683", None, DAY, True),  # some scenario
    ("420281", "420684", None, DAY, False),
]


@pytest.mark.parametrize(("home", "host", "scenario", "on", "recognized"), PILOTS)
def test_a_county_recognizes_visitors_for_what_was_agreed(
    folder, home, host, scenario, on, recognized
):
    pilot = folder.agreements["daye-counties"]
    answer = pilot.recognition(home, host, scenario, "eligibility", on, folder.divisions)
    assert answer is recognized


def test_a_purpose_that_was_not_agreed_is_not_recognized(folder):
    pilot, scenario = folder.agreements["daye-counties"], ("daye-library-no-deposit", "library")
    assert not pilot.recognition(
        "420281", "420683", scenario, "repair_notice", DAY, folder.divisions
    )


def test_a_district_belongs_to_its_city(folder):
    ten = folder.agreements["ten-cities"]
    for home, host in (("420202", "120101"), ("120116", "460105"), ("420281", "330106")):
        assert ten.recognition(home, host, ("x", "y"), "eligibility", DAY, folder.divisions)
    assert not ten.recognition("420202", "420600", ("x", "y"), "eligibility", DAY, folder.divisions)


def test_old_codes_lead_to_new_ones(folder):
    divisions = folder.divisions
    assert divisions.current("420221", DAY) == "420281"
    assert divisions.current("420221", date(1993, 1, 1)) == "420221"
    assert divisions.current("420281", date(1993, 1, 1)) is None
    assert divisions.current("999999", DAY) is None


@pytest.mark.parametrize("method", ["bands", "linear", "equipercentile", "kernel"])
def test_no_shipped_pair_gets_a_score_table_because_distributions_are_assumed(folder, method):
    ends = folder.cities["zhengzhou"], folder.cities["huangshi"]
    order = Order(method, "1", DAY, DAY, DAY)
    made = draft(*ends, folder.agreements["ten-cities"], order)
    assert made.table.header.use != "table"
    assert {row.value for row in made.table.rows} == {None}
    assert not made.table.in_force(DAY)
    told = link_document(made, *ends)
    assert told["basis"] == "assumption"
    assert UNCONFIRMED.zh in told["from"]["name"]
