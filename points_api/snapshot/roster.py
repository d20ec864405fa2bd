"""Who has joined and agrees, and how often each was changed: by this a snapshot is compared.

Whose consent has lapsed is not in it: nothing of theirs is processed until they agree anew (PIPL
14, 15). Joining and agreeing anew count the revision up; lapsing does not, and need not.

All of a city's persons at once, so in PostgreSQL they come by COPY in its binary form, which is
read as an array without looking at a row; SQLite gives them in pages. Each person's revision is
compared on its own, so the persons need not be of one instant.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from points_api import clock
from points_api.consents.notice import Notices
from points_api.consents.service import JOINING
from points_api.db.transaction import connection, dialect

_PAGE: Final = 100_000
_HALF: Final = 2**64
# The same as `consents.service.standing` decides for one.
_JOINED: Final = (
    "SELECT e.person_id, {revision} FROM enrollment e JOIN person p ON p.id = e.person_id "
    "WHERE e.left_at IS NULL AND EXISTS (SELECT 1 FROM consent c "
    "WHERE c.resident_id = e.resident_id AND c.purpose = {0} AND c.withdrawn_at IS NULL "
    "AND c.notice_version = {1} AND c.expires_at > {2})"
)
_COPY: Final = _JOINED.format("$1", "$2", "$3", revision="p.revision::bigint")
_NEXT: Final = (
    _JOINED.format("?", "?", "?", revision="p.revision")
    + " AND e.person_id > ? ORDER BY e.person_id LIMIT "
    + str(_PAGE)
)

# https://www.postgresql.org/docs/15/sql-copy.html, «Binary Format»; numbers in network order.
_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_TUPLE: Final = np.dtype(
    [
        ("fields", ">i2"),
        ("id_length", ">i4"), ("id_high", ">u8"), ("id_low", ">u8"),
        ("revision_length", ">i4"), ("revision", ">i8"),
    ]
)  # fmt: skip


class Agreed(NamedTuple):
    """To what and until when a consent has to stand."""

    notice_version: str
    now: datetime

    @classmethod
    def as_of(cls, notices: Notices, now: datetime) -> "Agreed":
        """To the notice that is the current one at an instant."""
        return cls(notices.current(clock.day_of(now)).version, now)


class Roster(NamedTuple):
    """Everybody who has joined and agrees, by id, whose halves the first two are."""

    id_high: NDArray[np.uint64]
    id_low: NDArray[np.uint64]
    revision: NDArray[np.int64]


async def roster(agreed: Agreed) -> Roster:
    """Read who has joined and agrees."""
    found = await (_copied(agreed) if dialect() == "postgres" else _paged(agreed))
    order = np.lexsort((found.id_low, found.id_high))
    return Roster(found.id_high[order], found.id_low[order], found.revision[order])


async def _copied(agreed: Agreed) -> Roster:
    content = bytearray()

    async def keep(chunk: bytes) -> None:
        content.extend(chunk)

    async with connection().acquire_connection() as held:
        await held.copy_from_query(_COPY, JOINING, *agreed, output=keep, format="binary")
    if not (content.startswith(_SIGNATURE) and content.endswith(_TRAILER)):
        raise RuntimeError("PostgreSQL answered COPY in a form that is not version 1")
    rows = np.frombuffer(content, _TUPLE, offset=len(_SIGNATURE), count=_tuples(len(content)))
    return Roster(
        rows["id_high"].astype(np.uint64),
        rows["id_low"].astype(np.uint64),
        rows["revision"].astype(np.int64),
    )


def _tuples(length: int) -> int:
    return (length - len(_SIGNATURE) - len(_TRAILER)) // _TUPLE.itemsize


async def _paged(agreed: Agreed) -> Roster:
    pages: list[Roster] = []
    last = ""
    while True:
        _, rows = await connection().execute_query(_NEXT, [JOINING, *agreed, last])
        if not rows:
            break
        last = rows[-1]["person_id"]
        pages.append(_page(rows))
    if not pages:
        return Roster(np.empty(0, np.uint64), np.empty(0, np.uint64), np.empty(0, np.int64))
    return Roster(*(np.concatenate(column) for column in zip(*pages, strict=True)))


def _page(rows: Any) -> Roster:
    halves = [divmod(UUID(row["person_id"]).int, _HALF) for row in rows]
    high, low = zip(*halves, strict=True)
    revisions = [row["revision"] for row in rows]
    return Roster(
        np.array(high, np.uint64), np.array(low, np.uint64), np.array(revisions, np.int64)
    )
