"""What a city tells others of itself. Each figure with its basis, each party with what is known."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from interop.agreements import Agreement
from interop.cities import Basis, City, Figure, Signatory
from interop.directory_shapes import Member
from interop.words import Words, points
from points_api.language import Language
from points_api.partners.models import MappingTable
from scenarios.scenario import Scenario


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FigureOut(Wire):
    value: Annotated[str, Field(examples=["60"])]
    basis: Basis

    @classmethod
    def of(cls, figure: Figure) -> "FigureOut":
        return cls(value=points(figure.value), basis=figure.basis)


class ScaleOut(Wire):
    """`maximum` is null where the scale is open above."""

    minimum: FigureOut
    maximum: FigureOut | None
    base: FigureOut | None
    step: FigureOut

    @classmethod
    def of(cls, city: City) -> "ScaleOut":
        scale = city.scale
        return cls(
            minimum=FigureOut.of(scale.minimum),
            maximum=FigureOut.of(scale.maximum) if scale.maximum else None,
            base=FigureOut.of(scale.base) if scale.base else None,
            step=FigureOut.of(scale.step),
        )


class BandOut(Wire):
    id: str
    name: str
    floor: str
    basis: Basis


class KeyOut(Wire):
    name: str
    x: str
    not_before: int
    not_after: int


class PartyOut(Wire):
    division: str
    name: str
    signatory: Signatory


class AgreementOut(Wire):
    id: str
    title: str
    document: str
    basis: Basis
    parties: list[PartyOut]
    since: date
    until: date
    term_basis: Basis
    recognizes: list[str]
    scenarios: list[str]
    categories: list[str]
    purposes: list[str]
    note: str

    @classmethod
    def of(cls, one: Agreement, language: Language) -> "AgreementOut":
        return cls(
            id=one.id,
            title=say(one.title, language),
            document=one.document,
            basis=one.basis,
            parties=[
                PartyOut(
                    division=party.division,
                    name=say(party.name, language),
                    signatory=party.signatory,
                )
                for party in one.parties
            ],
            since=one.term.since,
            until=one.term.until,
            term_basis=one.term.basis,
            recognizes=sorted(one.recognizes),
            scenarios=sorted(one.scenarios),
            categories=sorted(one.categories),
            purposes=sorted(one.purposes),
            note=one.note,
        )


class ProfileOut(Wire):
    """This city. A name of a city that no source names as a signatory says so itself."""

    city: str
    division: str
    name: str
    signatory: Signatory
    score_name: str
    score_basis: Basis
    scale: ScaleOut
    bands: list[BandOut]
    distribution_basis: Basis
    distribution_as_of: date
    address: str
    keys: list[KeyOut]
    directory_version: int
    agreements: list[AgreementOut]
    note: str

    @classmethod
    def of(
        cls,
        city: City,
        member: Member,
        version: int,
        agreements: Iterable[Agreement],
        language: Language,
    ) -> "ProfileOut":
        return cls(
            city=city.id,
            division=city.division,
            name=say(city.name, language),
            signatory=city.signatory,
            score_name=say(city.score_name, language),
            score_basis=city.score_basis,
            scale=ScaleOut.of(city),
            bands=[
                BandOut(
                    id=band.id,
                    name=say(band.name, language),
                    floor=points(band.floor),
                    basis=band.basis,
                )
                for band in city.bands
            ],
            distribution_basis=city.distribution.basis,
            distribution_as_of=city.distribution.as_of,
            address=member.address,
            keys=[
                KeyOut(name=key.name, x=key.x, not_before=key.not_before, not_after=key.not_after)
                for key in member.keys
            ],
            directory_version=version,
            agreements=[AgreementOut.of(one, language) for one in agreements],
            note=city.note,
        )


class MappingOut(Wire):
    """A signed table in force. `document` is what `digest` is of; signatures are those of both."""

    source: str
    target: str
    version: str
    digest: str
    since: date
    until: date
    document: dict[str, Any]
    signatures: list[list[str]]

    @classmethod
    def of(cls, row: MappingTable) -> "MappingOut":
        return cls(**{name: getattr(row, name) for name in MappingOut.model_fields})


class MappingsOut(Wire):
    items: list[MappingOut]
    next: None = None


class VisitScenarioOut(Wire):
    """A scenario that is open to visitors from the city that asks, or from some of its counties.

    `residents_of`: the divisions from which, the city itself standing for all of them.
    """

    id: str
    version: int
    category: str
    title: str
    provider: str
    division: str
    benefit: str
    valid_until: date
    residents_of: list[str]

    @classmethod
    def of(cls, one: Scenario, homes: list[str], language: Language) -> "VisitScenarioOut":
        return cls(
            id=one.id,
            version=one.version,
            category=one.category,
            title=getattr(one.title, language),
            provider=getattr(one.provider.name, language),
            division=one.place.division,
            benefit=getattr(one.benefit.says(), language),
            valid_until=one.valid_until,
            residents_of=homes,
        )


class VisitScenariosOut(Wire):
    items: list[VisitScenarioOut]
    next: None = None


def say(words: Words, language: Language) -> str:
    return words.en if language == "en" else words.zh
