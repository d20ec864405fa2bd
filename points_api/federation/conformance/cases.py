"""The shape of `cases.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from points_api.language import Text

FILE: Final = Path(__file__).with_name("cases.toml")
Operation = Literal[
    "profile", "mappings", "scenarios", "recognitions", "batch", "results", "revocations", "usage"
]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Signing(Part):
    """What differs from a right signature; times in seconds."""

    leave_out: str | None = None
    also: tuple[str, ...] = ()
    drop: Literal["created", "expires", "nonce", "keyid", "tag"] | None = None
    created: int = 0
    lifetime: int | None = None
    nonce: str | None = None
    tag: str | None = None
    alg: str | None = None
    key: Literal["unlisted", "unknown", "forged"] | None = None
    destination: Literal["elsewhere"] | None = None
    digest_of: str | None = None


class Expected(Part):
    """Status and, of a problem, the last part of its `type` and any one of the reasons.

    `or_status`: what a server in front of the exchange may say, whatever its body is. `or_closed`:
    it may also hang up, as one does that reads no further.
    """

    status: int
    type: str | None = None
    reasons: tuple[str, ...] = ()
    or_status: int | None = None
    or_closed: bool = False

    def said(self) -> Text:
        """The same in words."""
        answer = f"{self.status}{f' /problems/{self.type}' if self.type else ''}"
        said = [Text(answer, answer)]
        if self.reasons:
            zh, en = " 或 ".join(self.reasons), " or ".join(self.reasons)
            said = [Text(f"{answer}，reason 为 {zh}", f"{answer}, reason {en}")]
        if self.or_status:
            front = Text("或由前面的服务器答 {status}", "or {status} by a server in front")
            said.append(front.fill(status=self.or_status))
        if self.or_closed:
            said.append(Text("或断开连接", "or a closed connection"))
        return Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))


class Case(Part):
    """One message and what has to come back."""

    id: str
    title: str
    title_en: str
    basis: str
    to: Operation
    sign: Signing = Signing()
    body: dict[str, Any] = {}
    without: str | None = None
    raw: str | None = None
    pad: int = 0
    after: Literal["unsigned", "no-input", "second-signature", "body", "address"] | None = None
    expect: Expected


class Cases(Part):
    case: tuple[Case, ...]


@cache
def cases() -> tuple[Case, ...]:
    """All of them, in the order of the file."""
    return Cases.model_validate(tomllib.loads(FILE.read_text("utf-8"))).case
