"""What is left, in words."""

from datetime import date
from typing import get_args

import pytest

from points_api.eligibility.uses import Uses, says
from scenarios.benefits import Period
from scenarios.quotas import Limit


def test_nothing_is_said_where_nothing_is_limited():
    assert says(Uses("ever", None)) is None


def test_what_is_left_is_said_with_its_period():
    said = says(Uses("month", 2))
    assert said is not None
    assert said == ("本月还可用 2 次", "2 left this month")


@pytest.mark.parametrize("period", get_args(Period))
@pytest.mark.parametrize("limit", get_args(Limit))
def test_what_is_used_up_says_from_when_on_it_can_be_used_again(limit, period):
    said = says(Uses(period, 0, limit, date(2026, 7, 1)))
    assert said is not None
    assert "{" not in said.zh + said.en
    assert said.zh.endswith("，2026-07-01 起可再用")
    assert said.en.endswith("; again from 2026-07-01")
