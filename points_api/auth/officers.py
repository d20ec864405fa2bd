"""An officer as the gate knows one: which roles they hold, and where.

Roles are apart from each other, as level 3 of GB/T 22239-2019 asks of administrators: who audits
does nothing else, and who manages accounts decides nothing about residents (`ALONE`).
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import UUID

Role = Literal["catalog", "scorecard", "scenario", "case", "partner", "auditor", "system"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
ALONE: Final[frozenset[Role]] = frozenset({"auditor", "system"})


@dataclass(frozen=True, slots=True)
class CallingOfficer:
    """An officer who is signed in. `division` is a county, or None for the whole city."""

    officer_id: UUID
    sid: UUID
    roles: frozenset[Role]
    division: str | None

    @property
    def actor(self) -> str:
        """The caller's name in the audit log."""
        return f"officer:{self.officer_id}"

    def oversees(self, division: str) -> bool:
        """Tell whether what belongs to a division is theirs to act on."""
        return self.division in (None, division)


@dataclass(frozen=True, slots=True)
class OfficerWith:
    """The demand for an officer with one of these roles; for any officer where none is named."""

    roles: frozenset[str]

    def admits(self, officer: CallingOfficer) -> bool:
        return not self.roles or not self.roles.isdisjoint(officer.roles)

    def __str__(self) -> str:
        return ":".join(["officer", *([",".join(sorted(self.roles))] if self.roles else [])])


def officer(*roles: Role) -> OfficerWith:
    """Demand an officer, in the access table."""
    return OfficerWith(frozenset(roles))
