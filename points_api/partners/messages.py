"""A signed message as it is kept: what its signature covers and the signature, nothing else."""

import json

from interop import base64url
from interop.canonical import canonical
from interop.signing import Request, Response

_KEPT = ("content-type", "content-digest", "signature-input", "signature")


def kept_request(request: Request) -> bytes:
    """The bytes to store."""
    head = {"method": request.method, "target": request.target}
    return canonical({**head, **_rest(request)})


def kept_response(response: Response) -> bytes:
    """The bytes to store."""
    return canonical({"status": response.status, **_rest(response)})


def request_of(kept: bytes) -> Request:
    """The request back."""
    said = json.loads(kept)
    body = base64url.decode(said["body"])
    return Request(said["method"], said["target"], said["headers"], body)


def response_of(kept: bytes) -> Response:
    """The response back."""
    said = json.loads(kept)
    return Response(said["status"], said["headers"], base64url.decode(said["body"]))


def _rest(message: Request | Response) -> dict[str, object]:
    headers = {name: message.headers[name] for name in _KEPT if name in message.headers}
    return {"headers": headers, "body": base64url.encode(message.body)}
