"""Asking a partner: the request is signed, the answer counts once it is signed by whom we asked.

An answer without a good signature says nothing, whatever stands in it: only that the partner could
not be asked. Calls are short, and a partner that keeps failing is left to rest (`breaker.py`).
"""

import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx

from interop.directory import Members
from interop.directory_shapes import Member
from interop.refusals import Refused
from interop.signing import (
    Request,
    Response,
    Terms,
    Verified,
    combined,
    sign_request,
    verify_response,
)
from points_api import clock, log
from points_api.partners.breaker import Breaker, Failed, Resting
from points_api.partners.directory import MemberDirectory, member_for
from points_api.partners.keys import OwnKeys
from points_api.partners.problems import HomeAnswerRefused, HomeNotAsked, UnknownCity
from points_api.partners.replies import reason_of

SECONDS: Final = 3.0
LONGEST: Final = 1024 * 1024
JSON: Final = "application/json"
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

    http: httpx.AsyncClient
    keys: OwnKeys
    directory: MemberDirectory
    breakers: dict[str, Breaker] = field(default_factory=lambda: defaultdict(Breaker))

    async def ask(self, division: str, method: str, path: str, body: bytes = b"") -> Exchanged:
        """Ask the city that speaks for a division.

        Raises `ExchangeClosed`, `UnknownCity`, `HomeNotAsked`, `HomeAnswerRefused`.
        """
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
        except Resting:
            raise HomeNotAsked("resting") from None
        except Failed as failed:
            _log.warning("partners.not_asked", city=member.city, reason=failed.reason)
            if isinstance(failed.__cause__, Refused):
                raise HomeAnswerRefused(failed.reason) from None
            raise HomeNotAsked(failed.reason) from None
        return Exchanged(request, response, answerer, self.directory.trusted_digest)

    def lied(self, division: str, members: Members, reason: str) -> None:
        """Count an answer whose content does not hold, though its signature does."""
        member = member_for(members, division)
        if member is not None:
            self.breakers[member.city].failure(reason)

    def _signed(
        self, members: Members, member: Member, method: str, path: str, body: bytes
    ) -> Request:
        headers = {"content-type": JSON} if body else {}
        request = Request(method, f"{member.address}{path}", headers, body)
        signer = self.keys.signer(members)
        return sign_request(request, signer, clock.now(), secrets.token_urlsafe(24))

    async def _sent(self, request: Request) -> Response:
        try:
            answer = await self.http.request(
                request.method, request.target, headers=dict(request.headers), content=request.body
            )
        except httpx.TimeoutException:
            raise Failed("timed-out") from None
        except (httpx.HTTPError, OSError):
            raise Failed("not-reached") from None
        if len(answer.content) > LONGEST:
            raise Failed("too-large")
        return Response(answer.status_code, combined(answer.headers.multi_items()), answer.content)


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


@asynccontextmanager
async def http_client() -> AsyncIterator[httpx.AsyncClient]:
    """A client that follows nowhere and waits for nobody long."""
    async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:
        yield client
