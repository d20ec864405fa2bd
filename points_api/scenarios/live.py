"""The scenarios in force, as every process holds them: compiled, and never older than a second.

The database is the truth. Each move of a version adds a row; a process counts them every second
and, where there are more, reads what is published and compiles what is new in it. So an emergency
stop is in effect everywhere within two seconds, without anybody being told. What a redemption does
is checked once more in its own transaction.

Counted, because the greatest id would not do: of two moves at once the one with the smaller id may
be committed last, and would be overlooked.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from points_api import cancellation, clock, log
from points_api.city import City
from points_api.consents.problems import ScenarioNotOpen
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from scenarios.eligibility import Index
from scenarios.files import Known, ScenarioError, checked
from scenarios.scenario import Category, Place, Scenario
from scenarios.search import Search
from scenarios.words import Words

LOOK_SECONDS: Final = 1.0
_log = log.get("scenarios")


@dataclass(frozen=True, slots=True)
class Published:
    """What is published, at one moment: the scenarios by id, and the index of those open today.

    `by_id` holds all that are published; `index` and `search` only those whose term includes `day`.
    `moves` is how many moves there had been.
    """

    day: date
    by_id: Mapping[str, Scenario]
    index: Index
    moves: int = -1
    search: Search = field(default_factory=lambda: Search((), {}, {}))

    def open(self, scenario_id: str) -> Scenario | None:
        """A scenario that is published and in its term today; None else."""
        found = self.by_id.get(scenario_id)
        return found if found is not None and found.open_on(self.day) else None

    def require(self, scenario_id: str) -> Scenario:
        """A scenario that is open today. Raises `ScenarioNotOpen`."""
        if (found := self.open(scenario_id)) is None:
            raise ScenarioNotOpen
        return found


@dataclass(slots=True)
class LiveScenarios:
    """Holds the scenarios of a city; ask `current` once per request and keep to its answer."""

    city: City
    categories: Mapping[str, Category]
    seats: Mapping[str, Place]
    divisions: Mapping[str, Words] = field(default_factory=dict)
    current: Published = field(default_factory=lambda: Published(date.min, {}, Index([])))

    async def refresh(self) -> None:
        """Read what is published if anything moved or a new day began."""
        before, day = self.current, clock.today()
        moves = await ScenarioMove.all().count()
        if (moves, day) == (before.moves, before.day):
            return
        rows = await ScenarioVersion.filter(state="published").order_by("scenario_id")
        known = self.city.known(day)
        same = before.by_id if before.day == day else {}
        built = (_kept(row, same) or self._built(row, known) for row in rows)
        by_id = {one.id: one for one in built if one is not None}
        today = [one for one in by_id.values() if one.open_on(day)]
        search = Search(today, self.categories, self.divisions)
        self.current = Published(day, by_id, Index(today), moves, search)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LiveScenarios"]:
        """Keep up with the database for as long as the block runs."""
        await self.refresh()
        self.current.search.prepare()
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


def _kept(row: ScenarioVersion, before: Mapping[str, Scenario]) -> Scenario | None:
    """The scenario as it was compiled before, where its version is the same."""
    kept = before.get(row.scenario_id)
    return kept if kept is not None and kept.digest == row.digest else None


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
