"""Rows of what agencies deliver, and of the scores made of it."""

from typing import Any

from points_api import clock
from points_api.deliveries.models import Delivery, DeliveryChunk
from points_api.records.models import RecordRow
from points_api.scores.models import ScoreRow
from points_api.statistics.models import BandCount
from tests.points_api.db.rows.residents import enrollment, person
from tests.points_api.db.rows.usual import DAY, unlike


async def delivery(**given: Any) -> Delivery:
    row: dict[str, Any] = {
        "agency": "youth",
        "item": "volunteer.hours",
        "file_name": "a.csv",
        "file_digest": unlike().hex(),
        "size": 1,
        "encoding": "utf-8",
        "layout": "volunteer.hours",
        "state": "received",
        "received_at": clock.now(),
    }
    return await Delivery.create(**row | given)


async def delivery_chunk(**given: Any) -> DeliveryChunk:
    row: dict[str, Any] = {
        "delivery": given.get("delivery") or await delivery(),
        "first_row": 1,
        "last_row": 2,
        "content": b"x",
    }
    return await DeliveryChunk.create(**row | given)


async def record(**given: Any) -> RecordRow:
    row: dict[str, Any] = {
        "person": given.get("person") or await person(),
        "item": "volunteer.hours",
        "act_key": "a",
        "occurred_on": DAY,
        "status": "active",
        "document_no": "d1",
        "unit": "u1",
        "agency": "youth",
        "content": "0" * 32,
        "known_from": clock.now(),
    }
    return await RecordRow.create(**row | given)


async def score(**given: Any) -> ScoreRow:
    joined = await enrollment()
    row: dict[str, Any] = {
        "resident_id": joined.resident_id,
        "enrollment_id": joined.id,
        "person_id": joined.person_id,
        "value": 83_500,
        "band": "excellent",
        "base": 60_000,
        "dimensions": {"public_good": 23_500},
        "scorecard": "huangshi-2026.1",
        "as_of": DAY,
        "records_digest": "sha256:0",
        "version": 1,
        "computed_at": clock.now(),
    }
    return await ScoreRow.create(**row | given)


async def band_count(**given: Any) -> BandCount:
    """People of a division in a band."""
    usual: dict[str, Any] = {
        "day": DAY, "division": "420202", "scorecard": "s", "band": "good", "people": 10,
    }  # fmt: skip
    return await BandCount.create(**usual | given)
