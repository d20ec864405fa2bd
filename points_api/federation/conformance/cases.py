"""The shape of `cases.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

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

    def __str__(self) -> str:
        reason = f", reason {' or '.join(self.reasons)}" if self.reasons else ""
        said = [f"{self.status}{f' /problems/{self.type}' if self.type else ''}{reason}"]
        said += [f"or {self.or_status} by a server in front"] if self.or_status else []
        said += ["or a closed connection"] if self.or_closed else []
        return "; ".join(said)


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
