"""What a partner's answer says, read with care: it is somebody else's text."""

import re
from collections.abc import Sequence
from typing import Any, Final

from interop.canonical import parse
from interop.directory import Members
from interop.notices import Receipt
from interop.refusals import Malformed, WrongNonce
from interop.shape import shaped
from interop.signing import Response
from interop.statement import Held

_MOST: Final = 20
_REASON: Final = re.compile(r"[a-z]+(-[a-z]+)*")


def parsed(response: Response) -> Any:
    """The JSON of an answer. Raises `Malformed`."""
    return parse(response.body)


def receipt_of(notice: str, response: Response, members: Members) -> str | None:  # noqa: ARG001
    """Why no receipt was given, or None where it was. Raises `Refused` for one that does not hold.

    With a notice it is a `Reader` of the client.
    """
    if response.status != 200:
        return reason_of(response)
    if shaped(Receipt, parsed(response)).received != notice:
        raise WrongNonce
    return None


def held_of(response: Response) -> Sequence[Held]:
    """The tables that a city tells of where it refuses one; none where it tells them badly."""
    try:
        said = parse(response.body)
        told = said.get("tables") if isinstance(said, dict) else None
        return [shaped(Held, one) for one in told[:_MOST]] if isinstance(told, list) else []
    except Malformed:
        return []


def reason_of(response: Response) -> str:
    """Why it did not do what was asked, by the short name that it gives, else its status."""
    try:
        said = parse(response.body)
    except Malformed:
        said = None
    reason = said.get("reason") if isinstance(said, dict) else None
    if isinstance(reason, str) and len(reason) <= 40 and _REASON.fullmatch(reason):
        return reason
    return f"http-{response.status}"
