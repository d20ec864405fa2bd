"""Who acts for the credit office on merchants, and where: an officer, or the command line."""

from dataclasses import dataclass

from points_api.auth.officers import CallingOfficer


@dataclass(frozen=True, slots=True)
class Office:
    """`division` is a county, whose officer sees and changes its merchants only; None: all."""

    actor: str
    division: str | None = None

    @classmethod
    def of(cls, officer: CallingOfficer) -> "Office":
        return cls(officer.actor, officer.division)

    def oversees(self, division: str) -> bool:
        return self.division in (None, division)
