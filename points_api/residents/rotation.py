"""Rewriting everything sealed under an older key, with the service running.

How an operator rotates: (1) add the new key at the end of POINTS_SECRET_KEYS on every process, so
that all of them can open what it seals; (2) move it to the front on every process; (3) run this;
(4) drop the old key. Step 1 is what lets processes with the old and the new order work side by
side.

Rows are rewritten in small batches, in the order of their ids. A row that is current is skipped, so
after an interruption one simply starts again. Within a batch the rows are locked, so a name or a
phone that somebody changes at the same moment is not written back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tortoise.models import Model

from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.db.writes import Update, write_all
from points_api.residents import accounts, persons
from points_api.residents.models import Enrollment, Person, Resident

BATCH: Final = 500
Progress = Callable[[int, int], None]
"""Called with the rows looked at so far and all of them, as counted at the start."""


@dataclass(frozen=True, slots=True)
class BlindIndex:
    """A column that finds a row by the plain value of one of its sealed columns."""

    column: str
    kind: str
    of: str


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns: each column's context, and the blind index if there is one."""

    model: type[Model]
    contexts: Mapping[str, str]
    index: BlindIndex | None = None


TABLES: Final = (
    SealedTable(
        Person,
        {"id_number": persons.ID_NUMBER, "name": persons.NAME},
        BlindIndex("id_index", persons.INDEX, "id_number"),
    ),
    SealedTable(Enrollment, {"phone": persons.PHONE}),
    SealedTable(
        Resident,
        {"openid": accounts.OPENID},
        BlindIndex("openid_index", accounts.INDEX, "openid"),
    ),
)


@dataclass(slots=True)
class Report:
    """What a run did. `conflicts` are rows whose value exists a second time under the newest key.

    They stay as they are, under the old key, until somebody has merged the two.
    """

    seen: int = 0
    rewritten: int = 0
    conflicts: list[UUID] = field(default_factory=list)


async def rotate(
    keyring: Keyring,
    progress: Progress = lambda _seen, _total: None,
    tables: Sequence[SealedTable] = TABLES,
    batch: int = BATCH,
) -> Report:
    """Bring all sealed columns of the tables under the newest key and the configured cipher."""
    report = Report()
    total = sum([await table.model.all().count() for table in tables])
    for table in tables:
        last: UUID | None = None
        while ids := await _next_ids(table, last, batch):
            rewritten, conflicts = await _rewrite(keyring, table, ids)
            report.seen += len(ids)
            report.rewritten += rewritten
            report.conflicts += conflicts
            last = ids[-1]
            progress(report.seen, max(total, report.seen))
    return report


async def _next_ids(table: SealedTable, last: UUID | None, batch: int) -> list[UUID]:
    rows = table.model.all() if last is None else table.model.filter(id__gt=last)
    return [row[0] for row in await rows.order_by("id").limit(batch).values_list("id")]


@transactional
async def _rewrite(
    keyring: Keyring, table: SealedTable, ids: Sequence[UUID]
) -> tuple[int, list[UUID]]:
    columns = ("id", *table.contexts)
    rows = await table.model.filter(id__in=ids).values(*columns)
    old = [row["id"] for row in rows if _is_old(keyring, table, row)]
    if not old:
        return 0, []
    # As models, for the ORM forgets the lock when it is asked for plain values.
    held = await table.model.filter(id__in=old).order_by("id").select_for_update()
    fresh = [_sealed_anew(keyring, table, {c: getattr(row, c) for c in columns}) for row in held]
    conflicts = await _conflicts(table, fresh)
    writable = [row for row in fresh if row["id"] not in conflicts]
    if writable:
        await write_all([Update(table.model, by=("id",), rows=writable)])
    return len(writable), sorted(conflicts)


def _is_old(keyring: Keyring, table: SealedTable, row: Mapping[str, Any]) -> bool:
    sealed = [row[column] for column in table.contexts if row[column] is not None]
    return not all(keyring.is_current(value) for value in sealed)


def _sealed_anew(keyring: Keyring, table: SealedTable, row: Mapping[str, Any]) -> dict[str, Any]:
    fresh: dict[str, Any] = {"id": row["id"], **dict.fromkeys(table.contexts)}
    for column, context in table.contexts.items():
        if row[column] is not None:
            plain = keyring.decrypt(row[column], context)
            fresh[column] = keyring.encrypt(plain, context)
            if table.index is not None and table.index.of == column:
                fresh[table.index.column] = keyring.index(table.index.kind, plain.decode())
    return fresh


async def _conflicts(table: SealedTable, fresh: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Return the rows whose new index another row bears already."""
    if table.index is None:
        return set()
    column = table.index.column
    taken = await table.model.filter(**{f"{column}__in": [row[column] for row in fresh]}).values(
        "id", column
    )
    bearers = {bytes(row[column]): row["id"] for row in taken}
    return {row["id"] for row in fresh if bearers.get(row[column], row["id"]) != row["id"]}
