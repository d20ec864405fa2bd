"""The index against the definition, over generated scenarios and people."""

from hypothesis import given
from hypothesis import strategies as st

from scenarios.conditions import DimensionFloor, NothingOverdue, ScoreFloor
from scenarios.eligibility import Index, Met, Unmet
from scenarios.facts import Facts
from scenarios.words import Words
from tests.scenarios import generated
from tests.scenarios.generated import is_open_by_definition, scenario


@given(generated.scenarios, generated.people)
def test_the_index_agrees_with_every_condition_taken_by_itself(scenarios, facts):
    index = Index(scenarios)
    wanted = [one.id for one in scenarios if is_open_by_definition(one, facts)]
    assert [one.id for one in index.open_to(facts)] == wanted
    assert [one.id for one in scenarios if index.is_open(facts, one.id)] == wanted


@given(generated.scenarios, generated.people)
def test_a_scenario_is_open_exactly_when_each_of_its_findings_is_met(scenarios, facts):
    index = Index(scenarios)
    for decision in index.decide(facts):
        assert decision.eligible == is_open_by_definition(decision.scenario, facts)
        assert decision.eligible == all(isinstance(one, Met) for one in decision.findings)
        assert [one.condition for one in decision.findings] == list(decision.scenario.conditions)


@given(generated.scenarios, generated.people, st.integers(0, 40_000))
def test_more_points_never_close_a_scenario(scenarios, facts, more):
    index = Index(scenarios)
    better = facts._replace(score=facts.score + more)
    assert index.mask(facts) & ~index.mask(better) == 0


@given(generated.scenarios, generated.people, st.randoms())
def test_the_order_of_scenarios_changes_nothing(scenarios, facts, chance):
    shuffled = chance.sample(scenarios, len(scenarios))
    first, second = Index(scenarios), Index(shuffled)
    assert {one.id for one in first.open_to(facts)} == {one.id for one in second.open_to(facts)}


@given(generated.scenarios)
def test_who_has_not_joined_is_eligible_for_nothing_and_compared_with_nothing(scenarios):
    index = Index(scenarios)
    assert index.mask(None) == 0
    assert index.open_to(None) == []
    assert all(not one.eligible and one.findings == () for one in index.decide(None))


def test_what_is_overdue_closes_only_its_own_scenario():
    lent = [scenario("a", (NothingOverdue(),)), scenario("b", (NothingOverdue(),))]
    facts = Facts(score=0, age=30, division="420202", overdue=frozenset(["a"]))
    index = Index(lent)
    assert [one.id for one in index.open_to(facts)] == ["b"]
    first, second = index.decide(facts)
    assert not first.eligible
    assert second.eligible


def test_a_missing_point_is_told_rounded_up_so_that_it_is_never_too_few():
    floor = ScoreFloor(80_000, Words("信用优秀", "Excellent"))
    (decision,) = Index([scenario("a", (floor,))]).decide(Facts(79_949, 30, "420202"))
    (finding,) = decision.findings
    assert isinstance(finding, Unmet)
    assert finding.condition.demand().zh == "信用积分达到 80.0（信用优秀）"
    assert finding.lacking.zh == "您现在 79.9 分，还差 0.1 分"
    assert finding.lacking.en == "You have 79.9; 0.1 more are needed"


def test_what_a_dimension_lacks_is_said_as_what_a_score_lacks():
    floor = DimensionFloor("public_good", Words("公益", "Public good"), 5_000)
    facts = Facts(60_000, 30, "420202", {"public_good": 1_250})
    assert floor.lacking(facts).zh == "您现在 1.2 分，还差 3.8 分"
    assert floor.lacking(Facts(60_000, 30, "420202")).zh == "您现在 0.0 分，还差 5.0 分"


def test_decisions_are_a_sequence_of_their_own_kind():
    decisions = Index([scenario(name, (ScoreFloor(0),)) for name in "abc"]).decide(None)
    assert len(decisions) == 3
    assert [one.scenario.id for one in decisions[1:]] == ["b", "c"]
    assert decisions[-1].scenario.id == "c"
