"""The load test's own eyes: a body that does not add up is seen, a right one is let through."""

from typing import Any

import pytest

from loadtests import answers

SCORE: dict[str, Any] = {
    "base": "60.0",
    "score": "66.5",
    "dimensions": [
        {"id": "public_good", "points": "8.5", "floor": "0.0", "ceiling": "15.0"},
        {"id": "lawful", "points": "-2.0", "floor": "-40.0", "ceiling": "5.0"},
    ],
}
REASONS: dict[str, Any] = {
    "base": "60.0",
    "score": "60.4",
    "reasons": [
        {
            "kind": "rule",
            "id": "volunteer-hours",
            "points": "0.4",
            "records": [
                {"points": "0.444", "counts": True},
                {"points": "0.300", "counts": False},
            ],
            "lines": [{"kind": "rounding", "points": "-0.044"}],
        }
    ],
}
CHANGES: dict[str, Any] = {
    "from_score": "60.0",
    "to_score": "61.5",
    "time": "-0.5",
    "rule": "0.0",
    "data": "2.0",
    "differences": [{"points": "2.0"}, {"points": "-0.5"}],
}
WHAT_IF: dict[str, Any] = {"binding": False, "difference": "0.4"}


@pytest.mark.parametrize(
    ("check", "body"),
    [
        (answers.score_fault, SCORE),
        (answers.reasons_fault, REASONS),
        (answers.changes_fault, CHANGES),
        (answers.what_if_fault, WHAT_IF),
        (answers.page_fault, {"items": []}),
    ],
)
def test_a_right_body_has_no_fault(check, body):
    assert check(body) is None


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_score_held_at_the_end_of_the_scale_is_right(sign):
    far = {"id": "x", "points": f"{sign}70.0", "floor": "-90.0", "ceiling": "90.0"}
    end = "0.0" if sign else "100.0"
    assert answers.score_fault(SCORE | {"dimensions": [far], "score": end}) is None


@pytest.mark.parametrize(
    ("check", "body"),
    [
        (answers.score_fault, SCORE | {"score": "66.6"}),
        (answers.score_fault, SCORE | {"dimensions": SCORE["dimensions"][:1]}),
        (answers.reasons_fault, REASONS | {"score": "60.5"}),
        (answers.reasons_fault, REASONS | {"reasons": [REASONS["reasons"][0] | {"lines": []}]}),
        (answers.changes_fault, CHANGES | {"time": "0.0"}),
        (answers.changes_fault, CHANGES | {"differences": []}),
        (answers.what_if_fault, WHAT_IF | {"binding": True}),
        (answers.what_if_fault, WHAT_IF | {"difference": "-0.1"}),
        (answers.page_fault, {"items": {}}),
    ],
)
def test_a_body_that_does_not_add_up_is_a_fault(check, body):
    assert check(body)


def test_a_dimension_beyond_its_ceiling_is_a_fault_even_when_the_sum_is_right():
    beyond = {"id": "x", "points": "6.5", "floor": "0.0", "ceiling": "5.0"}
    assert "ceiling" in (answers.score_fault(SCORE | {"dimensions": [beyond]}) or "")


REDEMPTION: dict[str, Any] = {"amount_fen": 1_999, "benefit_fen": 199, "to_pay_fen": 1_800}


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (answers.redemption_fault, REDEMPTION, {"benefit_fen": 200, "to_pay_fen": 1_799}),
        (answers.redemption_fault, REDEMPTION, {"to_pay_fen": 1_801}),
        (answers.verification_fault, {"eligible": False, "benefit": None}, {"eligible": True}),
        (answers.verification_fault, {"eligible": False, "benefit": None}, {"score": "80.0"}),
        (answers.code_fault, {"code": "04AB", "qr_svg": "<svg"}, {"code": "04ab"}),
        (
            answers.open_fault,
            {"items": [{"id": "s", "eligible": True, "ordinary": "o"}], "eligible": 1, "total": 2},
            {"items": [{"id": "s", "eligible": False, "ordinary": "o"}]},
        ),
    ],
)
def test_a_wrong_answer_at_the_till_is_seen_and_a_right_one_let_through(check, right, wrong):
    assert check(right) is None
    assert check(right | wrong) is not None


QUESTION = {
    "nonce": "n", "purpose": "redemption", "scenario": "s", "table": "t", "code": "c",
}  # fmt: skip
DECLINED = {
    "aud": "120000", "iss": "420200", "exp": 2, "iat": 1, "nonce": "n", "table": "t",
    "scope": {"purpose": "redemption", "scenario": "s"},
}  # fmt: skip
STATED = DECLINED | {"as_of": "2026-06-01", "band": "good", "consent": "r", "sub": "v"}


@pytest.mark.parametrize("said", [DECLINED, STATED])
def test_what_home_may_say_is_let_through_and_everything_else_is_seen(said):
    assert answers.statement_fault(said, QUESTION) is None
    assert answers.statement_fault(said | {"name": "李"}, QUESTION)
    for changed in ("nonce", "table", "scope"):
        assert answers.statement_fault(said | {changed: "another"}, QUESTION)


def test_what_was_canceled_and_still_gives_something_is_seen():
    canceled = {"state": "canceled", "amount_fen": 605, "benefit_fen": 0, "undone_fen": 60}
    assert answers.canceled_fault(canceled) is None
    for wrong in ({"state": "reserved"}, {"benefit_fen": 60}, {"undone_fen": 61}):
        assert answers.canceled_fault({**canceled, **wrong})


def test_a_receipt_for_something_else_or_for_nothing_known_is_seen():
    assert answers.receipt_fault({"received": "u", "met": 1}, "u") is None
    assert answers.receipt_fault({"received": "v", "met": 1}, "u")
    assert answers.receipt_fault({"received": "u", "met": 0}, "u")
