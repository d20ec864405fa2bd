"""From a person's records to the score that is stored, with the day until which it holds."""

from collections.abc import Sequence
from datetime import date

from points_api.city import City
from points_api.scores.document import StoredScore
from scoring.engine import score
from scoring.outlook import next_change, other_records_on
from scoring.records import Record


def compute(records: Sequence[Record], city: City, on: date) -> StoredScore:
    """Score a person for a day. Who stores it gives it its version."""
    card = city.scorecard(on)
    result = score(records, card, on)
    change = next_change(records, card, on, result)
    following = city.next_scorecard(on)
    edges = [change, other_records_on(records, card, on)]
    if following is not None:
        edges.append(following.effective_from)
    if following is not None and (change is None or change >= following.effective_from):
        change = following.effective_from
    return StoredScore(
        value=result.value,
        base=result.base,
        dimensions={d.dimension.id: d.points for d in result.dimensions},
        scorecard=card.version,
        as_of=on,
        stale_on=min((edge for edge in edges if edge is not None), default=None),
        next_change_on=change,
        records_digest=result.records_digest,
    )
