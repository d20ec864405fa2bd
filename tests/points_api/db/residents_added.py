"""A service that writes one row, and may fail afterwards."""

from points_api.db.transaction import transactional
from points_api.residents.models import Resident
from tests.points_api.db import rows


class Refused(Exception):
    pass


@transactional
async def add(*, then: BaseException | None = None) -> None:
    await rows.resident()
    if then is not None:
        raise then


async def count() -> int:
    return await Resident.all().count()
