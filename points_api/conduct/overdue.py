"""In which scenarios something that was lent or deferred is overdue, as far as it stands."""

from uuid import UUID

from points_api.conduct.models import ConductReport


async def scenarios_of(resident_id: UUID) -> frozenset[str]:
    """The scenarios with a report that stands. Whoever changes that counts it in the person."""
    standing = ConductReport.filter(resident_id=resident_id, state="standing")
    return frozenset([report.scenario_id for report in await standing])
