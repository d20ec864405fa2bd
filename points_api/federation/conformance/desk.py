"""Sending messages to the tested city and judging what comes back, all of it written down."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel

from interop.canonical import parse
from interop.refusals import Refused
from interop.shape import T, shaped
from interop.signing import Request, Response, Terms, combined, verify_response
from points_api import authorities, clock
from points_api.federation.conformance.cases import Expected, Operation
from points_api.federation.conformance.messages import plain, signed
from points_api.federation.conformance.party import Party
from points_api.language import Text

PROBLEM: Final = "application/problem+json"
UNSIGNED: Final = (401, 413)  # who asked is not known
SECONDS: Final = 3.0
_SHOWN: Final = 2000  # characters of a body
_NO_ANSWER: Final = Text("有应答：{kind}", "an answer came: {kind}")
_TOLD: Final = ("content-type", "content-digest", "signature-input", "signature")


class Finding(Exception):
    """What ends a check early, in both languages; `values` go into the places marked `{name}`."""

    def __init__(self, zh: str, en: str, **values: object) -> None:
        self.said = Text(zh, en).fill(**values)
        super().__init__(*self.said)


class Fault(Finding):
    """The tested city does not do what it should; the message says what it should."""


class Unreached(Fault):
    """Nobody answers at the tested city's address, so that nothing can be said of it."""


class Closed(Fault):
    """The tested city hung up."""


class Skipped(Finding):
    """The check could not be made; the message says what it needs."""


@dataclass(slots=True)
class Desk:
    """One check's view of the exchange. `sent` is what the report shows of it.

    `patience_seconds`: how long the city may take to answer what is to be fetched.
    """

    party: Party
    http: httpx.AsyncClient
    patience_seconds: float = 30.0
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, request: Request) -> Response:
        """Send it as it is, to the tested city whatever it is addressed to. Raises `Fault`."""
        uri = urlsplit(request.target)
        path = uri.path + (f"?{uri.query}" if uri.query else "")
        headers = {**request.headers, "host": uri.netloc, "accept-language": "en"}
        exchange: dict[str, Any] = {"request": _request(request)}
        self.sent.append(exchange)
        try:
            answer = await self.http.request(
                request.method, self.party.tested.address + path,
                headers=headers, content=request.body,
            )  # fmt: skip
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            exchange["answer"] = type(error).__name__
            raise Unreached(*_NO_ANSWER, kind=type(error).__name__) from None
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            exchange["answer"] = type(error).__name__
            raise Closed(*_NO_ANSWER, kind=type(error).__name__) from None
        except httpx.HTTPError as error:
            exchange["answer"] = type(error).__name__
            raise Fault(*_NO_ANSWER, kind=type(error).__name__) from None
        response = Response(
            answer.status_code, combined(answer.headers.multi_items()), answer.content
        )
        exchange["answer"] = _answer(response)
        return response

    async def ask(
        self, to: Operation, body: bytes = b"", batch: str = ""
    ) -> tuple[Request, Response]:
        """Send a right message; the answer is signed for it by the tested city. Raises `Fault`."""
        now = clock.now()
        request = signed(plain(self.party, to, body, batch), self.party.signer, now)
        response = await self.send(request)
        self.require_signed(response, request)
        return request, response

    async def told(self, to: Operation, body: bytes, shape: type[T]) -> T:
        """Ask, and read a closed document from an answer that is 200. Raises `Fault`."""
        _, response = await self.ask(to, body)
        return closed(response, shape, 200)

    async def read(self, to: Operation, shape: type[BaseModel]) -> Any:
        """Ask, and read what the OpenAPI document describes; more may stand in it."""
        _, response = await self.ask(to)
        require_status(response, 200)
        try:
            return shape.model_validate_json(response.body, extra="ignore")
        except ValueError as error:
            raise not_described(shape, error) from None

    def require_signed(self, response: Response, request: Request) -> None:
        """The answer is the tested city's, and to this request. Raises `Fault`."""
        try:
            by = verify_response(response, request, self.party.members, Terms(""), clock.now())
        except Refused as refused:
            raise Fault(
                "答复为这次请求签名（RFC 9421 2.4）：收到 {status}，其签名：{refused}",
                "the answer is signed for this request (RFC 9421 2.4): got {status}; "
                "the answer's signature: {refused}",
                status=response.status, refused=refused,
            ) from None  # fmt: skip
        tested = self.party.tested.city
        if by.city != tested:
            raise Fault(
                "答复由 {tested} 签名，而不是 {by}",
                "the answer is signed by {tested}, not by {by}",
                tested=tested, by=by.city,
            )  # fmt: skip

    def require(self, expected: Expected, response: Response, request: Request) -> None:
        """The answer is what a case expects. Raises `Fault`."""
        if expected.or_status is not None and response.status == expected.or_status:
            return
        require_status(response, expected.status)
        if expected.type is not None:
            _require_problem(expected, response)
        if expected.status not in UNSIGNED:
            self.require_signed(response, request)


