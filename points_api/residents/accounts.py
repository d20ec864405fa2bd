"""The resident of a WeChat account. Of the openid only a blind index is kept."""

from datetime import datetime
from uuid import UUID

from points_api.auth.wechat import OpenId
from points_api.crypto.keyring import Keyring
from points_api.residents.models import Resident

INDEX = "openid"


async def find_or_add(keyring: Keyring, openid: OpenId, now: datetime) -> UUID:
    """Return the resident's id, added if the account is new; in the caller's transaction.

    The openid is not stored, so after a key rotation nobody but its owner can bring it: signing in
    is when an old index moves to the newest key.
    """
    indexes = keyring.indexes(INDEX, openid)
    found = await Resident.filter(openid_index__in=indexes).first()
    if found is None:
        await Resident.bulk_create(
            [Resident(openid_index=indexes[0], created_at=now)], ignore_conflicts=True
        )
        found = await Resident.get(openid_index=indexes[0])
    elif found.openid_index != indexes[0]:
        await Resident.filter(id=found.id).update(openid_index=indexes[0])
    return found.id


def owns(keyring: Keyring, resident: Resident, openid: OpenId) -> bool:
    """Return whether an openid is this resident's."""
    return resident.openid_index in keyring.indexes(INDEX, openid)
