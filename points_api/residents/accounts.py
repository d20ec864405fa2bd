"""The resident of a WeChat account: found by blind index, the openid itself kept sealed."""

from datetime import datetime
from uuid import UUID

from points_api.auth.wechat import OpenId
from points_api.crypto.keyring import Keyring
from points_api.residents.models import Resident

INDEX = "openid"
OPENID = "resident.openid"


async def find_or_add(keyring: Keyring, openid: OpenId, now: datetime) -> UUID:
    """Return the resident's id, added if the account is new; in the caller's transaction."""
    indexes = keyring.indexes(INDEX, openid)
    found = await Resident.filter(openid_index__in=indexes).first()
    if found is None:
        await Resident.bulk_create(
            [
                Resident(
                    openid_index=indexes[0],
                    openid=keyring.encrypt(openid, OPENID),
                    created_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        found = await Resident.get(openid_index=indexes[0])
    return found.id


def owns(keyring: Keyring, resident: Resident, openid: OpenId) -> bool:
    """Return whether an openid is this resident's."""
    return resident.openid_index in keyring.indexes(INDEX, openid)
