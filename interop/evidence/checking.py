"""Checking a package step by step; what each step asks is told in `interop.evidence`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from interop import base64url, jws, merkle
from interop.batch import ANSWERED_WITHIN_SECONDS, MOST, read_batch
from interop.canonical import parse
from interop.directory import Members, Trusted, begin, trail
from interop.evidence.packing import CHECKPOINT, ITEM, logged, logged_item
from interop.instants import LEEWAY_SECONDS, seconds
from interop.keys import city_of
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
from interop.signing import Request, Response, Terms, check_request, verify_response
from interop.signing.fields import read
from interop.statement import Answer, Asked, Said, unverified, verify_either

LONGEST: Final = 16 * 1024 * 1024


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
    request: _Request
    directory: Annotated[list[str], Field(min_length=1, max_length=1000)]
    logs: Annotated[list[_Logged], Field(max_length=2)]


class _Exchange(_Package):
    kind: Literal["points-evidence"]
    response: _Response


class _Item(_Package):
    kind: Literal["points-evidence-item"]
    place: Annotated[int, Field(ge=0, lt=MOST)]
    statement: str


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
    asker: str
    addressed: str
    answered: datetime
    """When the answer was signed, by itself."""
    leaf: bytes
    """What stands for it in a log."""

    def __init__(self, digest: str) -> None:
        self._digest = digest
        self.statement: Said | None = None
        self.logs: list[str] = []

    def steps(self, document: bytes) -> Iterable[tuple[str, Callable[[], None]]]:
        yield "form", lambda: self._open(document)
        yield "directory", self._follow
        yield "request", self._check_request
        if isinstance(self._package, _Exchange):
            yield "answer", partial(self._check_answer, self._package)
            yield "statement", partial(self._check_statement, self._package)
        elif isinstance(self._package, _Item):
            yield "question", partial(self._find_question, self._package)
            yield "statement", partial(self._check_item, self._package)
        for one in self._package.logs:
            yield "log", partial(self._check_log, one)

    def _open(self, document: bytes) -> None:
        said = parse(document) if len(document) <= LONGEST else None
        is_item = isinstance(said, dict) and said.get("kind") == ITEM
        self._package: _Package = shaped(_Item if is_item else _Exchange, said)
        asked = self._package.request
        body = base64url.decode(asked.body)
        self.request = Request(asked.method, asked.target, asked.headers, body)
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
        self.addressed = addressed[0].city
        terms = Terms(addressed[0].address)
        self.asker = check_request(self.request, self.members, terms, self._then).city

    def _check_answer(self, package: _Exchange) -> None:
        said, terms = package.response, Terms("")
        response = Response(said.status, said.headers, base64url.decode(said.body))
        created = read(response.headers)[0].created
        answerer = verify_response(response, self.request, self.members, terms, _instant(created))
        if answerer.city != self.addressed:
            raise WrongHome
        self._check_waited(created, terms.window_seconds)
        self.answered = answerer.created
        self.leaf = merkle.leaf_hash(logged(self.request, response))

    def _check_statement(self, package: _Exchange) -> None:
        asked = shaped(Asked, parse(self.request.body))
        body = base64url.decode(package.response.body)
        self._check_said(shaped(Answer, parse(body)).statement, asked)

    def _find_question(self, package: _Item) -> None:
        items = read_batch(self.request.body).items
        if package.place >= len(items):
            raise Malformed("place")
        self._question = shaped(Asked, items[package.place])

    def _check_item(self, package: _Item) -> None:
        taken = unverified(package.statement)
        self.answered = _instant(taken.claims.get("iat"))
        self.members = self._members_at(self.answered)
        self._check_waited(seconds(self.answered), ANSWERED_WITHIN_SECONDS)
        self._check_said(package.statement, self._question)
        if city_of(taken.keyid) != self.addressed:
            raise WrongHome
        said = logged_item(self.request, package.place, package.statement)
        self.leaf = merkle.leaf_hash(said)

    def _check_said(self, token: str, asked: Asked) -> None:
        if not self.members.speaks_for(self.asker, asked.host):
            raise AreaNotListed
        if not self.members.speaks_for(self.addressed, asked.home):
            raise WrongHome
        self.statement = verify_either(token, asked, self.members, None, self.answered)

    def _check_waited(self, answered: int, longest: int) -> None:
        waited = answered - seconds(self._then)
        if not -LEEWAY_SECONDS <= waited <= longest + LEEWAY_SECONDS:
            raise WrongOrder

    def _check_log(self, shown: _Logged) -> None:
        made = shaped(_Checkpoint, jws.read(shown.checkpoint, CHECKPOINT).claims).iat
        opened = jws.verify(shown.checkpoint, CHECKPOINT, self._members_at(_instant(made)))
        root = shaped(_Checkpoint, opened.claims)
        city = city_of(opened.keyid)
        if root.iss != city or city not in (self.asker, self.addressed):
            raise WrongLog
        if city in self.logs:
            raise Malformed("a log twice")
        if root.iat < seconds(self.answered) - LEEWAY_SECONDS:
            raise NotInLog("the checkpoint is older than the exchange")
        path = [base64url.decode(node) for node in shown.path]
        merkle.check_inclusion(self.leaf, shown.index, root.size, path, base64url.decode(root.root))
        self.logs.append(city)


def _instant(at: object) -> datetime:
    if type(at) is not int:
        raise Malformed("time")
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed("time") from None
