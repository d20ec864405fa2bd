"""What a partner's answer says, read with care: it is somebody else's text."""

import re
from typing import Any, Final

from interop.canonical import parse
from interop.refusals import Malformed
from interop.signing import Response

_REASON: Final = re.compile(r"[a-z]+(-[a-z]+)*")


def parsed(response: Response) -> Any:
    """The JSON of an answer. Raises `Malformed`."""
    return parse(response.body)


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
