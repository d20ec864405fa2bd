"""Some persons as they are in the database at one instant: records, score, and what else is kept.

All statements of a call see one state of the database, so the revision of a person proves exactly
these records and this score: as long as it stands, they do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import numpy as np

from points_api.crypto.keyring import Keyring
from points_api.db.reads import among, select
from points_api.db.transaction import connection, dialect, transactional
from points_api.records.facts import FACT_COLUMNS, fact
from points_api.records.models import RecordRow
from points_api.residents.models import Person
from points_api.residents.persons import ID_NUMBER
from points_api.scores.models import ScoreRow
from points_api.snapshot.layout import (
    NO_CARD,
    NO_SCORE,
    PEOPLE_TYPES,
    Marks,
    People,
    SnapshotRefused,
)
from points_api.snapshot.merging import Share
from scoring.columns import NEVER, Vocabulary, columns_of, day_of
from scoring.digest import MARK_BYTES, mark_of
from scoring.records import Record

_HALF: Final = 2**64
_PEOPLE: Final = (
    "SELECT p.id, p.revision, p.id_number, s.value, s.stale_on, s.scorecard "
    "FROM enrollment e JOIN person p ON p.id = e.person_id "
    "LEFT JOIN score s ON s.person_id = p.id WHERE e.left_at IS NULL AND p.id {among}"
)
_RECORDS: Final = (
    f"SELECT {', '.join(FACT_COLUMNS)} FROM record "  # noqa: S608 - column names of our own
    "WHERE known_to IS NULL AND status = 'active' AND person_id {among}"
)


@dataclass(frozen=True, slots=True)
class Reader:
    """What it takes to turn rows into columns."""

    keyring: Keyring
    words: Vocabulary
    scorecards: Mapping[str, int]  # version -> place

    async def read(self, numbers: Mapping[UUID, int]) -> Share:
        """Those of the numbered persons who have joined, with their active records.

        Not to be called within a transaction: it has one of its own.
        """
        ids = sorted(numbers, key=numbers.__getitem__)
        people, records = await _rows_of(ids)
        found = {row["id"]: row for row in people}
        facts: dict[UUID, list[Record]] = {id_: [] for id_ in ids if id_ in found}
        for row in records:
            # Of who has just left there is no row any more, and no record is kept.
            if row["person_id"] in facts:
                facts[row["person_id"]].append(fact(row))
        for of_one in facts.values():
            of_one.sort(key=attrgetter("key"))
        return self._share([(numbers[id_], found[id_]) for id_ in facts], list(facts.values()))

    def _share(
        self, rows: Sequence[tuple[int, Mapping[str, Any]]], facts: Sequence[Sequence[Record]]
    ) -> Share:
        try:
            columns = columns_of(facts, self.words)
        except ValueError as error:
            raise SnapshotRefused(
                f"目录里缺少已有记录的目录项或等级，请补回 ({error}; the catalog lacks what "
                "records have: put it back)"
            ) from None
        people = [self._person(number, row) for number, row in rows]
        by_column = zip(*people, strict=True) if people else [()] * len(PEOPLE_TYPES)
        arrays = [np.array(c, t) for c, t in zip(by_column, PEOPLE_TYPES.values(), strict=True)]
        told = People(*arrays)
        return Share(told, columns._replace(person=told.number[columns.person]), _marks(facts))

    def _person(self, number: int, row: Mapping[str, Any]) -> tuple[int, ...]:
        id_number = self.keyring.decrypt_text(row["id_number"], ID_NUMBER)
        born = date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
        high, low = divmod(row["id"].int, _HALF)
        return (
            number, high, low, row["revision"], int(id_number[:6]), day_of(born), *self._score(row),
        )  # fmt: skip

    def _score(self, row: Mapping[str, Any]) -> tuple[int, int, int]:
        """Value, first day on which it is stale, and scorecard."""
        if row["value"] is None:
            return NO_SCORE, 0, NO_CARD
        stale = NEVER if row["stale_on"] is None else day_of(row["stale_on"])
        return row["value"], stale, self.scorecards.get(row["scorecard"], NO_CARD)


@transactional
async def _rows_of(ids: Sequence[UUID]) -> tuple[Sequence[Mapping[str, Any]], ...]:
    """Persons and records by two statements that see the same state of the database."""
    if dialect() == "postgres":
        await connection().execute_query(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
        )
    these, values = among(ids)
    people = await select((Person, ScoreRow), _PEOPLE.format(among=these), *values)
    records = await select(RecordRow, _RECORDS.format(among=these), *values)
    return people, records


def _marks(facts: Sequence[Sequence[Record]]) -> Marks:
    content = b"".join([mark_of(record) for of_one in facts for record in of_one])
    return np.frombuffer(content, np.uint8).reshape(-1, MARK_BYTES)
