"""Scenarios and people made up by Hypothesis, and the definition that the index must agree with."""

from datetime import date

from hypothesis import strategies as st

from scenarios.benefits import DiscountRate
from scenarios.conditions import (
    AgeRange,
    DimensionFloor,
    Holds,
    InDivision,
    Joined,
    NothingOverdue,
    ScoreFloor,
)
from scenarios.facts import Facts
from scenarios.scenario import Agreement, Place, Provider, Quota, Scenario, Settled
from scenarios.words import Words

W = Words("词", "word")
DIVISIONS = ("420202", "420203", "420204", "420205", "420222", "420281", "110101")
DIMENSIONS = ("honor", "civic", "public_good")
ITEMS = ("volunteer.hours", "blood.donation", "honor.youth")
IDS = tuple(f"s{n}" for n in range(12))
# Few different values, so that people often stand exactly on a floor.
scores = st.sampled_from([0, 59_999, 60_000, 60_100, 80_000, 89_999, 90_000, 100_000])

conditions = st.tuples(
    st.none() | st.just(Joined()),
    st.none() | st.builds(ScoreFloor, scores),
    st.none()
    | st.builds(DimensionFloor, st.sampled_from(DIMENSIONS), st.just(W), st.integers(-5, 5)),
    st.none()
    | st.tuples(st.integers(18, 70), st.integers(0, 80)).map(
        lambda pair: AgeRange(pair[0], pair[0] + pair[1])
    ),
    st.none()
    | st.lists(st.sampled_from([*DIVISIONS, "4202"]), min_size=1, max_size=3).map(
        lambda codes: InDivision(tuple(codes), W)
    ),
    st.none()
    | st.frozensets(st.sampled_from(ITEMS), min_size=1).map(lambda items: Holds(items, W)),
    st.none() | st.just(NothingOverdue()),
).map(lambda chosen: tuple(one for one in chosen if one is not None) or (Joined(),))


def scenario(scenario_id, its_conditions, benefit=None, quota=None):
    """A scenario with these conditions and nothing else of interest."""
    return Scenario(
        id=scenario_id,
        version=1,
        category="library",
        title=W,
        provider=Provider(W, "library", "reference"),
        place=Place("420202", 30.2, 115.0),
        ordinary=Words("人人都有的服务", "What everybody gets"),
        benefit=benefit or DiscountRate(10),
        conditions=its_conditions,
        verification=("code",),
        quota=quota or Quota(),
        settlement=Settled("none"),
        discloses=("eligible",),
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 1, 1),
        visitors=False,
        agreement=Agreement("b", "d", "reference", W),
        basis="reference",
        note="",
        digest="sha256:0",
    )


scenarios = st.lists(conditions, min_size=1, max_size=len(IDS)).map(
    lambda lists: [scenario(IDS[n], chosen) for n, chosen in enumerate(lists)]
)

people = st.builds(
    Facts,
    score=scores,
    age=st.integers(18, 155),
    division=st.sampled_from([*DIVISIONS, "999999"]),
    dimensions=st.dictionaries(st.sampled_from(DIMENSIONS), st.integers(-6, 6)),
    items=st.frozensets(st.sampled_from([*ITEMS, "unheard.of"])),
    overdue=st.frozensets(st.sampled_from([*IDS, "elsewhere"]), max_size=2),
)


def is_open_by_definition(one, facts):
    """Every condition by itself; what is overdue counts where the scenario asks about it."""
    if facts is None:
        return False
    minds = any(isinstance(c, NothingOverdue) for c in one.conditions)
    return all(c.met(facts) for c in one.conditions) and not (minds and one.id in facts.overdue)
