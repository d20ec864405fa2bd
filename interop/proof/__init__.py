"""Proofs that a merchant checks without a network: "may use this scenario", and nothing else.

    home      issue_batch ──▶ proofs, each for one use
    holder    present     ──▶ one scenario, bound to this merchant and this nonce
    merchant  asking.ask  ──▶ a nonce for this visitor
              verify      ──▶ Proven, or the reason why not

The form is SD-JWT (RFC 9901) as a verifiable credential (SD-JWT VC), with a Token Status List. Only
`cryptography` and `pydantic` are needed; no clock, no network, no file is read:

    from interop import proof

    request = proof.asking.ask("merchant-17", "library-deposit", secrets.token_bytes)
    lists = {uri: proof.status_list.read(token, uri, members, now)}
    proof.verify(shown, proof.asking.expected(request), members, lists, now)

`members` is the directory (`interop.directory.begin`, `follow`, `at`) or a city's own `key_set`.
"""

from interop.proof import asking, status_list
from interop.proof.issuing import LARGEST_BATCH, Place, issue_batch, issued_at
from interop.proof.presenting import present
from interop.proof.status_list import StatusList
from interop.proof.verifying import Expected, Proven, verify

__all__ = [
    "LARGEST_BATCH",
    "Expected",
    "Place",
    "Proven",
    "StatusList",
    "asking",
    "issue_batch",
    "issued_at",
    "present",
    "status_list",
    "verify",
]
