"""Who is let in by a partner city's door, and who is not, each by name."""

import secrets
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop.directory import digest_of
from interop.keys import Signer
from interop.signing import Request, Response, Terms, combined, sign_request, verify_response
from interop.statement import Asked
from points_api import clock
from points_api.partners.service import purge
from tests.points_api.recognitions.two_cities import ADDRESSES, HOME, HOST, ROOM, _within

# What is looked at here is between two cities, and not in their databases.
pytestmark = pytest.mark.parametrize("urls", ["sqlite"], indirect=True)

PROFILE = "/interop/v1/profile"


async def signed(cities, target=ADDRESSES[HOME] + PROFILE, body=b"", signer=None, now=None):
    """A request as Huangshi signs it."""
    exchange = cities.host.state.exchange
    members = await cities.host.run(exchange.directory.members(clock.now()))
    own = signer or exchange.keys.signer(members)
    headers = {"content-type": "application/json"} if body else {}
    method = "POST" if body else "GET"
    request = Request(method, target, headers, body)
    return sign_request(request, own, now or clock.now(), secrets.token_urlsafe(24))


async def sent(cities, request):
    transport = httpx.ASGITransport(app=_within(cities.home))
    async with httpx.AsyncClient(transport=transport) as http:
        return await http.request(
            request.method, request.target, headers=dict(request.headers), content=request.body
        )


def refused(answer):
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def asked(**changed):
    usual = {
        "home": HOME, "host": HOST, "scenario": ROOM, "purpose": "redemption", "code": "C" * 40,
        "nonce": "n" * 20, "table": "bands-ten-cities",
    }  # fmt: skip
    return Asked(**usual | changed).body()


async def test_a_member_is_let_in_and_the_answer_is_signed_for_its_request(cities):
    request = await signed(cities)
    answer = await sent(cities, request)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["division"], said["signatory"]) == (HOME, "named")
    assert said["scale"]["maximum"] == {"value": "1000", "basis": "assumption"}
    [agreement] = [one for one in said["agreements"] if one["id"] == "ten-cities"]
    marks = {one["division"]: one["signatory"] for one in agreement["parties"]}
    assert (marks[HOST], marks["330100"]) == ("named", "unconfirmed")
    members = await cities.host.state.exchange.directory.members(clock.now())
    response = Response(200, combined(answer.headers.multi_items()), answer.content)
    by = verify_response(response, request, members, Terms(""), clock.now())
    assert by.city == HOME


async def test_a_member_gets_each_edition_as_it_was_signed_and_is_told_which_is_not_there_yet(
    cities,
):
    place = ADDRESSES[HOME] + "/interop/v1/directory/"
    first = await sent(cities, await signed(cities, place + "1"))
    trusted = cities.host.state.exchange.directory.trusted_digest
    assert (first.status_code, digest_of(first.content)) == (200, trusted)
    assert refused(await sent(cities, await signed(cities, place + "2"))) == (404, "not-found")


async def test_a_message_is_taken_once(cities):
    request = await signed(cities)
    assert (await sent(cities, request)).status_code == 200
    assert refused(await sent(cities, request)) == (401, "partner-message-replayed")


async def test_an_unlisted_city_and_a_wrong_destination_are_two_refusals(cities):
    stranger = Signer("460200/2026-1", Ed25519PrivateKey.generate())
    answer = await sent(cities, await signed(cities, signer=stranger))
    assert refused(answer) == (401, "partner-unlisted")
    elsewhere = await signed(cities, target=ADDRESSES[HOST] + PROFILE)
    assert refused(await sent(cities, elsewhere)) == (401, "partner-wrong-destination")


async def test_a_key_that_is_not_the_members_or_not_known_is_refused(cities):
    forged = Signer(f"{HOST}/message-key-2", Ed25519PrivateKey.generate())
    answer = await sent(cities, await signed(cities, signer=forged))
    assert (*refused(answer), answer.json()["reason"]) == (
        401, "partner-not-admitted", "bad-signature",
    )  # fmt: skip
    old = Signer(f"{HOST}/key-1", Ed25519PrivateKey.generate())
    answer = await sent(cities, await signed(cities, signer=old))
    assert answer.json()["reason"] == "unknown-key"


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [(timedelta(minutes=3), "from-the-future"), (-timedelta(minutes=3), "stale")],
)
async def test_a_wrong_clock_is_told(cities, ahead, reason):
    answer = await sent(cities, await signed(cities, now=clock.now() + ahead))
    assert (*refused(answer), answer.json()["reason"]) == (401, "partner-not-admitted", reason)


async def test_a_changed_body_or_address_does_not_pass(cities):
    request = await signed(cities, ADDRESSES[HOME] + "/interop/v1/recognitions", asked())
    changed = Request(request.method, request.target, request.headers, asked(scenario="other"))
    assert (await sent(cities, changed)).json()["reason"] == "digest-mismatch"
    moved = Request(request.method, f"{request.target}?a=1", request.headers, request.body)
    assert (await sent(cities, moved)).json()["reason"] == "bad-signature"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"home": "460200"}, "wrong-home"),
        ({"host": "460200"}, "area-not-listed"),
        ({"purpose": "marketing"}, "purpose-not-listed"),
        ({"table": "made-up"}, "wrong-table"),
    ],
)
async def test_a_question_that_does_not_hold_is_refused_by_name(cities, changed, reason):
    target = ADDRESSES[HOME] + "/interop/v1/recognitions"
    answer = await sent(cities, await signed(cities, target, asked(**changed)))
    assert (*refused(answer), answer.json()["reason"]) == (422, "partner-question-refused", reason)
    assert "signature" in answer.headers
    answer = await sent(cities, await signed(cities, target, b'{"name":"x"}'))
    assert answer.json()["reason"] == "malformed"


async def test_scenarios_for_visitors_and_tables_are_listed(cities):
    exchange = cities.home.state.exchange
    listed = await cities.home.run(exchange.client.ask(HOST, "GET", "/interop/v1/scenarios"))
    ids = [one["id"] for one in httpx.Response(200, content=listed.response.body).json()["items"]]
    assert ids == ["xialu-car-park-discount", "xialu-hotel-room-rate"]
    tables = await cities.home.run(exchange.client.ask(HOST, "GET", "/interop/v1/mappings"))
    assert tables.response.body == b'{"items":[],"next":null}'


async def test_nonces_are_forgotten_once_nothing_could_pass_by_them(cities, frozen_clock):
    request = await signed(cities)
    await sent(cities, request)
    frozen_clock.forward(timedelta(minutes=3))
    assert (await sent(cities, request)).json()["reason"] == "stale"
    assert await cities.home.run(purge(clock.now())) == 0
    frozen_clock.forward(timedelta(minutes=2))
    assert await cities.home.run(purge(clock.now())) == 1
