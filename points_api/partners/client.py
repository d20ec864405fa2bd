"""Asking a partner: the request is signed, the answer counts once it is signed by whom we asked.

An answer without a good signature says nothing, whatever stands in it: only that the partner could
not be asked. What stands in it is read before it counts as one, so that a partner that signs what
does not hold fails like one that does not answer. Calls are short as a whole, however slowly bytes
come, and a partner that keeps failing is left to rest (`breaker.py`).
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from interop.directory import Members
from interop.directory_shapes import Member
from interop.refusals import Refused
from interop.signing import (
    Request,
    Response,
    Terms,
    Verified,
    sign_request,
    verify_response,
)
from points_api import clock, log, metrics
from points_api.partners.breaker import Breaker, Failed, Resting
from points_api.partners.directory import MemberDirectory, member_for
from points_api.partners.keys import OwnKeys
from points_api.partners.line import Line
from points_api.partners.problems import HomeAnswerRefused, HomeNotAsked, UnknownCity
from points_api.partners.replies import reason_of

SECONDS: Final = 3.0
JSON: Final = "application/json"
T = TypeVar("T")
Reader = Callable[[Response, Members], T]
"""Makes of an answer what it says. Raises `Refused` where it does not hold, which counts."""
_log = log.get("partners")


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A question and its answer, both signed, as they are kept for evidence."""

    request: Request
    response: Response
    answerer: Verified
    edition: str  # digest of the directory by which they were checked


@dataclass(slots=True)
class PartnerClient:
    """One per process. `breakers` are by member, which may speak for several divisions."""

    line: Line
    keys: OwnKeys
    directory: MemberDirectory
    breakers: dict[str, Breaker] = field(default_factory=lambda: defaultdict(Breaker))
    seconds: float = SECONDS

    async def ask(self, division: str, method: str, path: str, body: bytes = b"") -> Exchanged:
        """Ask the city that speaks for a division, for who reads the answer by themselves.

        Raises `ExchangeClosed`, `UnknownCity`, `HomeNotAsked`, `HomeAnswerRefused`.
        """
        exchanged, _ = await self.asked(division, method, path, body, lambda *_: None)
        return exchanged

    async def asked(
        self, division: str, method: str, path: str, body: bytes, read: Reader[T]
    ) -> tuple[Exchanged, T]:
        """The same with what `read` makes of the answer."""
        members = await self.directory.members(clock.now())
        member = member_for(members, division)
        if member is None or member.city == self.keys.division:
            raise UnknownCity
        request = self._signed(members, member, method, path, body)
        breaker = self.breakers[member.city]
        try:
            with breaker.asking():
                response = await self._sent(request)
                answerer = _checked(response, request, member, members)
                said = _said(response, members, read)
        except Resting:
            metrics.PARTNER_QUESTIONS.labels(member.city, "not_asked").inc()
            raise HomeNotAsked("resting") from None
        except Failed as failed:
            metrics.PARTNER_QUESTIONS.labels(member.city, "failed").inc()
            _log.warning("partners.not_asked", city=member.city, reason=failed.reason)
            if isinstance(failed.__cause__, Refused):
                raise HomeAnswerRefused(failed.reason) from None
            raise HomeNotAsked(failed.reason) from None
        metrics.PARTNER_QUESTIONS.labels(member.city, "answered").inc()
        return Exchanged(request, response, answerer, self.directory.trusted_digest), said

    def holds(self, city: str, versions: Sequence[str]) -> None:
        """Note which tables a partner has told that it holds."""
        self.breakers[city].holds = tuple(versions)

    def _signed(
        self, members: Members, member: Member, method: str, path: str, body: bytes
    ) -> Request:
        headers = {"content-type": JSON} if body else {}
        request = Request(method, f"{member.address}{path}", headers, body)
        signer = self.keys.signer(members)
        return sign_request(request, signer, clock.now(), secrets.token_urlsafe(24))

    async def _sent(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(self.seconds):
                return await self.line.send(request)
        except TimeoutError:
            raise Failed("timed-out") from None


def _said(response: Response, members: Members, read: Reader[T]) -> T:
    try:
        return read(response, members)
    except Refused as refused:
        raise Failed(refused.reason) from refused


def _checked(response: Response, request: Request, member: Member, members: Members) -> Verified:
    if "signature" not in response.headers and response.status >= 400:
        raise Failed(reason_of(response))
    try:
        answerer = verify_response(response, request, members, Terms(""), clock.now())
    except Refused as refused:
        raise Failed(refused.reason) from refused
    if answerer.city != member.city:
        raise Failed("answered-by-another")
    if response.status >= 500:
        raise Failed("failing")
    return answerer
