"""The signature base: the bytes that are signed (RFC 9421, section 2.5)."""

from collections.abc import Iterable

from interop.refusals import Malformed
from interop.signing.messages import Component, Request, Response, value_of


def signature_base(
    components: Iterable[Component],
    parameters: str,
    message: Request | Response,
    asked: Request | None = None,
) -> bytes:
    """Return one line for each component, in order, and the parameters as the last.

    `asked` is the request that a response answers, for components marked `;req`.
    """
    lines = [f"{component}: {value_of(component, message, asked)}" for component in components]
    try:
        return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")
    except UnicodeEncodeError:
        raise Malformed("component") from None
