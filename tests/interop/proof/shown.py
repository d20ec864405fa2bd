"""A proof as it should be, and the tools to make one that is not."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from interop import jws, proof
from interop.keys import Signer
from interop.proof.disclosures import digest_of, disclosure_of
from tests.interop.cities import HUANGSHI, NOW, private, signer
from tests.interop.editions import members

URI = "https://points.huangshi.example/status/1"
MERCHANT, NONCE, SCENARIO = "merchant-17", "shown-on-the-screen", "library-deposit"
EXPECTED = proof.Expected(MERCHANT, NONCE, SCENARIO)
MEMBERS = members()
HOLDER = private("holder")
INDEX = 7
RANDOM = Random(7)
[ISSUED] = proof.issue_batch(
    [SCENARIO, "metro-fare"],
    [proof.Place(HOLDER.public_key(), URI, INDEX)],
    signer(HUANGSHI), NOW, RANDOM.randbytes,
)  # fmt: skip
SHOWN = proof.present(ISSUED, SCENARIO, HOLDER, MERCHANT, NONCE, NOW)
CLAIMS = jws.read(ISSUED.partition("~")[0], "dc+sd-jwt").claims
ENTRIES = proof.status_list.LEAST_ENTRIES


def status_lists(
    statuses: Mapping[int, int] | None = None, made: datetime = NOW, now: datetime = NOW
) -> dict[str, proof.StatusList]:
    packed = proof.status_list.pack(statuses or {}, ENTRIES, 2)
    token = proof.status_list.issue(packed, 2, URI, signer(HUANGSHI), made)
    return {URI: proof.status_list.read(token, URI, MEMBERS, now)}


LISTS = status_lists()


def verify(shown: str, now: datetime = NOW, **changed: Any) -> proof.Proven:
    asked = proof.Expected(**{
        "audience": MERCHANT, "nonce": NONCE, "scenario": SCENARIO,
        **{name: of for name, of in changed.items() if name != "lists"},
    })  # fmt: skip
    return proof.verify(shown, asked, MEMBERS, changed.get("lists", LISTS), now)


def disclosed(*triples: tuple[str, Any]) -> tuple[list[str], list[str]]:
    """Disclosures of names and values, and their digests."""
    texts = [disclosure_of(name, value, b"salt" * 4) for name, value in triples]
    return texts, [digest_of(text) for text in texts]


def made(
    claims: Mapping[str, Any] | None = None,
    disclosures: list[str] | None = None,
    binding: Mapping[str, Any] | None = None,
    typ: str = "dc+sd-jwt",
    binding_typ: str = "kb+jwt",
    by: Signer | None = None,
    holder: Any = HOLDER,
) -> str:
    """A presentation whose signatures hold, but with whatever inside; None leaves a claim out."""
    texts, digests = disclosed((SCENARIO, True))
    changed = {"eligible": {"_sd": digests}, **(claims or {})}
    payload = {name: of for name, of in {**CLAIMS, **changed}.items() if of is not None}
    signed = jws.sign(payload, typ, by or signer(HUANGSHI))
    shown = "~".join([signed, *(texts if disclosures is None else disclosures), ""])
    bound = {
        "aud": MERCHANT, "nonce": NONCE, "iat": int(NOW.timestamp()), "sd_hash": digest_of(shown),
        **(binding or {}),
    }  # fmt: skip
    kept = {name: of for name, of in bound.items() if of is not None}
    return shown + jws.sign_with(holder, kept, {"typ": binding_typ})
