"""Redemptions, statements, benefits and conduct over HTTP, as merchants and residents use them."""

from datetime import timedelta

import pytest

from points_api import clock
from points_api.auth.models import Session
from points_api.conduct import service as conduct
from points_api.redemptions import statements
from points_api.redemptions.service import HELD
from scenarios.benefits import PayLater
from scenarios.scenario import Quota
from tests.points_api import application
from tests.points_api.redemptions import shop as shops

PATH = "/v1/merchant/redemptions"


class Till:
    """A merchant's program at a running application."""

    def __init__(self, running, shop):
        self.http, self.shop = running.http, shop
        state = running.app.state
        state.scenarios.current = shop.live.current
        known = state.identity.merchant_of

        async def merchant_of(client_id):
            return shop.caller if client_id == shop.caller.client_id else await known(client_id)

        object.__setattr__(state.identity, "merchant_of", merchant_of)
        token = state.identity.tokens.issue("merchant", shop.caller.client_id, "-", clock.now())
        self.bearer = {"authorization": f"Bearer {token}"}

    async def post(self, path, body=None, key="k"):
        headers = self.bearer | ({"idempotency-key": key} if key else {})
        return await self.http.post(path, json=body, headers=headers)

    async def get(self, path):
        return await self.http.get(path, headers=self.bearer)


@pytest.fixture
async def running(database_url, frozen_clock):
    async with application.running(database_url) as found:
        yield found


@pytest.fixture
async def till(running):
    return Till(running, await shops.open_shop(benefit=PayLater(50_000, 10), quota=Quota(total=2)))


async def ordered(till, n=1, **more):
    return {"verification_id": str(await till.shop.verified(n)), "amount_fen": 1000, **more}


async def test_a_redemption_from_verification_to_statement(running, till, frozen_clock):
    body = await ordered(till, reserve=True)
    first = await till.post(PATH, body, '"one"')
    again = await till.post(PATH, body, '"one"')
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "?1"
    one = f"{PATH}/{first.json()['redemption_id']}"
    confirmed = await till.post(f"{one}/confirm", {"amount_fen": 800}, "two")
    assert confirmed.status_code == 200, confirmed.text
    assert (await till.get(one)).json() == confirmed.json()
    listed = (await till.get(f"{PATH}?state=confirmed")).json()
    assert listed == {"items": [confirmed.json()], "next": None}
    today = (await till.get(f"/v1/merchant/statements/{clock.today()}")).json()
    assert (today["closed"], today["digest"], today["benefit_fen"]) == (False, None, 800)
    frozen_clock.forward(timedelta(days=1))
    await statements.close_all(clock.now())
    till = Till(running, till.shop)  # with a token of this day
    [day] = (await till.get("/v1/merchant/statements")).json()["items"]
    assert (day["entries"], day["benefit_fen"]) == (2, 800)
    whole = (await till.get(f"/v1/merchant/statements/{day['day']}")).json()
    assert [entry["move"] for entry in whole["ledger"]] == ["reserve", "confirm"]
    assert (whole["entries"], whole["digest"]) == (2, day["digest"])
    file = await till.get(f"/v1/merchant/statements/{day['day']}?format=csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert "8.00" in file.content.decode("utf-8-sig")
    assert (await till.get("/v1/merchant/statements/2020-01-01")).status_code == 404


async def test_a_list_of_one_state_takes_lapsed_reservations_for_expired(
    running, till, frozen_clock
):
    made = (await till.post(PATH, await ordered(till, reserve=True))).json()["redemption_id"]

    async def ids(state):
        page = (await Till(running, till.shop).get(f"{PATH}?state={state}")).json()
        assert {one["state"] for one in page["items"]} <= {state}
        return [one["redemption_id"] for one in page["items"]]

    assert (await ids("reserved"), await ids("expired")) == ([made], [])
    frozen_clock.forward(HELD)  # and nobody has cleared it away yet
    assert (await ids("reserved"), await ids("expired")) == ([], [made])


async def test_a_key_is_needed_and_stands_for_one_request(till):
    body = await ordered(till)
    assert (await till.post(PATH, body, None)).json()["errcode"] == 40090
    assert (await till.post(PATH, body)).status_code == 201
    other = await till.post(PATH, {**body, "amount_fen": 999})
    assert (other.status_code, other.json()["errcode"]) == (422, 42290)
    for amount in (-1, 1.0, "1"):
        answer = await till.post(PATH, {**body, "amount_fen": amount}, "x")
        assert (answer.status_code, answer.json()["errcode"]) == (422, 42200)


async def test_a_used_up_limit_is_told_in_words(till):
    for n in (1, 2):
        assert (await till.post(PATH, await ordered(till, n), f"k{n}")).status_code == 201
    refused = await till.post(PATH, await ordered(till, 3), "k3")
    assert refused.status_code == 409
    assert (refused.json()["errcode"], refused.json()["limit"]) == (40951, "total")
    assert refused.json()["errmsg"] == "名额已用完"


async def test_a_cashier_sees_no_statements(running):
    shop = await shops.open_shop()
    cashier = type(shop.caller)(
        "c2", shop.caller.merchant_id, shop.caller.staff_id, "cashier", False
    )
    till = Till(running, shops.Shop(shop.scenario, cashier, shop.live))
    assert (await till.get("/v1/merchant/statements")).status_code == 403


async def test_the_resident_sees_what_is_to_be_paid_and_replies_to_what_is_said(
    running, till, frozen_clock
):
    visitor = await running.visitor(1)
    session = await Session.get()
    till.shop.residents[1] = session.resident_id
    made = (await till.post(PATH, await ordered(till))).json()["redemption_id"]
    returned = await till.post(f"{PATH}/{made}/return", {"amount_fen": 300}, "r")
    assert returned.json()["outstanding_fen"] == 700
    [benefit] = (await visitor.get("/v1/me/benefits")).json()["items"]
    assert (benefit["outstanding_fen"], benefit["due_on"]) == (700, "2026-06-11")
    frozen_clock.forward(timedelta(days=11))
    till = Till(running, till.shop)
    visitor = await running.visitor(1)
    conduct_path = f"{PATH}/{made}/conduct"
    reported = await till.post(conduct_path, {"kind": "overdue"}, "c")
    assert reported.status_code == 201, reported.text
    report = reported.json()["report_id"]
    await conduct.tell(report)
    replied = await visitor.post(f"/v1/me/conduct/{report}/reply", {"text": "明天就付"})
    assert replied.status_code == 204, replied.text
    [said] = (await visitor.get("/v1/me/conduct")).json()["items"]
    assert (said["state"], said["reply"]) == ("replied", "明天就付")
    settled = await till.post(conduct_path, {"kind": "returned"}, "d")
    assert settled.json()["outstanding_fen"] == 0
    [said] = (await visitor.get("/v1/me/conduct")).json()["items"]
    assert said["state"] == "settled"
    [benefit] = (await visitor.get("/v1/me/benefits")).json()["items"]
    assert (benefit["outstanding_fen"], benefit["overdue"]) == (0, False)
