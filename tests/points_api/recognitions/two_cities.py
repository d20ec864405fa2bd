"""Two cities in one process, usually Tianjin, where a visitor is at home, and Huangshi, their host.

Each is the whole application over a database of its own, in a task of its own, because what is the
open database is known by task. Between them lies a wire that keeps every byte, and can be cut.
"""

import asyncio
import base64
import contextvars
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tortoise.expressions import Q

from interop import base64url, directory
from interop.canonical import canonical, parse
from interop.keys import Signer
from interop.signing import Request, Response, combined
from points_api import clock
from points_api.app import create_app, fronted
from points_api.composition import scenario_folder
from points_api.consents import notice
from points_api.crypto.keyring import Keyring
from points_api.db import outbox
from points_api.db.models import OutboxEvent
from points_api.jobs.exchange import TOLD, Telling
from points_api.partners.breaker import Failed
from points_api.partners.keys import OwnKeys
from points_api.scenarios.importing import import_folder
from points_api.settings import Settings, load
from scenarios import files as scenario_files
from scoring import catalog_files
from tests.points_api.application import Application

HOME, HOST, COUNTY = "120000", "420200", "420683"
NAMES = {HOME: "tianjin", HOST: "huangshi", COUNTY: "zaoyang"}
ADDRESSES = {own: f"https://points.{name}.test" for own, name in NAMES.items()}
AREAS = {HOST: ["420202", "420222", "420281"]}
ROOM = "xialu-hotel-room-rate"  # from 60 points on, three times a month; open to visitors
PARKING = "xialu-car-park-discount"  # from 80 on
LOCAL = "huangshi-library-books-to-the-door"  # for residents alone
IDS = (ROOM, PARKING, LOCAL)
PURPOSES = ["eligibility", "redemption", "repair_notice", "usage_report"]
TELL_SECONDS = 30
ROOT = Signer("420200/root-1", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@dataclass
class City:
    """A running city. `run` does something where its database is the open one."""

    division: str
    application: Application
    settings: Settings
    context: contextvars.Context

    @property
    def state(self) -> Any:
        return self.application.app.state

    async def run(self, work: Any) -> Any:
        async def waiting() -> Any:
            # A query belongs to the database that is open where it is made.
            return await (work() if callable(work) else work)

        loop = asyncio.get_running_loop()
        return await loop.create_task(waiting(), context=self.context.copy())

    async def tell(self) -> None:
        """Tell other cities what is due, together with the work of the application itself.

        What that one has claimed is still to be told, and what failed is for later.
        """

        def open_() -> Any:
            now = clock.now()
            due, claimed = Q(next_try_at__lte=now), Q(next_try_at=now + outbox.LEASE)
            return OutboxEvent.filter(due | claimed, topic__in=TOLD, done_at=None).exists()

        async with asyncio.timeout(TELL_SECONDS):
            while await self.run(open_):
                await self.run(Telling(self.state.exchange).once())
                await asyncio.sleep(0.01)


@dataclass
class Wire:
    """What lies between the cities: `bytes` that crossed, and what is done to messages.

    `before` may change or refuse a request, `after` an answer; both get httpx objects.
    """

    cities: dict[str, City] = field(default_factory=dict)
    crossed: list[bytes] = field(default_factory=list)
    before: Any = None
    after: Any = None

    async def send(self, request: Request) -> Response:
        """Carry a message from one to the other: both cities' line."""
        asked = httpx.Request(
            request.method, request.target, headers=dict(request.headers), content=request.body
        )
        try:
            answer = await self._carried(asked)
        except httpx.TimeoutException:
            raise TimeoutError from None
        except httpx.TransportError:
            raise Failed("not-reached") from None
        return Response(answer.status_code, combined(answer.headers.multi_items()), answer.content)

    async def _carried(self, request: httpx.Request) -> httpx.Response:
        if self.before is not None:
            request = await self.before(request) or request
        self.crossed.append(_bytes(f"{request.method} {request.url}", request.headers, request))
        city = self.cities[f"{request.url.scheme}://{request.url.host}"]
        transport = httpx.ASGITransport(app=_within(city))
        answer = await transport.handle_async_request(request)
        answer = httpx.Response(
            answer.status_code, headers=answer.headers, content=await answer.aread()
        )
        if self.after is not None:
            answer = await self.after(answer) or answer
        self.crossed.append(_bytes(str(answer.status_code), answer.headers, answer))
        return answer


def _bytes(line: str, headers: httpx.Headers, message: Any) -> bytes:
    return b"\n".join([line.encode(), *(b"%b: %b" % one for one in headers.raw), message.content])


def _within(city: City) -> Any:
    """The city's server, each call in a task that knows its database."""
    server: Any = fronted(city.application.app)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_task(server(scope, receive, send), context=city.context.copy())

    return app


@asynccontextmanager
async def connected(
    urls: tuple[str, str], folder: Path, rules: Path, home: str = HOME, host: str = HOST
) -> AsyncIterator[tuple[City, City, Wire]]:
    """Both cities, members of one directory; home first. `rules` are of the one not Huangshi."""
    wire = Wire()
    chosen: dict[str, dict[str, Any]] = {
        own: {"city": NAMES[own], "data_dir": None if own == HOST else rules,
              "secret_keys": _secret(n)}
        for n, own in enumerate((home, host), 1)
    }  # fmt: skip
    digest = write_directory(folder, {own: Settings(**one) for own, one in chosen.items()})
    common: dict[str, Any] = {
        "partners_directory": folder / "directory.json", "partners_digest": digest,
    }  # fmt: skip
    stop = asyncio.Event()
    cities: list[City] = []
    tasks: list[asyncio.Task[None]] = []
    for (division, own), url in zip(chosen.items(), urls, strict=True):
        settings = load({"database_url": url, "redis_url": "memory://", **own, **common})
        ready: asyncio.Future[City] = asyncio.get_running_loop().create_future()
        tasks.append(
            asyncio.get_running_loop().create_task(_serve(division, settings, wire, ready, stop))
        )
        both: list[asyncio.Future[Any]] = [ready, tasks[-1]]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if tasks[-1].done():
            tasks[-1].result()
        cities.append(ready.result())
    try:
        yield cities[0], cities[1], wire
    finally:
        stop.set()
        for task in reversed(tasks):
            await task


async def _serve(
    division: str,
    settings: Settings,
    wire: Wire,
    ready: "asyncio.Future[City]",
    stop: asyncio.Event,
) -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        application = Application(app, None, None, None)  # type: ignore[arg-type]
        city = City(division, application, settings, contextvars.copy_context())
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=_within(city)), base_url=ADDRESSES[division]
        ) as http:
            application.served = application.http = application.plain = http
            app.state.exchange.client.line = wire
            wire.cities[ADDRESSES[division]] = city
            ready.set_result(city)
            await stop.wait()


