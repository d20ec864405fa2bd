"""Sending: each endpoint has a lane of its own, so a slow one keeps nobody else waiting.

A lane tries a few messages at once, of different residents. The address is checked for each try
(`addresses`), no redirect is followed, no connection is used twice, and of an answer only the head
is read: the body is of no use to us, however long it is.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Final
from uuid import UUID

import httpx

from points_api import authorities, cancellation, clock, log
from points_api.crypto.keyring import Keyring
from points_api.webhooks import schedule, waiting
from points_api.webhooks.addresses import Addresses, AddressRefused, Unresolved
from points_api.webhooks.schedule import Jitter, spread
from points_api.webhooks.signing import SEALED_AS, headers
from points_api.webhooks.waiting import Claimed, Tried

_SECONDS: Final = 30.0  # a bound for each step; the whole try has its own, which is shorter
AGENT: Final = "huangshi-credit-points-webhooks/1"
_log = log.get("webhooks")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a try may take, how long it is ours, how often we look, how many go at once."""

    try_seconds: float = 15.0
    lease: timedelta = timedelta(seconds=60)
    idle_seconds: float = 0.25
    at_once: int = 8


@asynccontextmanager
async def http_client(
    verify: ssl.SSLContext | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client that follows nothing, keeps nothing, and asks no proxy of the environment.

    `verify` are the authorities whose certificates count; None: Mozilla's.
    """
    # A connection to an address must not serve another name that leads there too.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(
        verify=verify or authorities.trusted(environment=False),
        limits=limits,
        timeout=_SECONDS,
        trust_env=False,
        follow_redirects=False,
    ) as client:
        yield client


class Sender:
    """Sends what is due, for as long as it runs."""

    def __init__(
        self,
        keyring: Keyring,
        addresses: Addresses,
        client: httpx.AsyncClient,
        pace: Pace | None = None,
        jitter: Jitter = spread,
    ) -> None:
        self._keyring = keyring
        self._addresses = addresses
        self._client = client
        self._pace = pace or Pace()
        self._jitter = jitter
        self._lanes: set[UUID] = set()

    async def run(self) -> None:
        """Open a lane for each endpoint that something is due for, until canceled."""
        async with asyncio.TaskGroup() as lanes:
            while True:
                with cancellation.kept():
                    await self._open(lanes)
                await asyncio.sleep(self._pace.idle_seconds)

    async def once(self) -> None:
        """Try everything that is due now."""
        async with asyncio.TaskGroup() as lanes:
            await self._open(lanes)

    async def _open(self, lanes: asyncio.TaskGroup) -> None:
        try:
            found = await waiting.endpoints(clock.now())
        except Exception:  # noqa: BLE001 - the next look tries again
            _log.exception("webhooks.look_failed")
            return
        for endpoint_id in found:
            if endpoint_id not in self._lanes:
                self._lanes.add(endpoint_id)
                lanes.create_task(self._lane(endpoint_id))

    async def _lane(self, endpoint_id: UUID) -> None:
        """Send for one endpoint until nothing of it is due."""
        try:
            async with asyncio.TaskGroup() as tries:
                under_way: set[asyncio.Task[None]] = set()
                while True:
                    free = self._pace.at_once - len(under_way)
                    if free:
                        for one in await waiting.claim(endpoint_id, free, self._pace.lease):
                            under_way.add(tries.create_task(self._try_and_note(one)))
                    if not under_way:
                        return
                    _, under_way = await asyncio.wait(
                        under_way,
                        timeout=self._pace.idle_seconds if free else None,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
        except Exception:  # noqa: BLE001 - leases end, and another lane goes on
            _log.exception("webhooks.lane_failed")
        finally:
            self._lanes.discard(endpoint_id)

    async def _try_and_note(self, one: Claimed) -> None:
        tried = await self._try(one)
        outcome = await waiting.finish(one, tried, self._jitter)
        if outcome != "delivered":
            _log.info(
                "webhooks.not_delivered", attempts=one.attempts, status=tried.status,
                reason=tried.error or "status", state=outcome or "waits",
            )  # fmt: skip

    async def _try(self, one: Claimed) -> Tried:
        started = perf_counter()
        status, error, asked = None, "", None
        try:
            async with asyncio.timeout(self._pace.try_seconds):
                status, asked = await self._post(one)
        except TimeoutError:
            error = "timeout"
        except AddressRefused:
            error = "address_refused"
        except Unresolved:
            error = "unresolved"
        except Exception as failure:  # noqa: BLE001 - whatever it is, it was no delivery
            error = _error_of(failure)
        took = round((perf_counter() - started) * 1000)
        now = clock.now()
        return Tried(status, took, error, schedule.retry_after(asked, now))

    async def _post(self, one: Claimed) -> tuple[int, str | None]:
        """Return the status, and what the receiver asks about the next try."""
        target = await self._addresses.target_of(one.url)
        body = one.body.encode()
        keys = [self._keyring.decrypt_text(sealed, SEALED_AS) for sealed in one.secrets]
        said = {
            **headers(one.id, body, keys, clock.now()),
            "content-type": "application/json",
            "user-agent": AGENT,
            "host": target.host,
            "accept-encoding": "identity",
        }
        request = self._client.build_request(
            "POST", target.url, content=body, headers=said,
            extensions={"sni_hostname": target.name},
        )  # fmt: skip
        answer = await self._client.send(request, stream=True)
        try:
            return answer.status_code, answer.headers.get("retry-after")
        finally:
            await answer.aclose()


def _error_of(failure: Exception) -> str:
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return "connection" if isinstance(failure, httpx.HTTPError) else "failed"
