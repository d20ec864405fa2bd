"""The notice and the receipts as they go over the wire, in the reader's language.

A receipt has the fields of ISO/IEC TS 27560 (consent record information structure) that apply
here: record, purpose, kinds of data, recipient, notice, jurisdiction, lawful basis, times, state.
"""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from points_api.consents.erasure import Deleted, Erasure, Kept
from points_api.consents.naming import Read
from points_api.consents.notice import Notice, Purpose
from points_api.consents.service import Receipt, State
from points_api.language import Language, Text
from points_api.validation import FieldError


class Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class HandlerOut(Wire):
    name: str
    contact: str


class RecipientOut(Wire):
    id: str
    name: str


class DataKindOut(Wire):
    id: str
    title: str
    sensitive: bool
    source: str


class PurposeOut(Wire):
    """One purpose, to be agreed to or refused by itself. No client may tick it in advance."""

    id: str
    title: str
    purpose: str
    method: str
    retention: str
    months: int
    legal_basis: str
    needed_to_join: bool
    recipient: RecipientOut
    data: list[DataKindOut]

    @classmethod
    def of(cls, purpose: Purpose, language: Language) -> "PurposeOut":
        return cls(
            id=purpose.id,
            title=purpose.title.say(language),
            purpose=purpose.purpose.say(language),
            method=purpose.method.say(language),
            retention=purpose.retention.say(language),
            months=purpose.months,
            legal_basis=purpose.legal_basis,
            needed_to_join=purpose.needed_to_join,
            recipient=RecipientOut(
                id=purpose.recipient.id, name=purpose.recipient.name.say(language)
            ),
            data=[
                DataKindOut(
                    id=kind.id,
                    title=kind.title.say(language),
                    sensitive=kind.sensitive,
                    source=kind.source.say(language),
                )
                for kind in purpose.data
            ],
        )


class SectionOut(Wire):
    id: str
    title: str
    text: str
    basis: str


class NoticeOut(Wire):
    version: Annotated[str, Field(examples=["huangshi-2026.1"])]
    city: str
    in_force_from: date
    basis: Literal["published", "reference"]
    digest: Annotated[str, Field(examples=["sha256:677a57…"])]
    title: str
    summary: str
    handler: HandlerOut
    purposes: list[PurposeOut]
    sections: list[SectionOut]

    @classmethod
    def of(cls, notice: Notice, language: Language) -> "NoticeOut":
        head = notice.notice
        return cls(
            version=head.version,
            city=head.city,
            in_force_from=head.in_force_from,
            basis=head.basis,
            digest=notice.digest,
            title=head.title.say(language),
            summary=head.summary.say(language),
            handler=HandlerOut(
                name=notice.handler.name.say(language),
                contact=notice.handler.contact.say(language),
            ),
            purposes=[PurposeOut.of(purpose, language) for purpose in notice.purpose],
            sections=[
                SectionOut(
                    id=name,
                    title=section.title.say(language),
                    text=section.text.say(language),
                    basis=section.basis,
                )
                for name, section in notice.sections.in_order()
            ],
        )


class Named(Wire):
    id: str
    title: str


