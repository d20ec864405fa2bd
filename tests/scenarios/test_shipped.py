"""What the shipped scenarios promise together."""

from typing import get_args

import pytest

from points_api.identifiers.divisions import inside
from scenarios.benefits import Benefit
from scenarios.conditions import Condition
from scenarios.eligibility import Index
from scenarios.facts import Facts
from scenarios.scenario import Verification, service
from tests.scenarios.shipped import DAY, shipped

ALL = shipped().scenarios


def test_there_are_at_least_220_in_at_least_24_categories():
    assert len(ALL) >= 220
    assert len({one.category for one in ALL}) == len(shipped().categories) >= 24


def test_they_reach_every_county_level_division_of_the_city():
    found = {one.place.division for one in ALL}
    assert {division.code for division in inside("420200", 2026)} <= found


def test_every_type_of_benefit_condition_verification_and_settlement_is_in_use():
    assert {type(one.benefit) for one in ALL} == set(get_args(Benefit))
    assert {type(c) for one in ALL for c in one.conditions} == set(get_args(Condition))
    assert {way for one in ALL for way in one.verification} == set(get_args(Verification))
    assert {one.settlement.mode for one in ALL} == {"none", "per_use", "by_benefit"}


def test_each_names_its_basis_owner_agreement_and_end():
    for one in ALL:
        assert one.agreement.legal_basis, one.id
        assert one.agreement.document, one.id
        assert all(one.agreement.owner), one.id
        assert one.basis == "reference" or one.note, one.id
        assert one.valid_from < one.valid_until, one.id


def test_a_real_institution_is_named_only_where_that_is_published():
    named = {one.provider.name.zh for one in ALL if one.provider.basis == "published"}
    assert all(
        any(word in name for word in ("黄石市图书馆", "鄂东医疗集团", "矿博园", "东楚集团"))
        for name in named
    )


def test_a_merchant_is_told_no_more_than_yes_or_no_and_the_benefit_unless_it_keeps_a_list():
    for one in ALL:
        assert "member_hash" not in one.discloses or "list" in one.verification, one.id


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_the_service_without_a_score_equals_the_service_with_the_lowest_score(one):
    index = Index([one])
    lowest = Facts(score=0, age=40, division="420202")
    without, with_lowest = index.decide(None)[0], index.decide(lowest)[0]
    assert service(one, eligible=without.eligible).ordinary == one.ordinary
    if any(condition.tag in {"score", "dimension", "membership"} for condition in one.conditions):
        assert service(one, eligible=without.eligible) == service(
            one, eligible=with_lowest.eligible
        )
    # Being eligible adds the benefit and takes nothing away.
    assert service(one, eligible=True).ordinary == service(one, eligible=False).ordinary
    assert service(one, eligible=True).benefit == one.benefit


def test_nobody_is_shut_out_of_the_city_by_age_or_place_alone():
    for age in (18, 40, 80):
        for division in inside("420200", 2026):
            best = Facts(100_000, age, division.code)
            assert len(Index(ALL).open_to(best)) >= 100


def test_all_are_open_in_their_term():
    assert all(one.open_on(one.valid_from) and one.open_on(one.valid_until) for one in ALL)
    assert sum(one.open_on(DAY) for one in ALL) >= 220
