"""Programs that call us: registering their public keys, and giving them tokens.

A program belongs to an agency, or to a member of a merchant's staff. Either may have several keys,
which is how it rotates: add the new one, then revoke the old one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from points_api.audit import service as audit
from points_api.auth import assertions
from points_api.auth.assertions import Assertion, PublicKeyError
from points_api.auth.identity import Identity
from points_api.auth.models import ApiClient, UsedAssertion
from points_api.auth.problems import ClientRefused
from points_api.auth.tokens import CallerKind
from points_api.db.transaction import advisory_lock, transactional

AGENCY: Final = "agency"
MERCHANT: Final = "merchant"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose program it is: that of an agency, by its id in the catalog, or of a staff member."""

    agency: str = ""
    merchant_id: UUID | None = None
    staff_id: UUID | None = None

    @property
    def kind(self) -> CallerKind:
        return AGENCY if self.agency else MERCHANT

    @property
    def name(self) -> str:
        """What the ids of its keys begin with."""
        return self.agency or str(self.staff_id)


@dataclass(frozen=True, slots=True)
class Client:
    """A registered key. Its private half is with its owner alone."""

    id: str
    owner: Owner
    created_at: datetime
    revoked_at: datetime | None

    @property
    def agency(self) -> str:
        return self.owner.agency


@transactional
async def register(owner: Owner, public_jwk: str, actor: str, now: datetime) -> Client:
    """Register a public key (a JWK); the same key again changes nothing.

    Raises `PublicKeyError`, also for a key that was revoked or is another owner's.
    """
    jwk = assertions.public_jwk(public_jwk)
    mark = assertions.thumbprint(jwk)
    await advisory_lock(f"client-key:{mark}")
    known = await ApiClient.filter(id__endswith=f"-{mark}").first()
    if known is not None:
        if _owner(known) != owner or known.revoked_at is not None:
            raise PublicKeyError("这把钥匙已经登记过，请另造一对 (known already; make a new pair)")
        return _client(known)
    client = await ApiClient.create(
        id=f"{owner.name}-{mark}", kind=owner.kind, agency=owner.agency,
        merchant_id=owner.merchant_id, staff_id=owner.staff_id, public_jwk=jwk, created_at=now,
    )  # fmt: skip
    await audit.append(actor, "client.register", f"client:{client.id}", _details(owner))
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
    return await _listed(ApiClient.filter(agency=agency))


async def of_staff(staff_id: UUID) -> list[Client]:
    """List the keys of a merchant's staff member, revoked ones included."""
    return await _listed(ApiClient.filter(staff_id=staff_id))


async def agency_of(client_id: str) -> str | None:
    """Return whose program a client is; None if unknown or revoked."""
    found = await ApiClient.filter(id=client_id, kind=AGENCY, revoked_at=None).first()
    return found.agency if found else None


async def token(identity: Identity, assertion: str, now: datetime) -> str:
    """Return an access token for the agency or the merchant's staff that signed the assertion."""
    client_id = assertions.claimed_client(assertion)
    client = await ApiClient.filter(id=client_id, revoked_at=None).first()
    if client is None or not await _stands(identity, client):
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
    return identity.tokens.issue(_owner(client).kind, client_id, client_id, now)


async def _stands(identity: Identity, client: ApiClient) -> bool:
    """A merchant's key ends with the staff member and with the merchant, too."""
    return client.kind != MERCHANT or await identity.merchant_of(client.id) is not None


@transactional
async def _use(proof: Assertion, now: datetime) -> None:
    """Take the assertion, once and for all processes; forget those that have expired anyway."""
    await UsedAssertion.filter(expires_at__lt=now - timedelta(minutes=1)).delete()
    await UsedAssertion.create(jti=proof.mark, expires_at=proof.expires_at)
    client = f"client:{proof.client_id}"
    await audit.append(client, "client.sign_in", client, {})


async def _listed(clients: QuerySet[ApiClient]) -> list[Client]:
    return [_client(row) for row in await clients.order_by("created_at", "id")]


def _owner(row: ApiClient) -> Owner:
    return Owner(row.agency, row.merchant_id, row.staff_id)


def _client(row: ApiClient) -> Client:
    return Client(row.id, _owner(row), row.created_at, row.revoked_at)


def _details(owner: Owner) -> dict[str, str]:
    if owner.agency:
        return {"agency": owner.agency}
    return {"merchant": str(owner.merchant_id), "staff": str(owner.staff_id)}
