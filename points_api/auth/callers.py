"""The caller, as a typed argument of a route. No argument, no ambient «current user».

    @router.get("/v1/me/score")
    async def score(caller: ResidentCaller) -> Score: ...

An officer is demanded with one of some roles, in the table and in the signature alike:

    ACCESS = {"POST /v1/officer/scenarios/{id}/stop": officer("scenario")}
    async def stop(caller: Annotated[CallingOfficer, officer_with("scenario")]) -> Stopped: ...

The gate (`access.py`) has admitted the caller before the route runs; the argument hands it over and
writes the demand into the OpenAPI document.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer, SecurityScopes

from points_api import clock
from points_api.auth import clients
from points_api.auth.identity import Identity
from points_api.auth.merchants import CallingMerchant
from points_api.auth.officers import CallingOfficer, OfficerWith, Role
from points_api.auth.partners import CallingPartner
from points_api.auth.problems import AccessTokenRefused, SessionEnded
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


Caller = CallingResident | CallingAgency | CallingMerchant | CallingOfficer


async def admit(
    identity: Identity,
    who: CallerKind | Literal["partner"] | OfficerWith,
    headers: Iterable[tuple[bytes, bytes]],
) -> Caller:
    """Return the caller of a request, or raise the 401 or 403 that says why not.

    No token makes a partner of anybody: partners sign what they send (`partners/door.py`).
    """
    claims = identity.tokens.verify(bearer(headers, who), clock.now())
    if claims.kind != ("officer" if isinstance(who, OfficerWith) else who):
        raise Forbidden(
            "这个操作不对这类调用者开放", "This operation is not for this kind of caller"
        )
    if claims.kind == "agency":
        return await _agency(claims)
    if claims.kind == "merchant":
        return await _merchant(identity, claims)
    if isinstance(who, OfficerWith):
        return await _officer(identity, claims, who)
    await identity.sessions.require_live(claims.session)
    return CallingResident(UUID(claims.subject), UUID(claims.session))


def bearer(
    headers: Iterable[tuple[bytes, bytes]],
    who: CallerKind | Literal["partner"] | OfficerWith = "resident",
) -> str:
    """Return the token of the Authorization header (RFC 6750), where `who` has to send one."""
    found = [value for name, value in headers if name == b"authorization"]
    missing = _MISSING["officer" if isinstance(who, OfficerWith) else who]
    if not found:
        raise Unauthorized(*missing)
    if len(found) > 1:
        raise AccessTokenRefused
    if not (token := token_of(found[0])):
        raise AccessTokenRefused(*missing)
    return token


def token_of(authorization: bytes) -> str:
    """The token that one such header holds; empty where it holds none."""
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _without_token(sign_in: str) -> tuple[str, str]:
    return (
        f"没有收到访问令牌：请用 POST {sign_in} 取得，放在 Authorization: Bearer 里再发一次",
        f"No access token came: get one by POST {sign_in} and send it as Authorization: Bearer",
    )


_MISSING: Final[dict[CallerKind | Literal["partner"], tuple[str, str]]] = {
    "resident": _without_token("/v1/auth/wechat"),
    "officer": _without_token("/v1/auth/officer"),
    "merchant": _without_token("/v1/auth/token"),
    "agency": _without_token("/v1/auth/token"),
    "partner": (
        "没有收到签名：请按 docs/joining.md 第 4 节签名，带上 Signature 与 Signature-Input",
        "No signature came: send Signature and Signature-Input, as in docs/joining.md section 4",
    ),
}


async def _agency(claims: Claims) -> CallingAgency:
    # One read per call: agencies call rarely, and a revoked key must stop at once.
    agency = await clients.agency_of(claims.subject)
    if agency is None:
        raise AccessTokenRefused
    return CallingAgency(claims.subject, agency)


async def _merchant(identity: Identity, claims: Claims) -> CallingMerchant:
    merchant = await identity.merchant_of(claims.subject)
    if merchant is None:
        raise AccessTokenRefused
    return merchant


async def _officer(identity: Identity, claims: Claims, who: OfficerWith) -> CallingOfficer:
    # One read per call here, too: officers are few, and may change much. The roles are those of
    # the database; those in the token are for the pages that show an officer their menu.
    officer = await identity.officer_of(UUID(claims.session), clock.now())
    if officer is None:
        raise SessionEnded
    _require(who, officer)
    return officer


def _require(who: OfficerWith, officer: CallingOfficer) -> None:
    if not who.admits(officer):
        roles = ", ".join(sorted(who.roles))
        raise Forbidden(f"需要其中一种岗位：{roles}", f"One of these roles is needed: {roles}")


_resident = HTTPBearer(
    scheme_name="resident",
    bearerFormat="JWT",
    description="居民：POST /v1/auth/wechat 得到的访问令牌 · a resident's access token",
    auto_error=False,
)
_agency_scheme = HTTPBearer(
    scheme_name="agency",
    bearerFormat="JWT",
    description="信源单位：POST /v1/auth/token 得到的访问令牌 · a source agency's",
    auto_error=False,
)
_merchant_scheme = HTTPBearer(
    scheme_name="merchant",
    bearerFormat="JWT",
    description="商户：POST /v1/auth/token 得到的访问令牌 · a merchant's",
    auto_error=False,
)
_officer_scheme = HTTPBearer(
    scheme_name="officer",
    bearerFormat="JWT",
    description="工作人员：POST /v1/auth/officer 得到的访问令牌；列出岗位时有其一即可 · "
    "an officer's, who has one of the roles, if any are listed",
    auto_error=False,
)


_partner_scheme = APIKeyHeader(
    name="Signature",
    scheme_name="partner",
    description="互认城市：按 RFC 9421 用名录中的 Ed25519 密钥签名，连同 Signature-Input 与 "
    "Content-Digest；签什么、怎样签见 docs/joining.md · signed by a key of the member directory, "
    "together with Signature-Input and Content-Digest",
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


async def _calling_merchant(
    request: Request, _: Annotated[object, Security(_merchant_scheme)]
) -> CallingMerchant:
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, CallingMerchant):
        raise Unauthorized
    return caller


async def _calling_partner(
    request: Request, _: Annotated[object, Security(_partner_scheme)]
) -> CallingPartner:
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, CallingPartner):
        raise Unauthorized
    return caller


async def _calling_officer(
    request: Request, demand: SecurityScopes, _: Annotated[object, Security(_officer_scheme)]
) -> CallingOfficer:
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, CallingOfficer):
        raise Unauthorized
    _require(OfficerWith(frozenset(demand.scopes)), caller)
    return caller


def officer_with(*roles: Role) -> Any:
    """Demand an officer with one of these roles, in the signature of a route."""
    return Security(_calling_officer, scopes=sorted(roles))


ResidentCaller = Annotated[CallingResident, Security(_calling_resident)]
AgencyCaller = Annotated[CallingAgency, Security(_calling_agency)]
MerchantCaller = Annotated[CallingMerchant, Security(_calling_merchant)]
PartnerCaller = Annotated[CallingPartner, Security(_calling_partner)]
OfficerCaller = Annotated[CallingOfficer, officer_with()]
