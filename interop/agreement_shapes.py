"""The keys that an agreement's file and the file of divisions may have."""

from typing import Annotated

from pydantic import Field

from interop.agreements import Agreement, Grade, Party, Purpose, Recognized, Term
from interop.cities import Basis, Signatory
from interop.divisions import Division as Dated
from interop.file_shape import Division, FileMakes, FileNamed, FilePart, FileTerm, Id, Text
from interop.words import Words


class FileParty(FileNamed):
    """`[[party]]`"""

    division: Division
    signatory: Signatory

    def made(self) -> Party:
        """The party."""
        return Party(self.division, self.words(), self.signatory)


class FileGrade(FileNamed):
    """`[[grade]]`, from the lowest to the highest: `first_band = { huangshi = "good", … }`"""

    id: Id
    first_band: dict[Id, Id]

    def made(self) -> Grade:
        """The rung."""
        return Grade(self.id, self.words(), self.first_band)


class FileAgreement(FileMakes[Agreement]):
    """A whole file of `agreements/`."""

    title: Text
    title_en: Text
    document: Text
    basis: Basis
    note: Text
    center: Division | None = None
    term: FileTerm
    recognizes: Annotated[list[Recognized], Field(min_length=1)]
    scenarios: list[Id] = Field(default=[])
    categories: list[Id] = Field(default=[])
    purposes: Annotated[list[Purpose], Field(min_length=1)]
    party: Annotated[list[FileParty], Field(min_length=2)]
    grades_basis: Basis = "assumption"
    grade: list[FileGrade] = Field(default=[])

    def made(self) -> Agreement:
        """The agreement. Raises ValueError for parties named twice or a center that is none."""
        codes = [party.division for party in self.party]
        if len(set(codes)) < len(codes):
            raise ValueError("party: 同一区划写了两次 (a division is named twice)")
        if self.center is not None and self.center not in codes:
            raise ValueError("center: 须是一方 (must be one of the parties)")
        return Agreement(
            id=self.id,
            title=Words(self.title, self.title_en),
            document=self.document,
            basis=self.basis,
            parties=tuple(party.made() for party in self.party),
            center=self.center,
            term=Term(self.term.since, self.term.until, self.term.basis),
            recognizes=frozenset(self.recognizes),
            scenarios=frozenset(self.scenarios),
            categories=frozenset(self.categories),
            purposes=frozenset(self.purposes),
            grades=tuple(grade.made() for grade in self.grade),
            grades_basis=self.grades_basis,
            note=self.note,
        )


class FileDivision(FileNamed):
    """`[[division]]`"""

    code: Division
    since: int | None = None
    until: int | None = None
    successor: Division | None = None

    def made(self) -> Dated:
        """The division."""
        return Dated(self.code, self.words(), self.since, self.until, self.successor)


class FileDivisions(FilePart):
    """`divisions.toml`"""

    division: Annotated[list[FileDivision], Field(min_length=1)]