def closed(response: Response, shape: type[T], status: int) -> T:
    """The closed document of an answer of this status. Raises `Fault`."""
    require_status(response, status)
    try:
        return shaped(shape, parse(response.body))
    except Refused as refused:
        raise Fault(
            "正文是一个 {shape}：{refused}", "the body is a {shape}: {refused}",
            shape=shape.__name__, refused=refused,
        ) from None  # fmt: skip


def not_described(shape: type[BaseModel], error: Exception) -> Fault:
    """The body is not what the OpenAPI document says under this name."""
    return Fault(
        "正文是 OpenAPI 文件中的 {shape}：{error}",
        "the body is a {shape} of the OpenAPI document: {error}",
        shape=shape.__name__, error=error,
    )  # fmt: skip


def require_status(response: Response, status: int) -> None:
    """Raise `Fault` for another status."""
    if response.status != status:
        raise Fault(
            "答 {status}，而不是 {said}", "{status} is answered, not {said}",
            status=status, said=_said(response),
        )  # fmt: skip


def _require_problem(expected: Expected, response: Response) -> None:
    problem = _problem(response)
    kind = response.headers.get("content-type", "").partition(";")[0]
    slug = str(problem.get("type", "")).rpartition("/problems/")[2]
    errcode = problem.get("errcode")
    reason = problem.get("reason")
    if kind != PROBLEM:
        raise Fault(
            "答 {problem}，而不是 {kind}", "{problem} is answered, not {kind}",
            problem=PROBLEM, kind=kind,
        )  # fmt: skip
    if slug != expected.type:
        raise Fault(
            "type 为 /problems/{type}，而不是 {said}", "type is /problems/{type}, not {said}",
            type=expected.type, said=problem.get("type"),
        )  # fmt: skip
    if problem.get("status") != expected.status:
        raise Fault(
            "正文中的 status 为 {status}", "status in the body is {status}", status=expected.status
        )
    if type(errcode) is not int or not errcode:
        raise Fault(
            "errcode 为数字，且不为 0：{errcode}",
            "errcode is a number, and not 0: {errcode}",
            errcode=errcode,
        )
    if not problem.get("title"):
        raise Fault("问题有标题 title", "the problem has a title")
    if expected.reasons and reason not in expected.reasons:
        raise Fault(
            "reason 为其中之一：{reasons}，而不是 {reason}",
            "reason is one of {reasons}, not {reason}",
            reasons=", ".join(expected.reasons), reason=reason,
        )  # fmt: skip


def _problem(response: Response) -> Mapping[str, Any]:
    try:
        said = parse(response.body)
    except Refused:
        return {}
    return said if isinstance(said, dict) else {}


def _said(response: Response) -> str:
    problem = _problem(response)
    words = [str(problem[name]) for name in ("type", "reason") if problem.get(name)]
    return " ".join([str(response.status), *words])


def _request(request: Request) -> dict[str, Any]:
    return {
        "method": request.method, "target": request.target,
        "headers": dict(request.headers), "body": _text(request.body),
    }  # fmt: skip


def _answer(response: Response) -> dict[str, Any]:
    headers = {name: response.headers[name] for name in _TOLD if name in response.headers}
    return {"status": response.status, "headers": headers, "body": _text(response.body)}


def _text(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(body)} bytes)"


@asynccontextmanager
async def http_client() -> AsyncIterator[httpx.AsyncClient]:
    """A client that follows nowhere and waits for nobody long."""
    plain = {"accept-encoding": "identity"}
    async with httpx.AsyncClient(
        verify=authorities.trusted(), timeout=SECONDS, follow_redirects=False, headers=plain
    ) as client:
        yield client
