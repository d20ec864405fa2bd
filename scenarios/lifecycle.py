"""The life of a scenario's version: who may move it where.

    draft → review → published ⇄ suspended
      ↑_______|          ↘         ↙
                           retired

Publishing, and taking up again what was stopped, needs an officer who neither wrote it nor asked
for it (ASVS 5.0 V2.3.5, two-person approval). Stopping is one person's decision and works at once.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["draft", "review", "published", "suspended", "retired"]
Move = Literal["submit", "return", "publish", "suspend", "resume", "retire"]
Role = Literal["author", "officer", "second_officer"]
STATES: tuple[State, ...] = ("draft", "review", "published", "suspended", "retired")


@dataclass(frozen=True, slots=True)
class Step:
    """A move: from which states it starts, where it leads, who may make it."""

    before: tuple[State, ...]
    after: State
    by: Role


STEPS: dict[Move, Step] = {
    "submit": Step(("draft",), "review", "author"),
    "return": Step(("review",), "draft", "officer"),
    "publish": Step(("review",), "published", "second_officer"),
    "suspend": Step(("published",), "suspended", "officer"),
    "resume": Step(("suspended",), "published", "second_officer"),
    "retire": Step(("draft", "review", "published", "suspended"), "retired", "officer"),
}


class MoveRefused(ValueError):
    """A move does not start from the state it met; `allowed` lists those that do."""

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(f"{move} does not start from {state}")
        self.state, self.move = state, move
        self.allowed = moves(state)


def moves(state: State) -> list[Move]:
    """The moves that start from a state.

    >>> moves("published")
    ['suspend', 'retire']
    """
    return [move for move, step in STEPS.items() if state in step.before]


def moved(state: State, move: Move) -> State:
    """The state after a move. Raises `MoveRefused`."""
    if state not in STEPS[move].before:
        raise MoveRefused(state, move)
    return STEPS[move].after
