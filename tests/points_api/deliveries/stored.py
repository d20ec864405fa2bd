"""What the store holds after deliveries, in a form that compares."""

from typing import Any

from points_api.deliveries.models import DeliveryError
from points_api.records.models import RecordRow

MATTER = (
    "item", "level", "quantity", "act_key", "occurred_on", "ended_on", "valid_until", "status",
    "document_no", "unit", "agency", "content", "decided_on",
)  # fmt: skip
COUNTS = ("total", "accepted", "duplicates", "corrected", "rejected")


async def current() -> list[dict[str, Any]]:
    """The current records, without ids and times, in the order of their documents."""
    rows = await RecordRow.filter(known_to=None).values(*MATTER, "person__id_index")
    return sorted(rows, key=lambda row: (row["document_no"], row["person__id_index"]))


async def versions(document_no: str) -> list[RecordRow]:
    """All versions of the records of a document, oldest first."""
    return await RecordRow.filter(document_no=document_no).order_by("known_from", "id")


async def statuses() -> dict[str, str]:
    """The current status by document."""
    return {row["document_no"]: row["status"] for row in await current()}


def counts(outcome):
    """What became of the rows of a delivery, in the order of `COUNTS`."""
    return tuple(getattr(outcome, name) for name in COUNTS)


async def errors(outcome):
    """Row, column and code of each refusal of a delivery."""
    found = DeliveryError.filter(delivery_id=outcome.delivery_id).order_by("row_no", "id")
    return [(error.row_no, error.column, error.code) for error in await found]
