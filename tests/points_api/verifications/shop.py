"""A merchant with a till, and residents who come to it, through the whole application."""

from dataclasses import dataclass, replace
from functools import cache

import httpx

from points_api import clock
from points_api.auth.models import ApiClient
from points_api.city import load_city
from points_api.credit_codes import sealing
from points_api.db.writes import write_all
from points_api.merchants.standing import KIND
from points_api.residents import persons
from points_api.residents.models import Enrollment
from points_api.scenarios.importing import import_folder
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from points_api.scores.models import ScoreRow
from points_api.verifications.models import Verification
from scenarios import files
from tests.points_api.application import Application, Visitor
from tests.points_api.db import rows

SHOWN = "community-umbrella"  # code, wall, counter; open from 60 points on
SERVED_ONLINE = "learning-driving-school-stages"  # code, server; tells a pseudonym
HIGH = "huangshi-library-books-to-the-door"  # code, server; from 80 on
IDS = (SHOWN, SERVED_ONLINE, HIGH)
PATH = "/v1/merchant/verifications"


@cache
def shipped(day):
    """Three of the shipped scenarios as a folder."""
    folder = files.load(load_city().known(day))
    chosen = tuple(one for one in folder.scenarios if one.id in IDS)
    return replace(
        folder, scenarios=chosen, documents={name: folder.documents[name] for name in IDS}
    )


@dataclass
class Till:
    """A member of a merchant's staff with a token."""

    http: httpx.AsyncClient
    token: str
    merchant_id: object
    staff_id: object
    client_id: str

    def headers(self, **more):
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"authorization": f"Bearer {self.token}", **named}

    async def verify(self, code, scenario_id=SHOWN, **headers):
        return await self.ask({"code": code, "scenario_id": scenario_id}, **headers)

    async def ask(self, body, **headers):
        return await self.http.post(PATH, json=body, headers=self.headers(**headers))

    async def get(self, path, **params):
        return await self.http.get(path, params=params or None, headers=self.headers())


async def publish(application: Application):
    await import_folder(shipped(clock.today()), "office:test", clock.now())
    await application.app.state.scenarios.refresh()


async def till(application: Application, scenarios=IDS, http=None, **merchant) -> Till:
    owner = await rows.merchant(**merchant)
    for scenario_id in scenarios:
        await rows.merchant_scenario(merchant=owner, scenario_id=scenario_id)
    staff = await rows.merchant_staff(merchant=owner)
    client_id = f"merchant-{staff.id}"
    await ApiClient.create(
        id=client_id, kind=KIND, agency="", merchant_id=owner.id, staff_id=staff.id,
        public_jwk={}, created_at=clock.now(),
    )  # fmt: skip
    token = application.app.state.identity.tokens.issue(
        "merchant", client_id, client_id, clock.now()
    )
    return Till(http or application.served, token, owner.id, staff.id, client_id)


async def consent(visitor: Visitor, scenario_id=SHOWN):
    answer = await visitor.post("/v1/me/consents", {"scenario_id": scenario_id})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def shown(visitor: Visitor, scenario_id=SHOWN):
    """Make a code and return what the phone shows."""
    answer = await visitor.post("/v1/me/credit-codes", {"scenario_id": scenario_id})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def code(visitor: Visitor, scenario_id=SHOWN):
    return (await shown(visitor, scenario_id))["code"]


async def codes_in_bulk(application: Application, shown, count):
    """Further codes that say what one does that was shown."""
    seal = application.app.state.credit_codes.seal
    said = seal.open(sealing.bytes_of(shown))
    return [sealing.text_of(seal.seal(said)) for _ in range(count)]


async def enrollment_of(visitor: Visitor) -> Enrollment:
    view = (await visitor.get("/v1/me/enrollment")).json()
    return await Enrollment.get(id=view["enrollment_id"])


async def set_score(visitor: Visitor, value):
    """Another score, as a record that came in would leave it."""
    enrollment = await enrollment_of(visitor)
    await ScoreRow.filter(resident_id=enrollment.resident_id).update(value=value)
    await write_all([persons.changed([enrollment.person_id])])


async def stop(application: Application, scenario_id=SHOWN):
    """Suspend a scenario, in this process at once."""
    await ScenarioVersion.filter(scenario_id=scenario_id).update(state="suspended")
    await ScenarioMove.create(
        scenario_id=scenario_id, version=1, move="suspend", state="suspended",
        actor="officer:test", reason="test", at=clock.now(),
    )  # fmt: skip
    await application.app.state.scenarios.refresh()


async def cause():
    """Why the newest verification was answered as it was."""
    newest = await Verification.all().order_by("-id").first()
    assert newest is not None
    return newest.cause
