"""The caller, as a typed argument of a route. No argument, no ambient «current user».

    @router.get("/v1/me/score")
    async def score(caller: ResidentCaller) -> Score: ...

The gate (`access.py`) has admitted the caller before the route runs; the argument hands it over and
writes the demand into the OpenAPI document.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Request, Security
from fastapi.security import HTTPBearer

from points_api import clock
from points_api.auth import clients
from points_api.auth.identity import Identity
from points_api.auth.problems import AccessTokenRefused
from points_api.auth.tokens import CallerKind, Claims
from points_api.problem import Forbidden, Unauthorized


@dataclass(frozen=True, slots=True)
class CallingResident:
    """A WeChat account that is signed in; it need not have joined."""

    resident_id: UUID
    sid: UUID

    @property
    def actor(self) -> str:
        """The caller's name in the audit log."""
        return f"resident:{self.resident_id}"


@dataclass(frozen=True, slots=True)
class CallingAgency:
    """A source agency's system. `agency` is its id in the catalog."""

    client_id: str
    agency: str

    @property
    def actor(self) -> str:
        """The caller's name in the audit log."""
        return f"agency:{self.agency}:{self.client_id}"


async def admit(
    identity: Identity,
    who: CallerKind,
    headers: Iterable[tuple[bytes, bytes]],
) -> CallingResident | CallingAgency:
    """Return the caller of a request, or raise the 401 or 403 that says why not."""
    claims = identity.tokens.verify(bearer(headers), clock.now())
    if claims.kind != who:
        raise Forbidden(
            "这个操作不对这类调用者开放", "This operation is not for this kind of caller"
        )
    if claims.kind == "agency":
        return await _agency(claims)
    await identity.sessions.require_live(claims.session)
    return CallingResident(UUID(claims.subject), UUID(claims.session))


def bearer(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the token of the Authorization header (RFC 6750)."""
    found = [value for name, value in headers if name == b"authorization"]
    if not found:
        raise Unauthorized
    scheme, _, token = found[0].decode("latin-1").partition(" ")
    if len(found) > 1 or scheme.lower() != "bearer":
        raise AccessTokenRefused
    return token.strip()


async def _agency(claims: Claims) -> CallingAgency:
    # One read per call: agencies call rarely, and a revoked key must stop at once.
    agency = await clients.agency_of(claims.subject)
    if agency is None:
        raise AccessTokenRefused
    return CallingAgency(claims.subject, agency)


_resident = HTTPBearer(
    scheme_name="resident",
    bearerFormat="JWT",
    description="居民：POST /v1/auth/wechat 得到的访问令牌",
    auto_error=False,
)
_agency_scheme = HTTPBearer(
    scheme_name="agency",
    bearerFormat="JWT",
    description="信源单位：POST /v1/auth/token 得到的访问令牌",
    auto_error=False,
)


async def _calling_resident(
    request: Request, _: Annotated[object, Security(_resident)]
) -> CallingResident:
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, CallingResident):
        raise Unauthorized  # the gate is missing, or the table says otherwise
    return caller


async def _calling_agency(
    request: Request, _: Annotated[object, Security(_agency_scheme)]
) -> CallingAgency:
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, CallingAgency):
        raise Unauthorized
    return caller


ResidentCaller = Annotated[CallingResident, Security(_calling_resident)]
AgencyCaller = Annotated[CallingAgency, Security(_calling_agency)]