class ConsentOut(Wire):
    """One receipt. `state` is that of the moment of reading."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "019e9a60-1c00-7000-8000-000000000001",
                    "jurisdiction": "CN",
                    "lawful_basis": "consent",
                    "purpose": {"id": "contact", "title": "用手机号通知您"},
                    "data_kinds": [{"id": "phone", "title": "手机号"}],
                    "recipient": {"id": "handler", "name": "本告知书所列处理者，不提供给其他人"},
                    "merchants": [],
                    "notice_version": "huangshi-2026.1",
                    "channel": "mini_program",
                    "granted_at": "2026-06-01T04:00:00Z",
                    "expires_at": "2028-06-01T04:00:00Z",
                    "withdrawn_at": None,
                    "state": "given",
                }
            ]
        },
    )

    id: UUID
    jurisdiction: Literal["CN"]
    lawful_basis: Literal["consent"]
    purpose: Named
    data_kinds: list[Named]
    recipient: RecipientOut
    merchants: Annotated[
        list[str], Field(description="现在承办这个场景、可来核验的商户 · who may ask under it now")
    ]
    notice_version: str
    channel: Annotated[str, Field(examples=["mini_program"])]
    granted_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    state: State

    @classmethod
    def of(cls, receipt: Receipt, read: Read, language: Language) -> "ConsentOut":
        """Name everything as the notice did that the resident read."""
        words = read.of(receipt)
        kinds = words.kinds
        return cls(
            id=receipt.id,
            jurisdiction="CN",
            lawful_basis="consent",
            purpose=Named(id=receipt.purpose, title=words.title.say(language)),
            data_kinds=[
                Named(id=kind, title=kinds[kind].say(language) if kind in kinds else kind)
                for kind in receipt.data_kinds
            ],
            recipient=RecipientOut(id=receipt.recipient, name=words.recipient.say(language)),
            merchants=[name.say(language) for name in words.merchants],
            notice_version=receipt.notice_version,
            channel=receipt.channel,
            granted_at=receipt.granted_at,
            expires_at=receipt.expires_at,
            withdrawn_at=receipt.withdrawn_at,
            state=receipt.state,
        )


class ConsentsOut(Wire):
    items: list[ConsentOut]
    next: None = None


class AgreeIn(Wire):
    """Give or renew one consent: for a `purpose` of the notice, to a scenario, or to a `city`.

    `notice_version` is the one that was read; of a scenario, `<id>@<version>`, which may be left
    out where it was just shown, as that of a city. `city` is a division code; with `with_score` it
    may learn the score itself.
    """

    purpose: Annotated[str | None, Field(max_length=32, examples=["scoring"])] = None
    scenario_id: Annotated[
        str | None, Field(max_length=64, examples=["huangshi-library-books-to-the-door"])
    ] = None
    city: Annotated[str | None, Field(pattern=r"^[1-9]\d{5}$", examples=["460200"])] = None
    with_score: bool = False
    notice_version: Annotated[str | None, Field(max_length=80, examples=["huangshi-2026.1"])] = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if sum(one is not None for one in (self.purpose, self.scenario_id, self.city)) != 1:
            raise FieldError("consent.one", _ONE)
        if self.purpose is not None and self.notice_version is None:
            raise FieldError("consent.notice", _NOTICE)
        return self


_ONE = Text("purpose、scenario_id、city 填一个", "Give one of purpose, scenario_id and city")
_NOTICE = Text(
    "请填写您读过的告知书版本 notice_version", "Give notice_version, the notice that you read"
)


class DeletedOut(Wire):
    kind: Annotated[str, Field(examples=["score_history"])]
    title: Annotated[str, Field(examples=["历史积分"])]
    count: Annotated[int, Field(examples=[12])]

    @classmethod
    def of(cls, deleted: Deleted, language: Language) -> "DeletedOut":
        return cls(kind=deleted.kind, title=deleted.title.say(language), count=deleted.count)


class KeptOut(Wire):
    """What is locked away, by which law and until when; null: as the title says."""

    kind: Annotated[str, Field(examples=["consent_receipts"])]
    title: Annotated[str, Field(examples=["同意凭证，以及作出同意者的身份（加密锁存，不再使用）"])]
    law: Annotated[str, Field(examples=["个人信息保护法 第五十六条、第六十九条"])]
    until: Annotated[date | None, Field(examples=["2029-06-01"])]

    @classmethod
    def of(cls, kept: Kept, language: Language) -> "KeptOut":
        return cls(
            kind=kept.kind,
            title=kept.title.say(language),
            law=kept.law.say(language),
            until=kept.until,
        )


class ErasureOut(Wire):
    """What a withdrawal deleted, and what stays by law."""

    deleted: list[DeletedOut]
    kept: list[KeptOut]

    @classmethod
    def of(cls, erasure: Erasure, language: Language) -> "ErasureOut":
        return cls(
            deleted=[DeletedOut.of(one, language) for one in erasure.deleted],
            kept=[KeptOut.of(one, language) for one in erasure.kept],
        )


class WithdrawnOut(ErasureOut):
    withdrawn: list[ConsentOut]
