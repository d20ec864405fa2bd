"""What a journey tells where an answer is not what it has to be."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url
from points_api import clock
from points_api.federation.journey import STEPS, Errand, Till, Visitor, travel

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
JWK = {
    "kty": "OKP", "crv": "Ed25519", "d": base64url.encode(KEY.private_bytes_raw()),
    "x": base64url.encode(KEY.public_key().public_bytes_raw()),
}  # fmt: skip
ERRAND = Errand(
    Visitor("http://home.test", "demo:1"), Till("http://host.test", "host", "client", JWK),
    "120000", "park-ticket",
)  # fmt: skip
SECRETS = ("secret-token", "secret-code")


class Cities:
    """Both cities, just as far as a journey asks them.

    `wrong` has other answers, or functions that give them, by the end of the path.
    """

    def __init__(self, **wrong):
        self.wrong: dict[str, Any] = {
            name.replace("_", "-"): answer for name, answer in wrong.items()
        }
        self.verified, self.redeemed, self.withdrawn = 0, {}, False

    def __call__(self, request):
        name = request.url.path.rpartition("/")[2]
        answer: Any = self.wrong.get(name) or getattr(self, name.replace("-", "_"), self.consent)
        status, body = answer(request) if callable(answer) else answer
        return httpx.Response(status, json=body)

    def wechat(self, _):
        return 200, {"access_token": "secret-token"}

    token = wechat

    def consents(self, _):
        return 201, {"id": "c1"}

    def consent(self, _):
        self.withdrawn = True
        return 200, {}

    def codes(self, _):
        return 201, {"home": "420200", "code": "secret-code"}

    def visitor_verifications(self, _):
        self.verified += 1
        return 201, {"eligible": True, "verification_id": f"v{self.verified}"}

    def redemptions(self, request):
        if self.withdrawn:
            return 409, {"reason": "expired"}
        key = request.headers["idempotency-key"]
        self.redeemed.setdefault(key, {"state": "confirmed", "n": len(self.redeemed)})
        return 201, self.redeemed[key]

    def access_log(self, _):
        place = {"actor": "120000", "purpose": "park-ticket", "given": "Your band"}
        return 200, {"items": [{**place, "what": one} for one in ("recognition", "visit_use")]}

    def verifications(self, _):
        ends = clock.now() + timedelta(minutes=0 if self.withdrawn else 5)
        return 200, {"items": [{"verification_id": "v2", "expires_at": ends.isoformat()}]}


async def made(cities):
    async with httpx.AsyncClient(transport=httpx.MockTransport(cities)) as http:
        return await travel(http, ERRAND, patience_seconds=0.3)


async def test_a_journey_whose_answers_are_all_as_they_have_to_be_is_complete():
    journey = await made(Cities())
    assert (journey.complete, journey.home, journey.verification_id) == (True, "420200", "v1")
    assert (journey.asked, journey.answered) == (None, None)


NOTHING: dict[str, list[Any]] = {"items": []}
WRONG: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "not open": ({"consents": (404, {"title": "x"})}, 0, "consents", "404"),
    "no code": ({"codes": (409, {"title": "x"})}, 1, "visits/codes", "409"),
    "below": (
        {"visitor_verifications": (201, {"eligible": False})}, 1, "visitor-verif", "eligible: false"
    ),
    "home down": ({"visitor_verifications": (503, {"reason": "timed-out"})}, 1, "", "timed-out"),
    "another shape": ({"codes": (201, {"home": "1"})}, 1, "recognized", "KeyError 'code'"),
    "no quota": ({"redemptions": (409, {"limit": "person"})}, 2, "redemptions", "person"),
    "not told": ({"access_log": (200, NOTHING)}, 3, "access-log", "not in it"),
    "not ended": ({"verifications": (200, NOTHING)}, 4, "verifications", "not ended"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
async def test_the_step_that_fails_is_told_with_what_was_asked_and_answered(case):
    wrong, done, asked, answered = WRONG[case]
    journey = await made(Cities(**wrong))
    assert journey.done == list(STEPS[:done])
    assert asked in journey.asked
    assert answered in journey.answered
    told = json.dumps([journey.asked, journey.answered])
    assert not [secret for secret in SECRETS if secret in told]


async def test_a_key_that_redeems_twice_is_a_failure():
    numbers = iter(range(9))
    new = {"redemptions": lambda _: (201, {"state": "confirmed", "n": next(numbers)})}
    journey = await made(Cities(**new))
    assert journey.done == ["agreed", "recognized"]
    assert "twice under one key" in journey.asked


async def test_a_withdrawal_that_ends_nothing_at_the_host_is_a_failure():
    journey = await made(Cities(redemptions=(201, {"state": "confirmed"})))
    assert journey.done[-1] == "seen"
    assert journey.answered.startswith("201")
