"""Signing a request, and the response to it."""

from datetime import datetime
from typing import TypeVar

import http_sf

from interop.instants import seconds
from interop.keys import Signer
from interop.refusals import Malformed
from interop.signing.base import signature_base
from interop.signing.digest import content_digest
from interop.signing.fields import LABEL, parameters
from interop.signing.messages import (
    Component,
    Request,
    Response,
    components_of_request,
    components_of_response,
)

LIFETIME_SECONDS = 60
TAG = "points-exchange"
Message = TypeVar("Message", Request, Response)


def sign_request(
    request: Request, signer: Signer, now: datetime, nonce: str, tag: str = TAG
) -> Request:
    """Return the request with its digest and signature. `nonce`: unguessable, never used before."""
    ready = request.with_headers({"content-digest": content_digest(request.body)})
    return _signed(ready, components_of_request(ready), signer, now, nonce, tag, None)


def sign_response(
    response: Response,
    asked: Request,
    signer: Signer,
    now: datetime,
    nonce: str,
    tag: str = TAG,
) -> Response:
    """Return the response with its digest, and a signature that holds for this request only."""
    ready = response.with_headers({"content-digest": content_digest(response.body)})
    return _signed(ready, components_of_response(ready), signer, now, nonce, tag, asked)


def _signed(
    message: Message,
    components: tuple[Component, ...],
    signer: Signer,
    now: datetime,
    nonce: str,
    tag: str,
    asked: Request | None,
) -> Message:
    created = seconds(now)
    said = parameters(
        components,
        {
            "created": created,
            "expires": created + LIFETIME_SECONDS,
            "nonce": nonce,
            "keyid": signer.keyid,
            "tag": tag,
        },
    )
    if not nonce:
        raise Malformed("nonce")
    signature = signer.private.sign(signature_base(components, said, message, asked))
    return message.with_headers(
        {"signature-input": f"{LABEL}={said}", "signature": http_sf.ser({LABEL: signature})}
    )
