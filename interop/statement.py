"""Recognition: what a host may ask about a visitor, and what the visitor's home says.

    visitor ── code made at home, for this host, scenario and purpose ──▶ host
    host    ── Asked, in a signed request ──▶ home
    home    ── Statement, signed, for at most five minutes ──▶ host

Home decides whether there is a consent, and says how the visitor stands on home's own scale. The
host maps that through the table that both have named, and decides by its own rules. Neither
document has a field for an ID number, a name, a phone or a record; nothing may be added to either.

A statement is a JWT (RFC 7519) of its own type (RFC 8725, 3.11) under home's key of the directory:
`iss` is home, `aud` the host, `sub` the visitor's name for this host alone.

Where home has nothing to say of whoever showed the code, it signs just that (`NotRecognized`, of a
type of its own). Why is between the two of them: unknown, paused or below are one answer.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from interop import jws
from interop.canonical import canonical, parse
from interop.directory import Members
from interop.instants import LEEWAY_SECONDS, check_term, seconds
from interop.keys import Signer, city_of
from interop.refusals import (
    AreaNotListed,
    FromTheFuture,
    PurposeNotListed,
    Refused,
    ScoreUnasked,
    UnknownBand,
    WrongHome,
    WrongHost,
    WrongNonce,
    WrongScope,
    WrongTable,
    WrongType,
)
from interop.shape import Closed, Code, Digest, Division, Opaque, Version, shaped

TYPE: Final = "points-recognition+jwt"
NOT_RECOGNIZED: Final = "points-no-recognition+jwt"
LONGEST_SECONDS: Final = 300
_LONGEST: Final = 4096
_EARLIEST_ZONE: Final = timedelta(hours=14)  # where a day begins first

Score = Annotated[str, StringConstraints(pattern=r"^-?\d{1,5}(\.\d{1,3})?$")]


def _is_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_is_day)]
Token = Annotated[str, StringConstraints(max_length=_LONGEST)]


class Asked(Closed):
    """The host's question. `code` is what the visitor has shown; `nonce` is new for each question.

    `table` is the version of the mapping table that the host will use. `score`: the host asks for
    the value itself, which home gives only where the visitor has agreed to just that.
    """

    home: Division
    host: Division
    scenario: Code
    purpose: Code
    code: Opaque
    nonce: Opaque
    table: Version
    score: bool = False

    def body(self) -> bytes:
        """Return the bytes to send: canonical JSON."""
        return canonical(self.model_dump())


class Held(Closed):
    """A mapping table that home holds for a direction, as it tells who names another one."""

    version: Version
    digest: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class Scope(Closed):
    """What the visitor has agreed to: one scenario, for one purpose."""

    scenario: Code
    purpose: Code


class Statement(Closed):
    """How a visitor stands at home. Times in seconds; `as_of` is the day of the score.

    `consent` is the number of home's receipt, for the host's own log. `score` is as home shows it.
    """

    iss: Division
    aud: Division
    sub: Digest
    band: Code
    score: Score | None = None
    as_of: Day
    table: Version
    scope: Scope
    consent: Opaque
    nonce: Opaque
    iat: Annotated[int, Field(ge=0, lt=2**40)]
    exp: Annotated[int, Field(ge=0, lt=2**40)]


class NotRecognized(Closed):
    """That home says nothing of whoever showed the code. It answers its question, and no more."""

    iss: Division
    aud: Division
    table: Version
    scope: Scope
    nonce: Opaque
    iat: Annotated[int, Field(ge=0, lt=2**40)]
    exp: Annotated[int, Field(ge=0, lt=2**40)]


Said = Statement | NotRecognized


class Answer(Closed):
    """What home answers: its statement, to be kept by the host as it is."""

    statement: Token

    def body(self) -> bytes:
        """Return the bytes to send: canonical JSON."""
        return canonical(self.model_dump())


@dataclass(frozen=True, slots=True)
class Standing:
    """What home knows of the visitor, as plain data; `score` None where it is not to be given."""

    subject: str
    band: str
    as_of: date
    consent: str
    score: str | None = None


def read_question(body: bytes, asker: str, home: str, members: Members) -> Asked:
    """Return the question, at home. `asker` is the city whose signature the request bears.

    Raises `Malformed`, `WrongHome`, `AreaNotListed` where the asker speaks for a division that is
    not its own, and `PurposeNotListed`. Whether the code and the consent hold, home looks up.
    """
    return check_question(parse(body) if len(body) <= _LONGEST else None, asker, home, members)


def check_question(said: Any, asker: str, home: str, members: Members) -> Asked:
    """Return the question of decoded JSON. Raises as `read_question`."""
    asked = shaped(Asked, said)
    if not members.speaks_for(home, asked.home):
        raise WrongHome
    if not members.speaks_for(asker, asked.host):
        raise AreaNotListed
    if asked.purpose not in members.member(asker).purposes:
        raise PurposeNotListed
    return asked


def state(
    asked: Asked, standing: Standing, signer: Signer, now: datetime, seconds_valid: int = 120
) -> str:
    """Return home's signed statement. Raises `Refused` for what `verify` would refuse in it."""
    claims = _answering(asked, now, seconds_valid) | {
        "sub": standing.subject,
        "band": standing.band,
        "as_of": standing.as_of.isoformat(),
        "consent": standing.consent,
    }
    if standing.score is not None:
        claims["score"] = standing.score
    _check(shaped(Statement, claims), asked, claims["iat"])
    return jws.sign(claims, TYPE, signer)


