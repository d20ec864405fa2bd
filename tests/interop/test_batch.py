"""Many questions in one message: the shape of it, and that items are not read as one."""

import pytest

from interop.batch import MOST, Result, Results, asking, read_batch, read_results
from interop.canonical import canonical, parse
from interop.refusals import Malformed
from interop.statement import Asked

NUMBER = "batch-number-0001"
ASKED = Asked(
    home="120000", host="420200", scenario="s1", purpose="redemption", code="C" * 40,
    nonce="n" * 20, table="v1",
)  # fmt: skip


def batch(**changed):
    return canonical({"batch": NUMBER, "answer": "now", "items": [ASKED.model_dump()], **changed})


def results(**changed):
    whole = {"batch": NUMBER, "items": [{"refused": "wrong-table"}], "open": 0, "next": None}
    return canonical({**whole, **changed})


def test_a_batch_comes_back_as_it_was_sent():
    sent = asking(NUMBER, [ASKED, ASKED], "later")
    assert read_batch(sent.body()) == sent


def test_an_item_that_is_no_question_leaves_the_batch_alone():
    items = [ASKED.model_dump(), {"name": "x"}, 7, None]
    assert read_batch(batch(items=items)).items == items


@pytest.mark.parametrize(
    "changed",
    [
        {"items": []}, {"items": [1] * (MOST + 1)}, {"items": {}}, {"batch": "short"},
        {"answer": "never"}, {"name": "x"},
    ],
)  # fmt: skip
def test_another_shape_is_refused(changed):
    with pytest.raises(Malformed):
        read_batch(batch(**changed))


def test_results_come_back_as_they_were_sent():
    sent = Results(batch=NUMBER, items=[Result(refused="malformed")], open=1, next="1")
    assert read_results(sent.body(), NUMBER, 2) == sent
    rest = sent.model_copy(update={"open": 0, "next": None})
    assert read_results(rest.body(), NUMBER, 2, start=1) == rest
    assert parse(sent.body())["items"][0]["statement"] is None


@pytest.mark.parametrize(
    "changed",
    [
        {"batch": "another-batch-0001"},
        {"items": [{"refused": "x"}, {"refused": "x"}]},
        {"items": [{}]},
        {"items": [{"refused": "x", "statement": "a.b.c"}]},
        {"items": [{"refused": "x", "name": "y"}]},
        {"next": "later"},
        {"open": -1},
        {"open": 1},
        {"next": "0"},
        {"next": "1"},
        {"items": []},
        {"items": [], "next": "1"},
    ],
)
def test_results_that_do_not_fit_the_batch_are_refused(changed):
    assert read_results(results(), NUMBER, 1).items
    with pytest.raises(Malformed):
        read_results(results(**changed), NUMBER, 1)
