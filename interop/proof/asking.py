"""What a merchant's screen shows a visitor: who asks, for which scenario, and a nonce.

A nonce is for one visitor and is thrown away once an answer to it was taken. Whoever keeps it takes
the same proof twice, and nothing in the proof can tell.
"""

from typing import Annotated

from pydantic import StringConstraints

from interop import base64url
from interop.canonical import canonical, parse
from interop.proof.issuing import Random
from interop.proof.verifying import Expected
from interop.shape import Closed, Code, Opaque, shaped

NONCE_BYTES = 24


class Request(Closed):
    """The request as it is shown. `audience` is the merchant's number or name in ASCII."""

    audience: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
    nonce: Opaque
    scenario: Code


def ask(audience: str, scenario: str, random: Random) -> bytes:
    """Return a new request; `random` gives that many unguessable bytes. Raises `Malformed`."""
    nonce = base64url.encode(random(NONCE_BYTES))
    asked = shaped(Request, {"audience": audience, "nonce": nonce, "scenario": scenario})
    return canonical(asked.model_dump())


def expected(request: bytes, *, status: bool = True) -> Expected:
    """Return what an answer to the request has to prove. Raises `Malformed`."""
    asked = shaped(Request, parse(request))
    return Expected(asked.audience, asked.nonce, asked.scenario, status=status)
