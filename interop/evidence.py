"""What one person can hand to another to prove what two cities have said, checked without a server.

A package holds the request, the answer, the editions of the directory from one that both know, and
where the exchange stands in the log of each city that has shown it. `check` goes in this order, as
of the time that the request itself names:

1. directory   the editions follow from the one whose digest the reader knows; the newest of that
               time counts
2. request     signed by a listed city for this address
3. answer      signed by the city at that address, for this request, within its time
4. statement   signed by home, and it answers just the question in the request
5. log         each checkpoint shown is signed by one of the two, by a key of the edition of its own
               time, and has the exchange in it

Both cities log the same digest for an exchange, that of `entry`, which anybody can make again from
the two messages. So a city cannot show one exchange and have logged another.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from interop import base64url, jws, merkle
from interop.canonical import canonical, parse
from interop.directory import Members, Trusted, begin, trail
from interop.instants import LEEWAY_SECONDS, seconds
from interop.keys import Signer, city_of
from interop.refusals import (
    AreaNotListed,
    FromTheFuture,
    Malformed,
    NotInLog,
    Refused,
    WrongDestination,
    WrongHome,
    WrongLog,
    WrongOrder,
)
from interop.shape import Closed, shaped
from interop.signing import Request, Response, Terms, Verified, check_request, verify_response
from interop.signing.fields import read
from interop.statement import Answer, Asked, Said, verify_either

CHECKPOINT: Final = "points-checkpoint+jwt"
LONGEST: Final = 16 * 1024 * 1024
_SIGNATURE_FIELDS: Final = frozenset({"signature", "signature-input"})


@dataclass(frozen=True, slots=True)
class Logged:
    """Where a city's log has an exchange: the signed root, the place, and the path between."""

    checkpoint: str
    index: int
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the check; `refused` is None where it holds."""

    name: str
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every step up to the first that does not hold, and what was shown if all of them do."""

    steps: tuple[Step, ...]
    statement: Said | None = None
    logs: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True where no step was refused."""
        return all(step.refused is None for step in self.steps)


def entry(request: Request, response: Response) -> bytes:
    """Return what both cities log the digest of: digests of the two, without what they say."""
    messages = canonical(_request(request)), canonical(_response(response))
    digests = [base64url.encode(sha256(message).digest()) for message in messages]
    return canonical({"kind": "points-exchange", "request": digests[0], "response": digests[1]})


def logged(request: Request, response: Response) -> bytes:
    """Return the 32 bytes that stand for an exchange in both logs: the digest of `entry`."""
    return sha256(entry(request, response)).digest()


def checkpoint(signer: Signer, size: int, root: bytes, now: datetime) -> str:
    """Return a city's signed root over the first `size` entries of its log."""
    claims = {"iss": signer.city, "size": size, "root": base64url.encode(root), "iat": seconds(now)}
    return jws.sign(claims, CHECKPOINT, signer)


def package(
    request: Request, response: Response, editions: Iterable[bytes], logs: Iterable[Logged]
) -> bytes:
    """Return the package. Headers that no signature covers are left out; they may hold secrets."""
    return canonical(
        {
            "kind": "points-evidence",
            "request": _request(request),
            "response": _response(response),
            "directory": [base64url.encode(edition) for edition in editions],
            "logs": [
                {
                    "checkpoint": one.checkpoint,
                    "index": one.index,
                    "path": [base64url.encode(node) for node in one.path],
                }
                for one in logs
            ],
        }
    )


def check(document: bytes, digest: str) -> Verdict:
    """Check a package. `digest`: of the directory's edition that the reader knows it to begin with.

    Never raises for what stands in the package: the verdict tells the step and the refusal.
    """
    checking = _Checking(digest)
    steps: list[Step] = []
    try:
        for name, step in checking.steps(document):
            steps.append(Step(name))
            step()
    except Refused as refused:
        return Verdict((*steps[:-1], Step(steps[-1].name, refused)))
    return Verdict(tuple(steps), checking.statement, tuple(checking.logs))


class _Request(Closed):
    method: str
    target: str
    headers: dict[str, str]
    body: str


class _Response(Closed):
    status: int
    headers: dict[str, str]
    body: str


class _Logged(Closed):
    checkpoint: str
    index: Annotated[int, Field(ge=0)]
    path: Annotated[list[str], Field(max_length=64)]


class _Package(Closed):
    kind: Literal["points-evidence"]
    request: _Request
    response: _Response
    directory: Annotated[list[str], Field(min_length=1, max_length=1000)]
    logs: Annotated[list[_Logged], Field(max_length=2)]


