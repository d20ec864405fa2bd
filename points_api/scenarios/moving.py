"""What every move of a version leaves behind: its row, an audit entry, an event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from points_api.audit import service as audit
from points_api.db import outbox
from points_api.db.writes import Insert
from points_api.scenarios.models import ScenarioMove
from scenarios.lifecycle import Move, State

REGISTRY: Final = "scenarios.registry"
"""The lock that changes of versions hold, so that numbers and live versions follow one another."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A version was brought into a state."""

    scenario_id: str
    version: int
    move: Move
    state: State


def traces(moves: Iterable[Moved], actor: str, reason: str, now: datetime) -> list[Insert]:
    """The writes that belong to the same transaction as the moves."""
    made = list(moves)
    if not made:
        return []
    rows = [
        {
            "scenario_id": one.scenario_id, "version": one.version, "move": one.move,
            "state": one.state, "actor": actor, "reason": reason, "at": now,
        }
        for one in made
    ]  # fmt: skip
    return [
        Insert(ScenarioMove, rows),
        *[noted(f"scenario.{one.move}", one.scenario_id, one.version, actor) for one in made],
        *[told(one.scenario_id, one.version, one.state) for one in made],
    ]


def noted(action: str, scenario_id: str, version: int, actor: str) -> Insert:
    """The audit entry of a change of a version."""
    return audit.entry(actor, action, f"scenario:{scenario_id}", {"version": version})


def told(scenario_id: str, version: int, state: State) -> Insert:
    """The event of a version that is now in a state."""
    payload = {"scenario_id": scenario_id, "version": version, "state": state}
    return outbox.event("scenario.moved", f"scenario:{scenario_id}", payload)
