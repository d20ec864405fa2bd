"""From a stored record to the calculator's fact, and to the handle that a resident sees."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from scoring.records import Record

FACT_COLUMNS = (
    "person_id", "item", "level", "quantity", "act_key", "occurred_on", "ended_on",
    "valid_until", "status", "document_no", "unit", "agency",
)  # fmt: skip


def fact(row: Mapping[str, Any]) -> Record:
    """A row with FACT_COLUMNS as the calculator takes it.

    The key is what identifies the record in law: the item, the deciding organ and its document.
    """
    return Record(
        key=f"{row['item']}|{row['unit']}|{row['document_no']}",
        item=row["item"],
        occurred_on=row["occurred_on"],
        ended_on=row["ended_on"],
        level=row["level"],
        quantity=row["quantity"],
        act_key=row["act_key"],
        valid_until=row["valid_until"],
        status=row["status"],
        document_no=row["document_no"],
        agency=row["agency"],
    )


def record_id(person_id: UUID, key: str) -> str:
    """A handle of a person's record that stays the same through corrections and tells nothing."""
    return sha256(f"{person_id}|{key}".encode()).hexdigest()[:24]
