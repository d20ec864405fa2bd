"""Making packages, and what both cities log of what is in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from interop import base64url, jws
from interop.canonical import canonical
from interop.instants import seconds
from interop.keys import Signer
from interop.signing import Request, Response
from interop.signing.fields import covered

CHECKPOINT: Final = "points-checkpoint+jwt"
EXCHANGE: Final = "points-evidence"
ITEM: Final = "points-evidence-item"
_SIGNATURE_FIELDS: Final = frozenset({"signature", "signature-input"})


@dataclass(frozen=True, slots=True)
class Logged:
    """Where a city's log has an exchange: the signed root, the place, and the path between."""

    checkpoint: str
    index: int
    path: Sequence[bytes]


def entry(request: Request, response: Response) -> bytes:
    """Return what both cities log the digest of: digests of the two, without what they say."""
    messages = {"request": _request(request), "response": _response(response)}
    digests = {name: _digest(canonical(of)) for name, of in messages.items()}
    return canonical({"kind": "points-exchange", **digests})


def logged(request: Request, response: Response) -> bytes:
    """Return the 32 bytes that stand for an exchange in both logs: the digest of `entry`."""
    return sha256(entry(request, response)).digest()


def item_entry(request: Request, place: int, statement: str) -> bytes:
    """Return the same for the question at a place of a batch, counted from 0, and its statement."""
    digests = {
        "request": _digest(canonical(_request(request))),
        "statement": _digest(statement.encode()),
    }
    return canonical({"kind": "points-exchange-item", "place": place, **digests})


def logged_item(request: Request, place: int, statement: str) -> bytes:
    """Return the 32 bytes that stand for it in the log: the digest of `item_entry`."""
    return sha256(item_entry(request, place, statement)).digest()


def checkpoint(signer: Signer, size: int, root: bytes, now: datetime) -> str:
    """Return a city's signed root over the first `size` entries of its log."""
    claims = {"iss": signer.city, "size": size, "root": base64url.encode(root), "iat": seconds(now)}
    return jws.sign(claims, CHECKPOINT, signer)


def package(
    request: Request, response: Response, editions: Iterable[bytes], logs: Iterable[Logged]
) -> bytes:
    """Return the package. Headers that no signature covers are left out; they may hold secrets."""
    answer = {"kind": EXCHANGE, "response": _response(response)}
    return _packed(request, answer, editions, logs)


def package_item(
    request: Request,
    place: int,
    statement: str,
    editions: Iterable[bytes],
    logs: Iterable[Logged],
) -> bytes:
    """Return the package of one question of a batch; the other questions stay in its request."""
    answer = {"kind": ITEM, "place": place, "statement": statement}
    return _packed(request, answer, editions, logs)


def _packed(
    request: Request, answer: Mapping[str, Any], editions: Iterable[bytes], logs: Iterable[Logged]
) -> bytes:
    shown = [
        {
            "checkpoint": one.checkpoint,
            "index": one.index,
            "path": [base64url.encode(node) for node in one.path],
        }
        for one in logs
    ]
    directory = [base64url.encode(edition) for edition in editions]
    return canonical(
        {**answer, "request": _request(request), "directory": directory, "logs": shown}
    )


def _digest(message: bytes) -> str:
    return base64url.encode(sha256(message).digest())


def _request(request: Request) -> dict[str, Any]:
    return {"method": request.method, "target": request.target, **_kept(request)}


def _response(response: Response) -> dict[str, Any]:
    return {"status": response.status, **_kept(response)}


def _kept(message: Request | Response) -> dict[str, Any]:
    components = covered(message.headers)
    names = {one.name for one in components if not one.of_request} | _SIGNATURE_FIELDS
    return {
        "headers": {name: of for name, of in message.headers.items() if name in names},
        "body": base64url.encode(message.body),
    }
