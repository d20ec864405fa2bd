"""A visitor's journey over HTTP, as the resident and the merchant make it; each answer is checked.

    home  sign in, agree to the host, make a code              agreed
    host  verify the code                                      recognized
    host  redeem it, twice under one key: that is once         redeemed
    home  find the look and the use in one's access log        seen
    both  verify another code, withdraw: it cannot be redeemed ended

Of either city nothing is needed but its address, somebody's login, and a merchant's key. What is
told of a step that failed names address and answer, and neither code nor token.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import httpx
import jwt

from points_api import clock
from points_api.auth.assertions import ASSERTION_TYPE, algorithm
from points_api.ids import new_id

Step = Literal["agreed", "recognized", "redeemed", "seen", "ended"]
STEPS: Final[tuple[Step, ...]] = ("agreed", "recognized", "redeemed", "seen", "ended")
PATIENCE_SECONDS: Final = 30.0
"""How long it may take until the other city has been told: a use, a withdrawal."""
_LOOK_SECONDS: Final = 0.2
_MOST: Final = 100
_SHOWN: Final = 400  # characters of an answer


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at home: the address of their city, and what they sign in with there."""

    address: str
    login: str


@dataclass(frozen=True, slots=True)
class Till:
    """A merchant's program at the host. `audience` is whom its assertions are for."""

    address: str
    audience: str
    client_id: str
    jwk: Mapping[str, Any] = field(repr=False)

    def assertion(self) -> str:
        """What it signs in with, once."""
        key = jwt.PyJWK.from_dict(dict(self.jwk))
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": self.audience,
            "exp": int(clock.now().timestamp()) + 60, "jti": str(new_id()),
        }  # fmt: skip
        return jwt.encode(claims, key.key, algorithm=algorithm(dict(self.jwk)))


@dataclass(frozen=True, slots=True)
class Errand:
    """Who goes where, for which scenario; `host` is its division, `amount_fen` what is paid."""

    visitor: Visitor
    till: Till
    host: str
    scenario: str
    amount_fen: int = 6_000


@dataclass(slots=True)
class Journey:
    """What came of it: the steps that were made, and what stopped it."""

    done: list[Step] = field(default_factory=list)
    home: str | None = None
    """The division whose resident the visitor was said to be."""
    verification_id: str | None = None
    asked: str | None = None
    answered: str | None = None

    @property
    def complete(self) -> bool:
        return tuple(self.done) == STEPS


class Stopped(Exception):
    """An answer was not what it has to be."""

    def __init__(self, asked: str, answered: str) -> None:
        super().__init__(asked, answered)
        self.asked, self.answered = asked, answered


async def travel(
    http: httpx.AsyncClient, errand: Errand, patience_seconds: float = PATIENCE_SECONDS
) -> Journey:
    """Make the journey, up to its end or to the first step that fails."""
    journey = Journey()
    way = _Way(http, errand, journey, patience_seconds)
    steps: Mapping[Step, Callable[[], Awaitable[None]]] = {
        "agreed": way.agree, "recognized": way.be_recognized, "redeemed": way.redeem,
        "seen": way.see, "ended": way.end,
    }  # fmt: skip
    try:
        for step, make in steps.items():
            await make()
            journey.done.append(step)
    except Stopped as stopped:
        journey.asked, journey.answered = stopped.asked, stopped.answered
    except (KeyError, TypeError) as fault:  # an answer of another shape
        journey.asked, journey.answered = step, f"{type(fault).__name__} {fault}"
    return journey


