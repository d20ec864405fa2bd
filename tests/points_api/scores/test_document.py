"""The document is the contract's JSON, whatever the values and the language."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.scores.document import StoredScore, render
from points_api.scores.schemas import ScoreOut
from scoring.scorecard import points_text
from tests.factories import city

DAY = date(2026, 6, 1)
CARD = city().scorecard(DAY)
tenths = st.integers(-400, 1000).map(lambda n: n * 100)


@pytest.mark.parametrize("language", ["zh", "en"])
@given(
    value=st.integers(0, 1000).map(lambda n: n * 100),
    points=st.lists(tenths, min_size=5, max_size=5),
    change=st.none() | st.dates(),
)
def test_every_document_is_that_of_the_contract(language, value, points, change):
    dimensions = {d.id: p for d, p in zip(CARD.dimensions, points, strict=True)}
    stored = StoredScore(
        value=value, base=60_000, dimensions=dimensions, scorecard=CARD.version, as_of=DAY,
        stale_on=None, next_change_on=change, records_digest="sha256:00", version=1,
    )  # fmt: skip
    document = json.loads(render(stored, CARD, language, DAY))
    band = CARD.band_of(value)
    assert document == {
        "city": "huangshi",
        "score": points_text(value),
        "band": {"id": band.id, "name": band.name if language == "zh" else band.name_en},
        "as_of": "2026-06-01",
        "scorecard": CARD.version,
        "base": "60.0",
        "dimensions": [
            {
                "id": d.id,
                "name": d.name if language == "zh" else d.name_en,
                "points": points_text(dimensions[d.id]),
                "floor": points_text(d.floor),
                "ceiling": points_text(d.ceiling),
            }
            for d in CARD.dimensions
        ],
        "next_change_on": change and change.isoformat(),
        "records_digest": "sha256:00",
    }
    assert ScoreOut.model_validate(document).score == points_text(value)
