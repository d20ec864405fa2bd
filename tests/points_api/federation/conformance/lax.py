"""Cities that are not what they should be, to see that the kit sees it."""

import json

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url, directory
from interop.keys import Signer
from interop.signing import Request, Response, combined, sign_response
from points_api import clock
from points_api.federation.conformance.kit import run
from points_api.federation.conformance.party import Party

KIT, TESTED, OTHER = (
    Signer(f"{city}/2026-1", Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32))
    for n, city in enumerate(("460200", "420200", "120000"))
)
ROOT = Signer("420200/root-1", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
ADDRESS = "https://points.huangshi.test"


def edition(signers=(KIT, TESTED, OTHER)):
    """The directory's first edition; the address of each but the tested one is made up."""
    now = int(clock.now().timestamp())
    members = [
        {
            "city": one.city, "name": "某市", "name_en": "A city",
            "address": ADDRESS if one is TESTED else f"https://points.of-{one.city}.test",
            "keys": [
                {"name": "2026-1", "x": x(one), "not_before": now - 86400,
                 "not_after": now + 365 * 86400}
            ],
            "areas": [], "purposes": ["redemption"],
        }
        for one in signers
    ]  # fmt: skip
    head = {
        "kind": "points-member-directory", "version": 1, "issued": now,
        "refresh_by": now + 7 * 86400, "expires": now + 30 * 86400, "threshold": 1,
        "roots": [{"name": ROOT.keyid, "x": x(ROOT)}], "members": members,
    }  # fmt: skip
    return directory.sign(head, [ROOT])


def x(signer):
    return base64url.encode(signer.private.public_key().public_bytes_raw())


def party():
    document = edition()
    members = directory.begin(document, directory.digest_of(document)).at(clock.now())
    return Party(KIT, members.member(TESTED.city), members)


def problem(slug, status, reason):
    """A refusal of the right form."""
    body = {
        "type": f"/problems/{slug}", "title": "no", "status": status, "errcode": status * 100 + 1,
        "errmsg": "no", "reason": reason,
    }  # fmt: skip
    return httpx.Response(
        status, content=json.dumps(body), headers={"content-type": "application/problem+json"}
    )


def signing(answer, signer=TESTED):
    """A city that answers so to everything, and signs it for the request."""

    async def city(request):
        plain = answer(request) if callable(answer) else answer
        headers = combined(request.headers.multi_items())
        asked = Request(request.method, str(request.url), headers, request.content)
        said = Response(plain.status_code, combined(plain.headers.multi_items()), plain.content)
        if "signature" in headers:
            said = sign_response(said, asked, signer, clock.now(), "n" * 24)
        return httpx.Response(said.status, headers=dict(said.headers), content=said.body)

    return city


async def results(city, **found):
    """What the kit finds at such a city, by check."""
    from points_api.federation.conformance.checks import Found

    async with httpx.AsyncClient(transport=httpx.MockTransport(city)) as http:
        return {one.id: one for one in await run(party(), http, Found(**found))}
