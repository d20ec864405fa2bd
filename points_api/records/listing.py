"""A resident's records as they read them: newest first, each with its countdown."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from points_api.records.facts import record_id
from points_api.records.schemas import RecordOut
from points_api.records.wording import STATUS, Wording
from scoring.records import Record
from scoring.score import Score
from scoring.validity import counts_until, gone_on


def in_order(records: Sequence[Record]) -> list[Record]:
    """Newest first; the key breaks ties, so pages are stable."""
    return sorted(records, key=lambda r: (r.occurred_on, r.key), reverse=True)


def shown(
    records: Sequence[Record], result: Score, person_id: UUID, words: Wording
) -> list[RecordOut]:
    """Records in words, as of the score's day."""
    effective = result.effective
    return [_shown(one, result, one.key in effective, person_id, words) for one in records]


def _shown(
    record: Record, result: Score, counts: bool, person_id: UUID, words: Wording
) -> RecordOut:
    item = words.item(record)
    until = _until(record, result)
    return RecordOut(
        record_id=record_id(person_id, record.key),
        item=record.item,
        title=words.title(record),
        agency=words.agency(record),
        nature=item.nature,
        level=words.level(record),
        quantity=words.quantity(record),
        occurred_on=record.occurred_on,
        ended_on=record.ended_on,
        valid_until=record.valid_until,
        document_no=record.document_no,
        legal_basis=item.legal_basis,
        status=record.status,
        status_text=STATUS[record.status].say(words.language),
        counts=counts,
        note=words.state(record, result),
        counts_until=until if counts else None,
        days_left=(until - result.on).days if counts and until else None,
        repairable=item.repairable and item.nature == "adverse" and record.status == "active",
    )


def _until(record: Record, result: Score) -> date | None:
    rule = result.scorecard.rule_of.get(record.item)
    if rule is None:
        return gone_on(record, result.scorecard)
    return counts_until(rule, record, result.scorecard)
