"""Messages of the kit: right ones, and such as are wrong in just the way a case says.

`interop.signing` cannot be made to sign wrongly, so its parts are put together here.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

import http_sf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url
from interop.canonical import canonical
from interop.instants import seconds
from interop.keys import Signer
from interop.signing import Request
from interop.signing.base import signature_base
from interop.signing.digest import content_digest
from interop.signing.fields import LABEL, parameters
from interop.signing.messages import Component, components_of_request
from interop.signing.signer import LIFETIME_SECONDS, TAG
from points_api import clock
from points_api.federation.conformance.cases import Case, Operation, Signing
from points_api.federation.conformance.party import Party

PATHS: Final[Mapping[Operation, tuple[str, str]]] = {
    "profile": ("GET", "/interop/v1/profile"),
    "mappings": ("GET", "/interop/v1/mappings"),
    "scenarios": ("GET", "/interop/v1/scenarios"),
    "recognitions": ("POST", "/interop/v1/recognitions"),
    "batch": ("POST", "/interop/v1/recognitions/batch"),
    "results": ("GET", "/interop/v1/recognitions/batch/{batch}"),
    "revocations": ("POST", "/interop/v1/revocations"),
    "usage": ("POST", "/interop/v1/usage"),
}
ELSEWHERE: Final = "elsewhere.invalid"


def plain(party: Party, to: Operation, body: bytes = b"", batch: str = "") -> Request:
    """A request that is not signed yet; `batch` with its cursor where answers are fetched."""
    method, path = PATHS[to]
    path = path.format(batch=batch)
    headers = {"content-type": "application/json"} if body else {}
    return Request(method, f"{party.tested.address}{path}", headers, body)


def usual(party: Party, to: Operation, table: str, now: datetime) -> dict[str, Any]:
    """The body of a right message about nobody."""
    both = {"home": party.tested.city, "host": party.division}
    nobody = base64url.encode(sha256(secrets.token_bytes(16)).digest())
    match to:
        case "recognitions":
            return {
                **both, "scenario": "conformance", "purpose": "redemption", "code": letters(40),
                "nonce": letters(24), "table": table, "score": False,
            }  # fmt: skip
        case "batch":
            items = [usual(party, "recognitions", table, now) for _ in range(2)]
            return {"batch": letters(24), "answer": "now", "items": items}
        case "revocations":
            return {
                "home": party.division, "host": party.tested.city, "subject": nobody,
                "why": "withdrawn", "notice": letters(32), "until": seconds(now),
            }  # fmt: skip
        case "usage":
            return {
                **both, "subject": nobody, "statement": letters(24), "scenario": "conformance",
                "use": letters(32), "move": "confirm", "day": clock.day_of(now).isoformat(),
            }  # fmt: skip
        case _:
            return {}


def letters(count: int) -> str:
    """A random text that may cross: no digits, so it can never look like an ID number."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
                   for _ in range(count))  # fmt: skip


def of_case(party: Party, case: Case, table: str, now: datetime) -> Request:
    """The message of a case, ready to be sent."""
    said = usual(party, case.to, table, now)
    for name, value in case.body.items():
        said[name] = party.elsewhere if value == "{elsewhere}" else value
    said.pop(case.without or "", None)
    if case.pad:
        said["code"] = "a" * case.pad
    body = case.raw.encode() if case.raw else canonical(said) if said else b""
    request = plain(party, case.to, body)
    if case.sign.destination:
        request = _readdressed(request)
    ready = signed(request, _signer(party, case.sign.key), now, case.sign)
    return _afterwards(ready, case.after)


def signed(
    request: Request, signer: Signer, now: datetime, differs: Signing | None = None
) -> Request:
    """The request signed, right but for what differs."""
    differs = differs or Signing()
    hashed = differs.digest_of.encode() if differs.digest_of else request.body
    ready = request.with_headers({"content-digest": content_digest(hashed)})
    covered = [one for one in components_of_request(ready) if one.name != differs.leave_out]
    covered += [Component(name) for name in differs.also]
    said = parameters(covered, _parameters(signer, now, differs))
    value = signer.private.sign(signature_base(covered, said, ready))
    return ready.with_headers(
        {"signature-input": f"{LABEL}={said}", "signature": http_sf.ser({LABEL: value})}
    )


def _parameters(signer: Signer, now: datetime, differs: Signing) -> dict[str, int | str]:
    created = seconds(now + timedelta(seconds=differs.created))
    lifetime = LIFETIME_SECONDS if differs.lifetime is None else differs.lifetime
    values: dict[str, int | str] = {
        "created": created,
        "expires": created + lifetime,
        "nonce": differs.nonce or letters(32),
        "keyid": signer.keyid,
        "tag": differs.tag or TAG,
    }
    if differs.alg:
        values["alg"] = differs.alg
    values.pop(differs.drop or "", None)
    return values


def _signer(party: Party, which: str | None) -> Signer:
    """Broken in one thing alone: who is not listed signs well, a forger's name is."""
    match which:
        case None:
            return party.signer
        case "unlisted":
            name = f"{party.elsewhere}/nobody"
        case "unknown":
            name = f"{party.division}/no-such-key"
        case _:
            name = party.signer.keyid
    return Signer(name, Ed25519PrivateKey.generate())


def _readdressed(request: Request) -> Request:
    scheme, _, path, *_ = urlsplit(request.target)
    target = f"{scheme}://{ELSEWHERE}{path}"
    return Request(request.method, target, request.headers, request.body)


def _afterwards(request: Request, change: str | None) -> Request:
    headers = dict(request.headers)
    match change:
        case "unsigned":
            del headers["signature"], headers["signature-input"]
        case "no-input":
            del headers["signature-input"]
        case "second-signature":
            for name in ("signature", "signature-input"):
                headers[name] += ", " + headers[name].replace(LABEL, "other", 1)
        case "body":
            body = json.loads(request.body) | {"scenario": "another"}
            return Request(request.method, request.target, headers, canonical(body))
        case "address":
            return Request(request.method, f"{request.target}?more=1", headers, request.body)
    return Request(request.method, request.target, headers, request.body)