@dataclass(slots=True)
class _Way:
    http: httpx.AsyncClient
    errand: Errand
    journey: Journey
    patience_seconds: float
    resident: str = ""
    merchant: str = ""
    consent: str = ""

    async def agree(self) -> None:
        """Sign in at home, and let the host know how one stands."""
        told = await self._home("POST", "/v1/auth/wechat", 200, {"code": self.errand.visitor.login})
        self.resident = told["access_token"]
        told = await self._home("POST", "/v1/me/consents", 201, {"city": self.errand.host})
        self.consent = told["id"]

    async def be_recognized(self) -> None:
        """Show a code; the merchant learns yes."""
        till = self.errand.till
        form = {
            "grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": till.assertion(),
        }  # fmt: skip
        told = await self._told("POST", f"{till.address}/v1/auth/token", 200, "", data=form)
        self.merchant = told["access_token"]
        self.journey.home, self.journey.verification_id = await self._verified()

    async def redeem(self) -> None:
        """Redeem; sent again under the same key, it is the same redemption."""
        key, verified = secrets.token_hex(16), self.journey.verification_id
        first = await self._redeemed(verified, key, 201)
        again = await self._redeemed(verified, key, 201)
        if first != again or first["state"] != "confirmed":
            raise Stopped("POST /v1/merchant/redemptions, twice under one key", str(again)[:_SHOWN])

    async def see(self) -> None:
        """Find in the access log that the host asked, and that it told of the use."""
        wanted = {"recognition", "visit_use"}

        async def seen() -> bool:
            told = await self._home("GET", f"/v1/me/access-log?limit={_MOST}", 200)
            place = (self.errand.host, self.errand.scenario)
            here = [one for one in told["items"] if (one["actor"], one["purpose"]) == place]
            return wanted <= {one["what"] for one in here if one["given"] not in (None, "Nothing")}

        await self._until(seen, "GET /v1/me/access-log", "the look and the use are not in it")

    async def end(self) -> None:
        """Withdraw while a second verification waits to be redeemed: the host ends it."""
        asked_at = clock.now() - timedelta(minutes=2)
        _, second = await self._verified()
        await self._home("DELETE", f"/v1/me/consents/{self.consent}", 200)

        async def ended() -> bool:
            # Only the expiry tells; to try and redeem it would use it up where it has not ended.
            query = httpx.QueryParams({"since": asked_at.isoformat(), "limit": str(_MOST)})
            told = await self._host("GET", f"/v1/merchant/verifications?{query}", 200)
            return any(
                one["verification_id"] == second
                and datetime.fromisoformat(one["expires_at"]) <= clock.now()
                for one in told["items"]
            )

        path = "GET /v1/merchant/verifications"
        await self._until(ended, path, "it has not ended after withdrawing")
        told = await self._redeemed(second, secrets.token_hex(16), 409)
        if told.get("reason") != "expired":
            raise Stopped("POST /v1/merchant/redemptions, after withdrawing", str(told)[:_SHOWN])

    async def _verified(self) -> tuple[str, str]:
        """Whose resident the code says one is, and the number of the verification."""
        errand = self.errand
        asked = {"host": errand.host, "scenario": errand.scenario}
        made = await self._home("POST", "/v1/me/visits/codes", 201, asked)
        body = {"home": made["home"], "code": made["code"], "scenario_id": errand.scenario}
        path = "/v1/merchant/visitor-verifications"
        told = await self._host("POST", path, 201, body)
        if told["eligible"] is not True:
            raise Stopped(f"POST {errand.till.address}{path}", "eligible: false")
        return made["home"], told["verification_id"]

    async def _redeemed(self, verification_id: str | None, key: str, status: int) -> dict[str, Any]:
        body = {"verification_id": verification_id, "amount_fen": self.errand.amount_fen}
        return await self._host("POST", "/v1/merchant/redemptions", status, body, key)

    async def _home(
        self, method: str, path: str, status: int, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        url = f"{self.errand.visitor.address}{path}"
        return await self._told(method, url, status, self.resident, json=body)

    async def _host(
        self, method: str, path: str, status: int, body: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        url, once = f"{self.errand.till.address}{path}", f'"{key}"' if key else None
        return await self._told(method, url, status, self.merchant, once, json=body)

    async def _told(
        self, method: str, url: str, status: int, token: str, once: str | None = None, **sent: Any
    ) -> dict[str, Any]:
        headers = {"Accept-Language": "en"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": once} if once else {}
        asked = f"{method} {url}"
        try:
            answer = await self.http.request(method, url, headers=headers, **sent)
            if answer.status_code != status:
                raise Stopped(asked, f"{answer.status_code} {answer.text[:_SHOWN]}")
            told: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Stopped(asked, f"{type(error).__name__} {error}"[:_SHOWN]) from None
        return told

    async def _until(
        self, holds: Callable[[], Awaitable[bool]], asked: str, otherwise: str
    ) -> None:
        try:
            async with asyncio.timeout(self.patience_seconds):
                while True:
                    if await holds():
                        return
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise Stopped(asked, f"{otherwise} ({self.patience_seconds:g} s)") from None
