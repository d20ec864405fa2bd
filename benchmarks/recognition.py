"""`recognition`: a host's question answered: verified, decided, signed twice, stored with evidence.

The ceiling is two Ed25519 signatures, two verifications and the product's own statements, recorded
word for word with their values and sent bare through asyncpg to a copy of the database.
"""

import os
import secrets
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.rows import AT_ONCE, Row, rate, row
from interop import base64url, directory
from interop.canonical import canonical, parse
from interop.keys import Signer
from interop.signing import Request, sign_request
from interop.statement import Asked
from points_api import clock
from points_api.auth.models import Session
from points_api.auth.partners import CallingPartner
from points_api.composition import Parts, composed
from points_api.consents.models import Consent
from points_api.crypto.keyring import Keyring
from points_api.db import config
from points_api.db.migrate import migrate
from points_api.db.transaction import connection
from points_api.ids import new_id
from points_api.partners.keys import OwnKeys
from points_api.recognitions.sealing import VisitCode, scope_of
from points_api.recognitions.weighing import bands_version
from points_api.residents.models import Enrollment, Person, Resident
from points_api.scores.models import ScoreRow
from points_api.settings import Settings, load

CONNECTIONS = 10
RESIDENTS = 200
HOME, HOST, SCENARIO = "420200", "120000", "bench"
ADDRESS = "https://points.huangshi.test"
PATH = "/interop/v1/recognitions"
HOST_KEY = Signer(f"{HOST}/2026-1", Ed25519PrivateKey.generate())
Statement = tuple[str, Sequence[Any]]


def run(small: bool) -> list[Row]:
    """Answers a second, each committed before it counts; rounds take turns."""
    rounds, calls = (5, 150) if small else (15, 400)
    product, bare = uvloop.run(_measure(rounds, calls))
    note = f"{AT_ONCE} at once, {CONNECTIONS} connections, one process"
    return [row("recognition, answered", product, "1/s", bare, at_least=0.5, note=note)]


