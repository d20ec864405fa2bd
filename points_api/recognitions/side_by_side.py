"""What visits tell of a dual run: the band by the table that decided and by the one beside it."""

from typing import Final

from points_api.db.reads import select
from points_api.recognitions.models import Visit

_MOVES: Final = """
SELECT mapped_band, beside_band, count(*) AS visits FROM visit
WHERE mapping = $1 AND beside = $2
GROUP BY mapped_band, beside_band
"""


async def moves(old: str, new: str) -> list[tuple[str | None, str | None, int]]:
    """Count the visits that both tables told of, by both bands; ids as a table has them."""
    rows = await select(Visit, _MOVES, old, new)
    return [(row["mapped_band"], row["beside_band"], int(row["visits"])) for row in rows]
