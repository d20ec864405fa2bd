"""HTTP messages signed by cities: RFC 9421 with Ed25519, and nothing left to the sender's choice.

The standard lets the signer choose what is covered; a signature over `@method` alone is a valid
one. Here the verifier demands. Of a request: `@method`, `@target-uri`, `content-digest`, and with a
body `content-type`; of a response: `@status`, `content-digest`, `content-type` likewise, and the
signature of the request that it answers. Demanded with each: created, expires, nonce, keyid, tag.

    asking city                                 answering city
    sign_request  ── request ──────────────────▶ verify_request
    verify_response ◀────────────── response ── sign_response

Only who answers has to remember nonces: a response is bound to its request by that signature.
"""

from interop.signing.fields import combined
from interop.signing.messages import Request, Response
from interop.signing.signer import sign_request, sign_response
from interop.signing.verifier import (
    Nonces,
    Terms,
    Verified,
    check_request,
    verify_request,
    verify_response,
)

__all__ = [
    "Nonces",
    "Request",
    "Response",
    "Terms",
    "Verified",
    "check_request",
    "combined",
    "sign_request",
    "sign_response",
    "verify_request",
    "verify_response",
]
