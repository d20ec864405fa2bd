"""The two signature fields on the wire, read strictly (RFC 9421, section 4; RFC 9651).

One message carries one signature, and both fields stand in their canonical serialization. So there
is no choice which signature counts, and a message has one spelling.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import http_sf

from interop.refusals import Malformed, MissingParameter
from interop.signing.messages import Component

LABEL: Final = "city"
_LONGEST: Final = 4096
_TYPES: Final[Mapping[str, type]] = {
    "created": int, "expires": int, "nonce": str, "keyid": str, "tag": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignatureInput:
    """What a signature says of itself: the components it covers, in order, and its parameters."""

    components: tuple[Component, ...]
    created: int
    expires: int
    nonce: str
    keyid: str
    tag: str


def combined(lines: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by lower-case name; lines of one name are joined in order (section 2.1).

    >>> combined([("Accept", "a/b "), ("accept", "c/d")])
    {'accept': 'a/b, c/d'}
    """
    headers: dict[str, str] = {}
    for name, line in lines:
        before = headers.get(name.lower())
        value = line.strip(" \t")
        headers[name.lower()] = value if before is None else f"{before}, {value}"
    return headers


def parameters(components: Iterable[Component], values: Mapping[str, int | str]) -> str:
    """Serialize components and parameters: the last line of the base, and `Signature-Input`."""
    items = [(one.name, {"req": True} if one.of_request else {}) for one in components]
    member: Any = (items, dict(values))
    try:
        return http_sf.ser({LABEL: member}).removeprefix(f"{LABEL}=")
    except (ValueError, TypeError):
        raise Malformed("parameters") from None


def read(headers: Mapping[str, str]) -> tuple[SignatureInput, str, bytes]:
    """Return what the signature says, the same as serialized parameters, and the signature."""
    input_text = headers.get("signature-input", "")
    inputs = _member("signature-input", input_text)
    signatures = _member("signature", headers.get("signature", ""))
    (label, (items, values)), (other, (signature, further)) = inputs, signatures
    if label != other or further or not isinstance(items, list) or not isinstance(signature, bytes):
        raise Malformed("signature")
    said = SignatureInput(tuple(_component(*item) for item in items), **_checked(values))
    if len(set(said.components)) != len(said.components):
        raise Malformed("signature-input: a component twice")
    return said, input_text.partition("=")[2], signature


def covered(headers: Mapping[str, str]) -> tuple[Component, ...]:
    """Return the components that the signature covers, of a message that was read or signed here.

    They are the same in most messages, and so remembered without what differs.
    """
    components, closing, _ = headers.get("signature-input", "").partition(")")
    return _covered(components + closing)


@lru_cache(maxsize=256)
def _covered(text: str) -> tuple[Component, ...]:
    _, (items, _) = _member("signature-input", text)
    return tuple(_component(*item) for item in items)


def _member(name: str, text: str) -> tuple[str, Any]:
    try:
        members: Any = http_sf.parse(text.encode("ascii"), tltype="dictionary")
        canonical = len(text) <= _LONGEST and http_sf.ser(members) == text
    except ValueError:
        canonical = False
    if not canonical or len(members) != 1:
        raise Malformed(name)
    [(label, member)] = members.items()
    return label, member


def _component(name: object, marks: Mapping[str, object]) -> Component:
    if not isinstance(name, str) or name != name.lower() or marks not in ({}, {"req": True}):
        raise Malformed("component")
    return Component(name, bool(marks))


def _checked(values: Mapping[str, object]) -> dict[str, Any]:
    if values.get("alg", "ed25519") != "ed25519" or not values.keys() <= {*_TYPES, "alg"}:
        raise Malformed("signature-input")
    for name, kind in _TYPES.items():
        if name not in values:
            raise MissingParameter(name)
        if type(values[name]) is not kind:
            raise Malformed(name)
    return {name: values[name] for name in _TYPES}