async def _measure(rounds: int, calls: int) -> tuple[float, float]:
    server = os.environ["POINTS_TEST_POSTGRES"]
    name = f"recognition_{new_id().hex}"
    url, copy_url = (f"{server.rpartition('/')[0]}/{n}" for n in (name, f"{name}_copy"))
    admin = await asyncpg.connect(server)
    await admin.execute(f'CREATE DATABASE "{name}"')
    await migrate(url)
    with tempfile.TemporaryDirectory() as folder:
        settings = _member(Path(folder), url)
        async with config.open(url):
            people = await _residents()
        await admin.execute(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
        try:
            return await _turns(settings, copy_url, people, rounds, calls)
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            await admin.execute(f'DROP DATABASE "{name}_copy" WITH (FORCE)')
            await admin.close()


async def _turns(
    settings: Settings, copy_url: str, people: list["_Agreed"], rounds: int, calls: int
) -> tuple[float, float]:
    product: list[float] = []
    bare: list[float] = []
    statements = await _recorded(settings, people, rounds * calls + AT_ONCE)
    sizes = {"min_size": CONNECTIONS, "max_size": CONNECTIONS}
    async with (
        composed(settings) as parts,
        asyncpg.create_pool(copy_url, server_settings={"jit": "off"}, **sizes) as pool,
    ):

        async def by_hand(said: list[Statement]) -> None:
            _four_signatures()
            async with pool.acquire() as line:
                for sql, values in said:
                    await (line.fetch(sql, *values) if values else line.execute(sql))

        async def by_product(request: Request) -> None:
            await _answer(parts, request)

        await rate(by_product, _questions(parts, people, AT_ONCE))
        await rate(by_hand, statements[:AT_ONCE])
        for at in range(AT_ONCE, len(statements), calls):
            product.append(await rate(by_product, _questions(parts, people, calls)))
            bare.append(await rate(by_hand, statements[at : at + calls]))
    return statistics.median(product), statistics.median(bare)


async def _answer(parts: Parts, message: Request) -> None:
    """As the door and the route do it."""
    exchange = parts.exchange
    host = ADDRESS.removeprefix("https://")
    request, by = await exchange.admit(host, PATH, message)
    caller = CallingPartner(by.city, by.keyid, request, exchange.directory.trusted_digest)
    answer = await parts.recognitions.home.answer(caller)
    assert answer.status == 200


async def _recorded(
    settings: Settings, people: list["_Agreed"], number: int
) -> list[list[Statement]]:
    """What the product says to the database for each of so many questions, one by one."""
    found: list[list[Statement]] = []
    alone = settings.model_copy(update={"database_url": f"{settings.database_url}?maxsize=1"})
    async with composed(alone) as parts:
        said: list[Statement] = []
        await parts.exchange.directory.members(clock.now())
        async with connection().acquire_connection() as held:
            held.add_query_logger(lambda query: said.append((query.query, query.args)))
        for at in range(0, number, 200):
            for question in _questions(parts, people, min(200, number - at)):
                said.clear()
                await _answer(parts, question)
                found.append(list(said))
    return found


def _questions(parts: Parts, people: list["_Agreed"], number: int) -> list[Request]:
    """As many signed questions, each about a code of its own."""
    home = parts.recognitions.home
    agreement = parts.exchange.profiles.folder.agreements["ten-cities"]
    now = clock.now()
    expires = int((now + timedelta(minutes=2)).timestamp())
    scope = scope_of(SCENARIO, "redemption")
    made = []
    for n in range(number):
        one = people[n % len(people)]
        ids = (one.resident, one.session, one.consent)
        code = VisitCode(*ids, int(HOME), int(HOST), scope, expires)
        asked = Asked(
            home=HOME, host=HOST, scenario=SCENARIO, purpose="redemption",
            code=home.seal.seal(code), nonce=secrets.token_urlsafe(24),
            table=bands_version(agreement),
        )  # fmt: skip
        headers = {"content-type": "application/json"}
        request = Request("POST", f"{ADDRESS}{PATH}", headers, asked.body())
        made.append(sign_request(request, HOST_KEY, now, secrets.token_urlsafe(24)))
    return made


_MESSAGE = secrets.token_bytes(700)  # about what a request, a statement and an answer sign
_SIGNED = HOST_KEY.private.sign(_MESSAGE)
_PUBLIC = HOST_KEY.private.public_key()


def _four_signatures() -> None:
    for _ in range(2):
        HOST_KEY.private.sign(_MESSAGE)
        _PUBLIC.verify(_SIGNED, _MESSAGE)


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A resident who has joined and agreed to the host."""

    resident: UUID
    session: UUID
    consent: UUID


async def _residents() -> list[_Agreed]:
    now = clock.now()
    until = now + timedelta(days=700)
    given: dict[str, Any] = {
        "data_kinds": ["band"],
        "channel": "bench",
        "granted_at": now,
        "expires_at": until,
    }
    found = []
    for _ in range(RESIDENTS):
        resident = await Resident.create(openid_index=os.urandom(32), openid=b"-", created_at=now)
        person = await Person.create(
            id_index=os.urandom(32), id_number=b"-", name=b"-", created_at=now
        )
        enrollment = await Enrollment.create(
            resident=resident, person=person, notice_version="huangshi-2026.1", joined_at=now
        )
        session = await Session.create(
            resident=resident, created_at=now, rotated_at=now, expires_at=until
        )
        own: dict[str, Any] = {"resident": resident, "notice_version": "huangshi-2026.1", **given}
        await Consent.create(purpose="scoring", recipient="handler", **own)
        consent = await Consent.create(purpose="city", recipient=HOST, **own)
        await ScoreRow.create(
            resident_id=resident.id, person_id=person.id, enrollment_id=enrollment.id,
            value=83_500, band="excellent", base=60_000, dimensions={}, scorecard="huangshi-2026.1",
            as_of=clock.today(), records_digest="-", version=1, computed_at=now,
        )  # fmt: skip
        found.append(_Agreed(resident.id, session.id, consent.id))
    return found


def _member(folder: Path, url: str) -> Settings:
    """Settings of a home that is a member with the host."""
    settings = load({"database_url": url, "redis_url": "memory://"})
    own = OwnKeys(Keyring.from_settings(settings), HOME)
    now = int(clock.now().timestamp())

    def listed(keys: dict[str, str]) -> list[dict[str, Any]]:
        end = now + 365 * 86400
        return [
            {"name": name, "x": x, "not_before": now - 86400, "not_after": end}
            for name, x in keys.items()
        ]

    usual = {"name": "某市", "name_en": "A city", "areas": [], "purposes": ["redemption"]}
    keys = {HOME: dict(own.public()), HOST: {"2026-1": _x(HOST_KEY)}}
    root = Signer(f"{HOME}/root", Ed25519PrivateKey.generate())
    document = directory.sign(
        {
            "kind": "points-member-directory", "version": 1, "issued": now,
            "refresh_by": now + 86400, "expires": now + 7 * 86400, "threshold": 1,
            "roots": [{"name": root.keyid, "x": _x(root)}],
            "members": [
                {"city": HOME, "address": ADDRESS, "keys": listed(keys[HOME]), **usual},
                {
                    "city": HOST, "address": "https://points.tianjin.test",
                    "keys": listed(keys[HOST]), **usual,
                },
            ],
        },
        [root],
    )  # fmt: skip
    (folder / "directory.json").write_bytes(document)
    digest = base64url.encode(sha256(canonical(parse(document)["signed"])).digest())
    return settings.model_copy(
        update={"partners_directory": folder / "directory.json", "partners_digest": digest}
    )


def _x(signer: Signer) -> str:
    return base64url.encode(signer.private.public_key().public_bytes_raw())
