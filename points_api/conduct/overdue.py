"""In which scenarios something that was lent or deferred is overdue, as far as it stands."""

from typing import Final
from uuid import UUID

from points_api.conduct.models import ConductReport
from points_api.db.reads import select

_STANDING: Final = """
SELECT scenario_id FROM conduct_report WHERE resident_id = $1 AND state = 'standing'
"""


async def scenarios_of(resident_id: UUID) -> frozenset[str]:
    """The scenarios with a report that stands. Whoever changes that counts it in the person."""
    rows = await select(ConductReport, _STANDING, resident_id)
    return frozenset([row["scenario_id"] for row in rows])
