"""Editions of a member directory, made for the tests: one valid one, and the knobs to turn."""

import hashlib
from datetime import datetime
from typing import Any

from interop import base64url
from interop.canonical import canonical, parse
from interop.directory import Members, Trusted, begin, sign
from interop.keys import Signer
from tests.interop.cities import ADDRESS, HUANGSHI, NOW, SANYA, TIANJIN, signer

DAY = 86400
ROOTS = [signer(city, "root-1") for city in (HUANGSHI, SANYA, TIANJIN)]
NAMES = {HUANGSHI: ("黄石", "Huangshi"), SANYA: ("三亚", "Sanya"), TIANJIN: ("天津", "Tianjin")}
AREAS = {HUANGSHI: ["420281", "420222"]}


def at(days: float = 0) -> int:
    return int(NOW.timestamp() + days * DAY)


def x_of(one: Signer) -> str:
    return base64url.encode(one.private.public_key().public_bytes_raw())


def key(city: str, name: str = "2026-1", start: float = -30, end: float = 365) -> dict[str, Any]:
    return {
        "name": name, "x": x_of(signer(city, name)), "not_before": at(start), "not_after": at(end),
    }  # fmt: skip


def member(city: str, **changed: Any) -> dict[str, Any]:
    zh, en = NAMES.get(city, ("某市", "Some city"))
    address = ADDRESS.get(city, f"https://points-{city}.example")
    return {
        "city": city, "name": zh, "name_en": en, "address": address, "keys": [key(city)],
        "areas": AREAS.get(city, []), "purposes": ["recognition"], **changed,
    }  # fmt: skip


def root(one: Signer) -> dict[str, str]:
    return {"name": one.keyid, "x": x_of(one)}


def edition(version: int = 1, issued: float = 0, **changed: Any) -> dict[str, Any]:
    return {
        "kind": "points-member-directory", "version": version, "issued": at(issued),
        "refresh_by": at(issued + 7), "expires": at(issued + 30), "threshold": 2,
        "roots": [root(one) for one in ROOTS], "members": [member(one) for one in NAMES],
        **changed,
    }  # fmt: skip


def started(**changed: Any) -> Trusted:
    document = sign(edition(**changed), ROOTS)
    return begin(document, digest(document))


def digest(document: bytes) -> str:
    return base64url.encode(hashlib.sha256(canonical(parse(document)["signed"])).digest())


def members(now: datetime = NOW) -> Members:
    return started().at(now)
