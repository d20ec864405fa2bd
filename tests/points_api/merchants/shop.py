"""Merchants with keys in hand, and officers of the scenarios, for tests over the application."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from points_api import clock
from points_api.auth.assertions import ASSERTION_TYPE
from points_api.ids import new_id
from points_api.merchants import accounts, staff
from points_api.merchants.accounts import Particulars
from points_api.merchants.office import Office
from points_api.merchants.staff import Acting
from tests.points_api.auth.door import bearer
from tests.points_api.db import rows

CODE = "91420200706801942Y"  # valid, and nobody's
OFFICE = Office("office:test")


@dataclass
class Key:
    """A pair; the private half never leaves it."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def jwk(self):
        return OKPAlgorithm.to_jwk(self.private.public_key(), as_dict=True)

    def assertion(self, client_id):
        now = clock.now()
        claims = {
            "iss": client_id, "sub": client_id, "aud": "huangshi-credit-points",
            "jti": str(new_id()), "iat": now, "exp": now + timedelta(minutes=2),
        }  # fmt: skip
        return jwt.encode(claims, self.private, algorithm="EdDSA")


@dataclass
class Person:
    """A post of a merchant, with a key and a client of the application."""

    http: httpx.AsyncClient
    merchant_id: UUID
    staff_id: UUID
    client_id: str
    key: Key
    token: str = ""

    async def sign_in(self):
        answer = await try_token(self.http, self.key, self.client_id)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        return self

    async def call(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(
            method, f"/v1/merchant{path}", json=body, headers=bearer(self.token) | named
        )


async def try_token(http, key, client_id):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": key.assertion(client_id),
    }
    return await http.post("/v1/auth/token", data=form)


async def opened(http, *, sandbox=False, credit_code=CODE, division="420202"):
    """A merchant with a manager who is signed in."""
    given = Particulars("某书店", "A bookshop", None if sandbox else credit_code, division)
    account = await accounts.create(OFFICE, given, sandbox, clock.now())
    key = Key()
    member, client = await staff.add_manager(
        Acting(account.id, OFFICE, own=False), "manager", key_text(key), clock.now()
    )
    return await Person(http, account.id, member.id, client.id, key).sign_in()


async def hired(manager, role="cashier", label="till-1"):
    """A post added by the manager, with a key, signed in."""
    added = await manager.call("POST", "/staff", {"label": label, "role": role})
    assert added.status_code == 201, added.text
    staff_id, key = UUID(added.json()["staff_id"]), Key()
    registered = await manager.call("POST", f"/staff/{staff_id}/keys", {"public_jwk": key.jwk})
    assert registered.status_code == 201, registered.text
    client_id = registered.json()["client_id"]
    return await Person(manager.http, manager.merchant_id, staff_id, client_id, key).sign_in()


async def desk(application, *roles, division=None):
    """What the calls of a signed-in officer carry; with `scenario` if no role is named."""
    officer = await rows.officer(roles=list(roles or ("scenario",)), division=division)
    session = await rows.officer_session(officer=officer)
    tokens = application.app.state.identity.tokens
    return bearer(tokens.issue("officer", str(officer.id), str(session.id), clock.now()))


def key_text(key):
    return OKPAlgorithm.to_jwk(key.private.public_key())
