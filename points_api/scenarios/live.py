"""The scenarios in force, as every process holds them: compiled, and never older than a second.

The database is the truth. Each move of a version writes a row with a growing id; a process looks at
the newest one every second and, where it is new, reads and compiles what is published. So an
emergency stop is in effect everywhere within two seconds, without anybody being told. What a
redemption does is checked once more in its own transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from points_api import cancellation, clock, log
from points_api.city import City
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from scenarios.eligibility import Index
from scenarios.files import Known, ScenarioError, checked
from scenarios.scenario import Category, Place, Scenario

LOOK_SECONDS: Final = 1.0
_log = log.get("scenarios")


@dataclass(frozen=True, slots=True)
class Published:
    """What is published, at one moment: the scenarios by id, and the index of those open today.

    `by_id` holds all that are published; `index` only those whose term includes `day`.
    """

    day: date
    by_id: Mapping[str, Scenario]
    index: Index
    newest: UUID | None = None

    def open(self, scenario_id: str) -> Scenario | None:
        """A scenario that is published and in its term today; None else."""
        found = self.by_id.get(scenario_id)
        return found if found is not None and found.open_on(self.day) else None


@dataclass(slots=True)
class LiveScenarios:
    """Holds the scenarios of a city; ask `current` once per request and keep to its answer."""

    city: City
    categories: Mapping[str, Category]
    seats: Mapping[str, Place]
    current: Published = field(default_factory=lambda: Published(date.min, {}, Index([])))

    async def refresh(self) -> None:
        """Read what is published if anything moved or a new day began."""
        day = clock.today()
        newest = await ScenarioMove.all().order_by("-id").first()
        mark = newest.id if newest else None
        if (mark, day) == (self.current.newest, self.current.day):
            return
        rows = await ScenarioVersion.filter(state="published").order_by("scenario_id")
        known = self.city.known(day)
        by_id = {row.scenario_id: found for row in rows if (found := self._built(row, known))}
        index = Index(one for one in by_id.values() if one.open_on(day))
        self.current = Published(day, by_id, index, mark)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LiveScenarios"]:
        """Keep up with the database for as long as the block runs."""
        await self.refresh()
        task = asyncio.get_running_loop().create_task(self._follow())
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                with cancellation.kept():
                    await self.refresh()
            except Exception:  # noqa: BLE001 - the next look tries again with what is known now
                _log.exception("scenarios.refresh_failed")

    def _built(self, row: ScenarioVersion, known: Known) -> Scenario | None:
        scenario, faults = checked(row.document, known, self.seats)
        if scenario is None or faults:
            _log.error("scenarios.unsound", scenario=row.scenario_id, version=row.version)
            return None
        return scenario


async def scenario_of(
    live: LiveScenarios, scenario_id: str, version: int, on: date
) -> Scenario | None:
    """A version of a scenario whatever its state now, for what was begun under it."""
    current = live.current.by_id.get(scenario_id)
    if current is not None and current.version == version:
        return current
    row = await ScenarioVersion.get_or_none(scenario_id=scenario_id, version=version)
    if row is None:
        return None
    try:
        scenario, _ = checked(row.document, live.city.known(on), live.seats)
    except ScenarioError:
        return None
    return scenario