def write_directory(
    folder: Path, cities: dict[str, Settings], version: int = 1, **changed: Any
) -> str:
    """Put an edition into the folder; its digest."""
    now = int(clock.now().timestamp())
    edition = {
        "kind": "points-member-directory", "version": version, "issued": now,
        "refresh_by": now + 7 * 86400, "expires": now + 30 * 86400, "threshold": 1,
        "roots": [{"name": ROOT.keyid, "x": _x(ROOT)}],
        "members": [_member(own, settings) for own, settings in cities.items()], **changed,
    }  # fmt: skip
    document = directory.sign(edition, [ROOT])
    name = "directory.json" if version == 1 else f"directory-{version}.json"
    (folder / name).write_bytes(document)
    return base64url.encode(sha256(canonical(parse(document)["signed"])).digest())


def _member(division: str, settings: Settings) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    keys = OwnKeys(Keyring.from_settings(settings), division).public()
    return {
        "city": division, "name": "某市", "name_en": "A city", "address": ADDRESSES[division],
        "keys": [
            {"name": name, "x": x, "not_before": now - 86400, "not_after": now + 365 * 86400}
            for name, x in keys.items()
        ],
        "areas": AREAS.get(division, []), "purposes": PURPOSES,
    }  # fmt: skip


def _x(signer: Signer) -> str:
    return base64url.encode(signer.private.public_key().public_bytes_raw())


def _secret(n: int) -> str:
    return f"key-{n}:{base64.b64encode(bytes([n]) * 32).decode()}"


def rules_of_tianjin(own: Path) -> Path:
    """Huangshi's rules under Tianjin's name, with the lowest band called as Tianjin calls it."""
    if not own.exists():
        shutil.copytree(catalog_files.SHIPPED, own)
        (own / "scenarios").mkdir()
        for name in ("seats.toml", "community.toml"):  # nobody visits Tianjin here
            shutil.copy(scenario_files.SHIPPED / name, own / "scenarios")
        shutil.copytree(notice.SHIPPED, own / "notices")
        for old in (*own.glob("scorecards/*.toml"), *own.glob("notices/*.toml")):
            text = (
                old.read_text().replace('"huangshi', '"tianjin').replace('"growing"', '"starting"')
            )
            old.with_name(old.name.replace("huangshi", "tianjin")).write_text(text)
            old.unlink()
    return own


async def publish(city: City, ids: Sequence[str]) -> None:
    """Let some of the host's scenarios be in force."""
    folder = scenario_folder(city.settings)
    chosen = tuple(one for one in folder.scenarios if one.id in ids)
    documents = {name: folder.documents[name] for name in ids}
    some = replace(folder, scenarios=chosen, documents=documents)
    await import_folder(some, "office:test", clock.now())
    await city.state.scenarios.refresh()
