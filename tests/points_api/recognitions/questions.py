"""Questions that a host asks home in a batch, and what comes of them."""

import secrets

from interop.batch import asking
from interop.statement import Asked
from points_api import clock
from points_api.auth.partners import CallingPartner
from points_api.partners.problems import HomeAnswerRefused, HomeNotAsked
from points_api.problem import Busy
from tests.points_api.recognitions.asking import PATH, Asking, NotAnswered
from tests.points_api.recognitions.two_cities import HOME, HOST, ROOM


def asked(code, **changed):
    usual = {
        "home": HOME, "host": HOST, "scenario": ROOM, "purpose": "redemption", "code": code,
        "nonce": secrets.token_urlsafe(24), "table": "bands-ten-cities",
    }  # fmt: skip
    return Asked(**usual | changed)


def about(cities, *questions):
    return Asking.about(cities.host.state.exchange, HOME, questions)


def told(outcomes):
    return [one.reason if isinstance(one, NotAnswered) else type(one).__name__ for one in outcomes]


async def refusal(cities, waiting):
    async def caught():
        try:
            await waiting
        except (HomeNotAsked, HomeAnswerRefused, Busy) as problem:
            return type(problem), problem.fields.get("reason")

    return await cities.host.run(caught())


async def taken_in(cities, batch):
    """As the route does it, without the work beside it, which would come first."""
    client = cities.host.state.exchange.client
    members = await cities.host.run(client.directory.members(clock.now()))
    request = client._signed(members, members.member(HOME), "POST", PATH, batch_body(batch))
    caller = CallingPartner(HOST, "-", request, "-")
    return await cities.home.run(cities.home.state.batches.take(caller))


def batch_body(batch, answer="now"):
    return asking(batch.number, [*batch.questions], answer).body()
