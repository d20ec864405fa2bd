"""Showing a proof, on the holder's side: one scenario opened, bound to this merchant and nonce."""

from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url, jws
from interop.canonical import parse
from interop.instants import seconds
from interop.proof.disclosures import digest_of
from interop.refusals import NothingProven

BINDING_TYPE: Final = "kb+jwt"


def present(
    proof: str,
    scenario: str,
    holder: Ed25519PrivateKey,
    audience: str,
    nonce: str,
    now: datetime,
) -> str:
    """Return what the holder shows: the proof, that one disclosure, and a signature over both.

    `audience` is the merchant's number and `nonce` what its screen has shown just now. Raises
    `NothingProven` where the proof does not speak of the scenario.
    """
    signed, *disclosures, _ = proof.split("~")
    chosen = [one for one in disclosures if parse(base64url.decode(one))[1] == scenario]
    if not chosen:
        raise NothingProven
    shown = f"{signed}~{chosen[0]}~"
    binding = {
        "aud": audience,
        "nonce": nonce,
        "iat": seconds(now),
        "sd_hash": digest_of(shown),
    }
    return shown + jws.sign_with(holder, binding, {"typ": BINDING_TYPE})
