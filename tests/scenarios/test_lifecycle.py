"""Which moves there are, and which there are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.lifecycle import STATES, STEPS, MoveRefused, moved, moves


@given(st.sampled_from(STATES), st.sampled_from(sorted(STEPS)))
def test_a_move_leads_where_its_step_says_or_is_refused_with_what_is_allowed(state, move):
    if state in STEPS[move].before:
        assert moved(state, move) == STEPS[move].after
        assert move in moves(state)
    else:
        with pytest.raises(MoveRefused) as refusal:
            moved(state, move)
        assert refusal.value.allowed == moves(state)
        assert move not in moves(state)


def test_nothing_leaves_retirement():
    assert moves("retired") == []


def test_what_is_published_was_reviewed_and_needed_a_second_officer():
    into = {move: step for move, step in STEPS.items() if step.after == "published"}
    assert into.keys() == {"publish", "resume"}
    assert all(step.by == "second_officer" for step in into.values())


def test_stopping_is_one_officers_decision():
    assert STEPS["suspend"].by == "officer"
    assert STEPS["suspend"].before == ("published",)


def test_every_state_can_be_reached_from_a_draft():
    reached, before = {"draft"}, {"nothing"}
    while reached != before:
        before = set(reached)
        reached |= {step.after for step in STEPS.values() if set(step.before) & reached}
    assert reached == set(STATES)
