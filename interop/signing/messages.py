"""An HTTP message as it is signed, and the values of its components (RFC 9421, section 2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, urlsplit

from interop.refusals import Malformed, MissingComponent


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `target` is the absolute URI as its sender addressed it, query included.

    `headers` are by lower-case name, the lines of one name made one by `combined`.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, added: Mapping[str, str]) -> "Request":
        """Return the same request with more headers."""
        return Request(self.method, self.target, {**self.headers, **added}, self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """A response. `headers` as in `Request`."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, added: Mapping[str, str]) -> "Response":
        """Return the same response with more headers."""
        return Response(self.status, {**self.headers, **added}, self.body)


@dataclass(frozen=True, slots=True)
class Component:
    """A covered component: its name, and whether it is the request's in a response (`;req`)."""

    name: str
    of_request: bool = False

    def __str__(self) -> str:
        return f'"{self.name}"' + (";req" if self.of_request else "")


def components_of_request(request: Request) -> tuple[Component, ...]:
    """Return what a signature has to cover: method, address, body, and what the body is."""
    return (Component("@method"), Component("@target-uri"), *_content(request.body))


def components_of_response(response: Response) -> tuple[Component, ...]:
    """Return what a signature has to cover: status, body, and which request it answers."""
    return (Component("@status"), *_content(response.body), Component("signature", of_request=True))


def _content(body: bytes) -> tuple[Component, ...]:
    digest = Component("content-digest")
    return (digest, Component("content-type")) if body else (digest,)


def value_of(component: Component, message: Request | Response, asked: Request | None) -> str:
    """Return the component's value for the signature base.

    Raises `MissingComponent` where the message has no such part, `Malformed` where the value could
    be taken for another line of the base.
    """
    if component.of_request:
        if asked is None or isinstance(message, Request):
            raise Malformed("req")
        return value_of(Component(component.name), asked, None)
    if component.name.startswith("@"):
        value = _derived(component.name, message)
    else:
        value = message.headers.get(component.name)
    if value is None:
        raise MissingComponent(component.name)
    if not value.isascii() or "\n" in value or "\r" in value:
        raise Malformed("component")
    return value.strip(" \t")


# Those of section 2.2 that a sender may cover besides the demanded ones; of the URI only by parts
# that need no decoding.
_OF_REQUEST: Final[Mapping[str, Callable[[Request, SplitResult], str]]] = MappingProxyType(
    {
        "@method": lambda request, _: request.method,
        "@target-uri": lambda request, _: request.target,
        "@authority": lambda _, uri: _authority(uri),
        "@scheme": lambda _, uri: uri.scheme.lower(),
        "@path": lambda _, uri: uri.path or "/",
        "@query": lambda _, uri: f"?{uri.query}",
    }
)


def _derived(name: str, message: Request | Response) -> str | None:
    if isinstance(message, Response):
        return str(message.status) if name == "@status" else None
    component = _OF_REQUEST.get(name)
    return component(message, urlsplit(message.target)) if component else None


def _authority(uri: SplitResult) -> str:
    """Return the host, with the port unless it is the scheme's own (section 2.2.3)."""
    host = uri.netloc.lower()
    return host.removesuffix({"http": ":80", "https": ":443"}.get(uri.scheme.lower(), ":"))
