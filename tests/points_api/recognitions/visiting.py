"""A visitor from Tianjin at a till in Huangshi."""

from dataclasses import dataclass

from points_api import clock
from tests.points_api.application import Visitor
from tests.points_api.db import rows
from tests.points_api.recognitions import two_cities
from tests.points_api.recognitions.two_cities import HOME, HOST, IDS, PARKING, ROOM, City, Wire
from tests.points_api.verifications import shop
from tests.points_api.verifications.conftest import ADULTS

PATH = "/v1/merchant/visitor-verifications"


@dataclass
class Cities:
    home: City
    host: City
    wire: Wire
    till: shop.Till
    visitor: Visitor
    origin: str = HOME
    city: str = HOST

    async def code(self, scenario=ROOM, host=None, visitor=None, **more):
        answer = await (visitor or self.visitor).post(
            "/v1/me/visits/codes", {"host": host or self.city, "scenario": scenario, **more}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["code"]

    async def verify(self, code, scenario=ROOM, home=None, till=None):
        at = till or self.till
        body = {"home": home or self.origin, "code": code, "scenario_id": scenario}
        return await at.http.post(PATH, json=body, headers=at.headers())

    async def visit(self, scenario=ROOM):
        return await self.verify(await self.code(scenario), scenario)

    async def redeem(self, verification_id, amount=10_000, key="k1"):
        return await self.till.http.post(
            "/v1/merchant/redemptions",
            json={"verification_id": verification_id, "amount_fen": amount},
            headers=self.till.headers(idempotency_key=f'"{key}"'),
        )

    async def score(self, value, visitor=None):
        await self.home.run(shop.set_score(visitor or self.visitor, value))

    async def looks(self):
        return (await self.visitor.get("/v1/me/access-log")).json()["items"]


async def prepared(home, host, wire, ids=IDS, origin=HOME, city=HOST):
    """Somebody from `origin` has agreed to `city`, which home and host speak for."""
    await host.run(two_cities.publish(host, ids))
    till = await host.run(shop.till(host.application, scenarios=ids))
    visitor = await joined(home, ADULTS[0])
    answer = await visitor.post("/v1/me/consents", {"city": city})
    assert answer.status_code == 201, answer.text
    return Cities(home, host, wire, till, visitor, origin, city)


async def joined(home, n):
    visitor = await home.application.visitor(n)
    assert (await visitor.join()).status_code == 201
    return visitor


async def status_of(cities):
    async def token():
        session = await rows.officer_session(officer=await rows.officer(roles=["partner"]))
        return cities.host.state.identity.tokens.issue(
            "officer", str(session.officer_id), str(session.id), clock.now()
        )

    headers = {"authorization": f"Bearer {await cities.host.run(token)}"}
    answer = await cities.host.application.http.get("/v1/officer/partners", headers=headers)
    assert answer.status_code == 200, answer.text
    [home] = answer.json()["items"]
    return home


__all__ = ["PARKING"]
