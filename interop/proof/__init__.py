"""Proofs that a merchant checks without a network: "may use this scenario", and nothing else.

    home      issue_batch ──▶ proofs, each for one use
    holder    present     ──▶ one scenario, bound to this merchant and this nonce
    merchant  verify      ──▶ Proven, or the reason why not

The form is SD-JWT (RFC 9901) as a verifiable credential (SD-JWT VC), with a Token Status List. Only
`cryptography` and `pydantic` are needed; no clock, no network, no file is read:

    from interop import proof

    lists = {uri: proof.status_list.read(token, uri, members, now)}
    asked = proof.Expected("merchant-17", nonce, "library-deposit")
    proof.verify(shown, asked, members, lists, now)
"""

from interop.proof import status_list
from interop.proof.issuing import Place, issue_batch
from interop.proof.presenting import present
from interop.proof.status_list import StatusList
from interop.proof.verifying import Expected, Proven, verify

__all__ = [
    "Expected",
    "Place",
    "Proven",
    "StatusList",
    "issue_batch",
    "present",
    "status_list",
    "verify",
]
