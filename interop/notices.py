"""What cities tell each other after a statement: that it was used, that it holds no more.

    host ── Used, after a redemption ─────────▶ home   so that the resident sees it
    home ── Ended, after a withdrawal, … ─────▶ host   so that nobody relies on it any longer
    each ── Receipt ──▶ the other               kept by whoever has to prove that it told

As with statements, neither has a field for a person, and nothing may be added.
"""

from typing import Annotated, Literal

from pydantic import Field

from interop.canonical import canonical, parse
from interop.directory import Members
from interop.refusals import AreaNotListed, WrongHome, WrongHost
from interop.shape import Closed, Code, Digest, Division, Opaque, shaped
from interop.statement import Day

Why = Literal["withdrawn", "changed"]
"""`withdrawn`: the consent has ended. `changed`: a repair, an objection or a correction."""


class Used(Closed):
    """A visitor has used a scenario, or it was undone. `statement` is the nonce of what was said.

    `use` names the use, the same for whatever becomes of it.
    """

    home: Division
    host: Division
    subject: Digest
    statement: Opaque
    scenario: Code
    use: Opaque
    move: Literal["confirm", "reverse"]
    day: Day

    def body(self) -> bytes:
        """Return the bytes to send: canonical JSON."""
        return canonical(self.model_dump())


class Ended(Closed):
    """What home has said of a visitor to this host until `until` (seconds) counts no more."""

    home: Division
    host: Division
    subject: Digest
    why: Why
    notice: Opaque
    until: Annotated[int, Field(ge=0, lt=2**40)]

    def body(self) -> bytes:
        """Return the bytes to send: canonical JSON."""
        return canonical(self.model_dump())


class Receipt(Closed):
    """That it was received: by its name, and how many statements or uses it has met."""

    received: Opaque
    met: Annotated[int, Field(ge=0)]

    def body(self) -> bytes:
        """Return the bytes to send: canonical JSON."""
        return canonical(self.model_dump())


def read_used(body: bytes, teller: str, home: str, members: Members) -> Used:
    """Return what a host tells home. Raises `Malformed`, `WrongHome`, `AreaNotListed`."""
    used = shaped(Used, parse(body))
    if not members.speaks_for(home, used.home):
        raise WrongHome
    if not members.speaks_for(teller, used.host):
        raise AreaNotListed
    return used


def read_ended(body: bytes, teller: str, host: str, members: Members) -> Ended:
    """Return what home tells a host. Raises `Malformed`, `WrongHost`, `AreaNotListed`."""
    ended = shaped(Ended, parse(body))
    if not members.speaks_for(host, ended.host):
        raise WrongHost
    if not members.speaks_for(teller, ended.home):
        raise AreaNotListed
    return ended