class _Checkpoint(Closed):
    iss: str
    size: Annotated[int, Field(ge=1)]
    root: str
    iat: Annotated[int, Field(ge=0, lt=2**40)]


class _Checking:
    """One reading of a package; each step rests on what the steps before it have found."""

    members: Members
    editions: Sequence[Trusted]
    request: Request
    response: Response
    asker: Verified
    answerer: Verified

    def __init__(self, digest: str) -> None:
        self._digest = digest
        self.statement: Said | None = None
        self.logs: list[str] = []

    def steps(self, document: bytes) -> Iterable[tuple[str, Callable[[], None]]]:
        yield "form", lambda: self._open(document)
        yield "directory", self._follow
        yield "request", self._check_request
        yield "answer", self._check_answer
        yield "statement", self._check_statement
        for one in self._package.logs:
            yield "log", partial(self._check_log, one)

    def _open(self, document: bytes) -> None:
        self._package = shaped(_Package, parse(document) if len(document) <= LONGEST else None)
        asked, said = self._package.request, self._package.response
        body = base64url.decode(asked.body)
        self.request = Request(asked.method, asked.target, asked.headers, body)
        self.response = Response(said.status, said.headers, base64url.decode(said.body))
        self._then = _instant(read(asked.headers)[0].created)

    def _follow(self) -> None:
        first, *rest = map(base64url.decode, self._package.directory)
        self.editions = list(trail(begin(first, self._digest), rest))
        self.members = self._members_at(self._then)

    def _members_at(self, instant: datetime) -> Members:
        """The members by the newest edition that there was then."""
        until = seconds(instant) + LEEWAY_SECONDS
        known = [one for one in self.editions if one.directory.issued <= until]
        if not known:
            raise FromTheFuture
        return known[-1].at(instant)

    def _check_request(self) -> None:
        addressed = [one for one in self.members
                     if self.request.target.startswith(f"{one.address}/")]  # fmt: skip
        if not addressed:
            raise WrongDestination
        self._addressed = addressed[0].city
        terms = Terms(addressed[0].address)
        self.asker = check_request(self.request, self.members, terms, self._then)

    def _check_answer(self) -> None:
        said, terms = read(self.response.headers)[0], Terms("")
        self.answerer = verify_response(
            self.response, self.request, self.members, terms, _instant(said.created)
        )
        if self.answerer.city != self._addressed:
            raise WrongHome
        waited = said.created - seconds(self._then)
        if not -LEEWAY_SECONDS <= waited <= terms.window_seconds + LEEWAY_SECONDS:
            raise WrongOrder

    def _check_statement(self) -> None:
        asked = shaped(Asked, parse(self.request.body))
        token = shaped(Answer, parse(self.response.body)).statement
        if not self.members.speaks_for(self.asker.city, asked.host):
            raise AreaNotListed
        if not self.members.speaks_for(self.answerer.city, asked.home):
            raise WrongHome
        self.statement = verify_either(token, asked, self.members, None, self.answerer.created)

    def _check_log(self, shown: _Logged) -> None:
        made = shaped(_Checkpoint, jws.read(shown.checkpoint, CHECKPOINT).claims).iat
        opened = jws.verify(shown.checkpoint, CHECKPOINT, self._members_at(_instant(made)))
        root = shaped(_Checkpoint, opened.claims)
        city = city_of(opened.keyid)
        if root.iss != city or city not in (self.asker.city, self.answerer.city):
            raise WrongLog
        if city in self.logs:
            raise Malformed("a log twice")
        if root.iat < seconds(self.answerer.created) - LEEWAY_SECONDS:
            raise NotInLog("the checkpoint is older than the exchange")
        leaf = merkle.leaf_hash(logged(self.request, self.response))
        path = [base64url.decode(node) for node in shown.path]
        merkle.check_inclusion(leaf, shown.index, root.size, path, base64url.decode(root.root))
        self.logs.append(city)


def _instant(at: int) -> datetime:
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed("time") from None


def _request(request: Request) -> dict[str, Any]:
    return {"method": request.method, "target": request.target, **_kept(request)}


def _response(response: Response) -> dict[str, Any]:
    return {"status": response.status, **_kept(response)}


def _kept(message: Request | Response) -> dict[str, Any]:
    said, _, _ = read(message.headers)
    names = {one.name for one in said.components if not one.of_request} | _SIGNATURE_FIELDS
    return {
        "headers": {name: of for name, of in message.headers.items() if name in names},
        "body": base64url.encode(message.body),
    }
