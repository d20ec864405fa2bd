"""Programs of agencies that call us: registering their public keys, and giving them tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from tortoise.exceptions import IntegrityError

from points_api.audit import service as audit
from points_api.auth import assertions
from points_api.auth.assertions import Assertion, PublicKeyError
from points_api.auth.identity import Identity
from points_api.auth.models import ApiClient, UsedAssertion
from points_api.auth.problems import ClientRefused
from points_api.auth.tokens import CallerKind
from points_api.db.transaction import transactional

KIND: Final = "agency"


@dataclass(frozen=True, slots=True)
class Client:
    """A registered key. Its private half is with the agency alone."""

    id: str
    agency: str
    created_at: datetime
    revoked_at: datetime | None


@transactional
async def register(agency: str, public_jwk: str, actor: str, now: datetime) -> Client:
    """Register a public key (a JWK) of an agency; the same key again changes nothing.

    An agency may have several, which is how it rotates: add the new one, then revoke the old one.
    Raises `PublicKeyError`, also for a key that was revoked or is another agency's.
    """
    jwk = assertions.public_jwk(public_jwk)
    mark = assertions.thumbprint(jwk)
    known = await ApiClient.filter(id__endswith=f"-{mark}").first()
    if known is not None:
        if known.agency != agency or known.revoked_at is not None:
            raise PublicKeyError("这把钥匙已经登记过，请另造一对 (known already; make a new pair)")
        return _client(known)
    client = await ApiClient.create(
        id=f"{agency}-{mark}", kind=KIND, agency=agency, public_jwk=jwk, created_at=now
    )
    await audit.append(actor, "client.register", f"client:{client.id}", {"agency": agency})
    return _client(client)


@transactional
async def revoke(client_id: str, actor: str, now: datetime) -> bool:
    """Refuse a client from now on, its tokens included; False if there is none to revoke."""
    changed = await ApiClient.filter(id=client_id, revoked_at=None).update(revoked_at=now)
    if changed:
        await audit.append(actor, "client.revoke", f"client:{client_id}", {})
    return bool(changed)


async def of_agency(agency: str) -> list[Client]:
    """List the keys of an agency, revoked ones included."""
    return [
        _client(row) for row in await ApiClient.filter(agency=agency).order_by("created_at", "id")
    ]


async def agency_of(client_id: str) -> str | None:
    """Return whose program a client is; None if unknown or revoked."""
    found = await ApiClient.filter(id=client_id, kind=KIND, revoked_at=None).first()
    return found.agency if found else None


async def token(identity: Identity, assertion: str, now: datetime) -> str:
    """Return an access token for the agency that signed the assertion."""
    client_id = assertions.claimed_client(assertion)
    client = await ApiClient.filter(id=client_id, revoked_at=None).first()
    if client is None:
        raise ClientRefused(
            "没有登记这个客户端，或其钥匙已停用", "No such client, or its key is revoked"
        )
    proof = assertions.verify(assertion, client.public_jwk, identity.issuer, now)
    try:
        await _use(proof, now)
    except IntegrityError:  # of two that show it at once, too, only one gets in
        raise ClientRefused(
            "这个断言已经用过，请换一个 jti", "This assertion was used before; take another jti"
        ) from None
    return identity.tokens.issue(cast(CallerKind, client.kind), client_id, client_id, now)


@transactional
async def _use(proof: Assertion, now: datetime) -> None:
    """Take the assertion, once and for all processes; forget those that have expired anyway."""
    await UsedAssertion.filter(expires_at__lt=now - timedelta(minutes=1)).delete()
    await UsedAssertion.create(jti=proof.mark, expires_at=proof.expires_at)
    client = f"client:{proof.client_id}"
    await audit.append(client, "client.sign_in", client, {})


def _client(row: ApiClient) -> Client:
    return Client(row.id, row.agency, row.created_at, row.revoked_at)