def decline(asked: Asked, signer: Signer, now: datetime, seconds_valid: int = 120) -> str:
    """Return home's signed answer that it says nothing, the same whatever the reason is."""
    claims = _answering(asked, now, seconds_valid)
    _check(shaped(NotRecognized, claims), asked, claims["iat"])
    return jws.sign(claims, NOT_RECOGNIZED, signer)


def _answering(asked: Asked, now: datetime, seconds_valid: int) -> dict[str, Any]:
    """What both answers say: whose question it answers, and for how long."""
    issued = seconds(now)
    return {
        "iss": asked.home,
        "aud": asked.host,
        "table": asked.table,
        "scope": {"scenario": asked.scenario, "purpose": asked.purpose},
        "nonce": asked.nonce,
        "iat": issued,
        "exp": issued + seconds_valid,
    }


def verify(
    token: str, asked: Asked, members: Members, bands: Collection[str] | None, now: datetime
) -> Statement:
    """Return the statement, at the host, once everything in it answers the question asked.

    `bands`: those that home has published; None for who reads old statements without its profile.
    Raises the `Refused` that tells what does not hold.
    """
    said = _opened(token, TYPE, Statement, members)
    _check(said, asked, seconds(now))
    if bands is not None and said.band not in bands:
        raise UnknownBand
    return said


def verify_either(
    token: str, asked: Asked, members: Members, bands: Collection[str] | None, now: datetime
) -> Said:
    """Return what home says, or that it says nothing. Raises as `verify`."""
    try:
        return verify(token, asked, members, bands, now)
    except WrongType:
        said = _opened(token, NOT_RECOGNIZED, NotRecognized, members)
        _check(said, asked, seconds(now))
        return said


_Said = TypeVar("_Said", Statement, NotRecognized)


def _opened(token: str, typ: str, shape: type[_Said], members: Members) -> _Said:
    read = jws.verify(token, typ, members)
    said = shaped(shape, read.claims)
    if not members.speaks_for(city_of(read.keyid), said.iss):
        raise AreaNotListed
    return said


_Check = tuple[Callable[[Said, Asked], bool], type[Refused]]
_HOLDS: Final[Mapping[str, _Check]] = MappingProxyType(
    {
        "iss": (lambda said, asked: said.iss == asked.home, WrongHome),
        "aud": (lambda said, asked: said.aud == asked.host, WrongHost),
        "nonce": (lambda said, asked: said.nonce == asked.nonce, WrongNonce),
        "scope": (
            lambda said, asked: (
                (said.scope.scenario, said.scope.purpose) == (asked.scenario, asked.purpose)
            ),
            WrongScope,
        ),
        "table": (lambda said, asked: said.table == asked.table, WrongTable),
    }
)


def _check(said: Said, asked: Asked, now: int) -> None:
    for holds, refusal in _HOLDS.values():
        if not holds(said, asked):
            raise refusal
    check_term(said.iat, said.exp, now, LONGEST_SECONDS)
    if isinstance(said, NotRecognized):
        return
    if said.score is not None and not asked.score:
        raise ScoreUnasked
    day = date.fromisoformat(said.as_of)
    # A score of tomorrow is refused wherever on earth today is.
    if (day - date(1970, 1, 1)).days * 86400 > now + LEEWAY_SECONDS + _EARLIEST_ZONE.seconds:
        raise FromTheFuture("as_of")
