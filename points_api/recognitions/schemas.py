"""Visits as they go over the wire: to residents, to merchants and to the office."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from points_api import clock
from points_api.consents.to_city import CityNotice
from points_api.language import Language, Text
from points_api.partners.profiles import VISITING
from points_api.qr import svg_of
from points_api.recognitions.codes import MadeCode
from points_api.recognitions.models import Recall

Division = Annotated[str, Field(pattern=r"^[1-9]\d{5}$", examples=["460200"])]
ScenarioId = Annotated[
    str, Field(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=64, examples=["hotel-late-out"])
]
_TITLE = Text("在{name}用的访客码", "Visitor's code for {name}")


class Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class HostOut(Wire):
    """A city or county where I may be recognized. Its name says where a signature is not known.

    `residents_of`: whose residents it recognizes, those of this whole city or of one county.
    """

    city: str
    name: str
    residents_of: str
    agreement: str
    notice_version: str

    @classmethod
    def of(cls, one: CityNotice, language: Language) -> "HostOut":
        return cls(
            city=one.division,
            name=one.name.say(language),
            residents_of=one.residents_of,
            agreement=one.agreement,
            notice_version=one.notice_version,
        )


class HostsOut(Wire):
    items: list[HostOut]
    next: None = None


class VisitCodeIn(Wire):
    """For which host, which of its scenarios, and what for."""

    host: Division
    scenario: ScenarioId
    purpose: Literal["eligibility", "redemption"] = VISITING


class VisitCodeOut(Wire):
    """Show `qr_svg`, or give `home` and `code`. It is good once, there, until `expires_at`."""

    home: str
    code: Annotated[str, Field(examples=["0429EL9N…"])]
    host: str
    scenario: str
    purpose: str
    expires_at: datetime
    qr_svg: str

    @classmethod
    def of(cls, made: MadeCode, asked: VisitCodeIn, language: Language) -> "VisitCodeOut":
        name = made.host.name.say(language)
        return cls(
            home=made.home,
            code=made.code,
            host=asked.host,
            scenario=asked.scenario,
            purpose=asked.purpose,
            expires_at=made.expires_at,
            qr_svg=svg_of(f"{made.home}:{made.code}", _TITLE.say(language).format(name=name)),
        )


class VisitorIn(Wire):
    """What the visitor showed: `home:code`, in two."""

    home: Division
    code: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{16,200}$", examples=["0429EL9NVISITORSCODE"])
    ]
    scenario_id: ScenarioId


class RecallOut(Wire):
    """A host that has not confirmed yet. `late`: it should have by `due_at`."""

    id: UUID
    host: str
    why: str
    created_on: date
    due_at: datetime
    late: bool
    attempts: int
    last_reason: str | None

    @classmethod
    def of(cls, one: Recall, now: datetime) -> "RecallOut":
        return cls(
            id=one.id,
            host=one.host,
            why=one.why,
            created_on=clock.day_of(one.created_at),
            due_at=one.due_at,
            late=one.due_at <= now,
            attempts=one.attempts,
            last_reason=one.last_reason,
        )


class RecallsOut(Wire):
    items: list[RecallOut]
    next: None = None
