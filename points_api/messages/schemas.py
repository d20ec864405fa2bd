"""Notices and preferences on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from points_api import clock
from points_api.consents.scenario_notice import ScenarioNotice, title_in
from points_api.language import Language
from points_api.messages.kinds import KINDS, WORDINGS, Kind
from points_api.messages.models import Message
from points_api.messages.service import Preferences

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["22:00"])]


class MessageOut(BaseModel):
    """One notice in the reader's language."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: Kind
    title: str
    body: str
    scenario_id: str | None
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(
        cls, row: Message, named: Mapping[str, ScenarioNotice], language: Language
    ) -> "MessageOut":
        kind = next(one for one in KINDS if one == row.kind)
        words = WORDINGS[kind]
        title = title_in(named, row.scenario_id or "").say(language)
        body = words.body.fill(scenario=title, until=row.params.get("until", ""))
        return cls(
            id=row.id,
            kind=kind,
            title=words.title.say(language),
            body=body.say(language),
            scenario_id=row.scenario_id,
            created_at=row.created_at.astimezone(clock.LEGAL_ZONE),
            read_at=row.read_at and row.read_at.astimezone(clock.LEGAL_ZONE),
        )


class MessagesOut(BaseModel):
    """A page of notices, newest first, and how many are unread in all."""

    model_config = ConfigDict(extra="forbid")

    unread: int
    items: list[MessageOut]
    next: str | None


class ReadIn(BaseModel):
    """Mark as read up to this notice; without it, everything."""

    model_config = ConfigDict(extra="forbid", strict=True)

    until: Annotated[UUID, Field(strict=False)] | None = None


class QuietHours(BaseModel):
    """Local times between which no phone buzzes; the same twice means never quiet."""

    model_config = ConfigDict(extra="forbid", strict=True)

    since: Clock
    until: Clock


class PreferencesIn(BaseModel):
    """Kinds that stay silent, and the quiet time."""

    model_config = ConfigDict(extra="forbid", strict=True)

    muted: Annotated[list[Kind], Field(max_length=len(KINDS))]
    quiet: QuietHours


class AcceptedIn(BaseModel):
    """What `wx.requestSubscribeMessage` answered: the kinds that were accepted just now."""

    model_config = ConfigDict(extra="forbid", strict=True)

    accepted: Annotated[list[Kind], Field(min_length=1, max_length=3)]


class PreferenceOut(BaseModel):
    """One kind: what it is called, whether it is silent, how many WeChat messages are allowed."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    title: str
    muted: bool
    accepted: int


class PreferencesOut(BaseModel):
    """Everything that can be chosen."""

    model_config = ConfigDict(extra="forbid")

    kinds: list[PreferenceOut]
    quiet: QuietHours
    channel: Literal["wechat"] = "wechat"

    @classmethod
    def of(cls, known: Preferences, language: Language) -> "PreferencesOut":
        return cls(
            kinds=[
                PreferenceOut(
                    kind=kind,
                    title=WORDINGS[kind].title.say(language),
                    muted=kind in known.muted,
                    accepted=known.accepted.get(kind, 0),
                )
                for kind in KINDS
            ],
            quiet=QuietHours(since=_text(known.quiet_from), until=_text(known.quiet_until)),
        )


def minutes(text: str) -> int:
    """Minutes after midnight of a time such as 21:30."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
