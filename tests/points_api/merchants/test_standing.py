"""Whose key it is, asked for many at once."""

import asyncio
from datetime import timedelta

import pytest

from points_api import clock
from points_api.merchants.models import MerchantStaff
from points_api.merchants.standing import REMEMBERED, Standing
from points_api.problem import Busy
from tests.points_api.merchants.shop import hired, opened


@pytest.fixture
async def cashiers(application):
    manager = await opened(application.http)
    return [await hired(manager, label=f"till-{n}") for n in range(3)]


async def test_who_asks_in_one_turn_is_looked_up_by_one_statement_each_for_themselves(
    cashiers, monkeypatch
):
    standing, asked = Standing(), []

    async def look(ids):
        asked.append(ids)
        return await standing._look(ids)

    monkeypatch.setattr(standing._looks, "_fetch", look)
    ids = [one.client_id for one in cashiers]
    found = await asyncio.gather(*map(standing.merchant_of, [*ids, "nobody", ids[0]]))
    assert asked == [[*ids, "nobody"]]
    assert [one and one.staff_id for one in found] == [
        *(one.staff_id for one in cashiers), None, cashiers[0].staff_id,
    ]  # fmt: skip


async def test_an_answer_is_remembered_for_two_seconds_and_one_who_left_is_refused_then(
    application, cashiers, frozen_clock
):
    standing, one = Standing(), cashiers[0]
    assert await standing.merchant_of(one.client_id)
    await MerchantStaff.filter(id=one.staff_id).update(left_at=clock.now())
    assert await standing.merchant_of(one.client_id)
    assert await Standing().merchant_of(one.client_id) is None
    frozen_clock.forward(REMEMBERED + timedelta(microseconds=1))
    assert await standing.merchant_of(one.client_id) is None


async def test_where_the_look_fails_it_is_told_why_and_nobody_is_taken_for_unknown(
    cashiers, monkeypatch
):
    standing = Standing()

    async def refuse(_ids):
        raise Busy

    with monkeypatch.context() as broken:
        broken.setattr(standing, "_look", refuse)
        broken.setattr(standing._looks, "_fetch", refuse)
        with pytest.raises(Busy):
            await standing.merchant_of(cashiers[0].client_id)
    assert await standing.merchant_of(cashiers[0].client_id)
