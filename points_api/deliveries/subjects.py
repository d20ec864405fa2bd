"""The persons that a block of rows is about: found by blind index, new ones sealed and added.

Encrypting costs more than checking, so it happens once per person, and only for who is new.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from points_api.crypto.keyring import Keyring
from points_api.db.transaction import connection, dialect
from points_api.deliveries.sql import execute, query
from points_api.ids import new_id
from points_api.residents.persons import ID_NUMBER, INDEX, NAME

_FIND: Final = "SELECT id_index, id FROM person WHERE id_index = ANY($1::bytea[])"
_ADD: Final = """
INSERT INTO person (id, id_index, id_number, name, created_at, revision)
SELECT *, $5::timestamptz, 0 FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[])
ON CONFLICT (id_index) DO NOTHING
"""
_ADD_ONE: Final = """
INSERT INTO person (id, id_index, id_number, name, created_at, revision)
VALUES (?, ?, ?, ?, ?, 0)
ON CONFLICT (id_index) DO NOTHING
"""
_PARAMETERS: Final = 30_000  # in one statement of SQLite


@dataclass(frozen=True, slots=True)
class Subjects:
    """Distinct persons of a block: 18-character ID numbers, names, current blind indexes."""

    id_numbers: Sequence[str]
    names: Sequence[str]
    indexes: Sequence[bytes]


async def find_or_add(keyring: Keyring, subjects: Subjects, now: datetime) -> list[str]:
    """The ids of the persons, in their order; in the caller's transaction.

    Who is still stored under an older key, in the middle of a rotation, is found too.
    """
    known = await _find(subjects.indexes)
    missing = [n for n, index in enumerate(subjects.indexes) if index not in known]
    if missing:
        older = await asyncio.to_thread(_older_indexes, keyring, subjects, missing)
        known |= {older[index]: found for index, found in (await _find(list(older))).items()}
        missing = [n for n in missing if subjects.indexes[n] not in known]
    if missing:
        rows = await asyncio.to_thread(_sealed, keyring, subjects, missing)
        known |= await _add(rows, now)
    return [known[index] for index in subjects.indexes]


def _older_indexes(
    keyring: Keyring, subjects: Subjects, places: Sequence[int]
) -> dict[bytes, bytes]:
    """Each index under another key that may still be stored, with the current one it stands for."""
    return {
        other: subjects.indexes[n]
        for n in places
        for other in keyring.indexes(INDEX, subjects.id_numbers[n])[1:]
    }


def _sealed(keyring: Keyring, subjects: Subjects, places: Sequence[int]) -> list[list[Any]]:
    """New rows of persons, as columns."""
    return [
        [new_id() for _ in places],
        [subjects.indexes[n] for n in places],
        keyring.encrypt_many((subjects.id_numbers[n] for n in places), ID_NUMBER),
        keyring.encrypt_many((subjects.names[n] for n in places), NAME),
    ]


async def _find(indexes: Sequence[bytes]) -> dict[bytes, str]:
    if dialect() == "postgres":
        found = await query(_FIND, list(indexes))
        return {row["id_index"]: str(row["id"]) for row in found}
    known: dict[bytes, str] = {}
    for at in range(0, len(indexes), _PARAMETERS):
        part = indexes[at : at + _PARAMETERS]
        marks = ", ".join("?" * len(part))
        found = await query(
            f"SELECT id_index, id FROM person WHERE id_index IN ({marks})",  # noqa: S608 - marks
            *part,
        )
        known |= {row["id_index"]: row["id"] for row in found}
    return known


async def _add(columns: list[list[Any]], now: datetime) -> dict[bytes, str]:
    """Insert persons; of two that add the same one at once, one does and the other finds it."""
    ids, indexes, *_ = columns
    if dialect() == "postgres":
        added = await execute(_ADD, *columns, now)
        if added == len(ids):
            return {index: str(person) for index, person in zip(indexes, ids, strict=True)}
    else:
        rows = [[*row, now] for row in zip(*columns, strict=True)]
        await connection().execute_many(_ADD_ONE, rows)
    return await _find(indexes)
