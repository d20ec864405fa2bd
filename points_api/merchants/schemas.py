"""What goes over the wire about merchants, their staff and keys, and what they serve."""

import json
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from points_api.auth.clients import Client
from points_api.auth.merchants import CallingMerchant, StaffRole
from points_api.clock import day_of
from points_api.identifiers import divisions
from points_api.language import Language, Text
from points_api.merchants.accounts import Account, Particulars, State, Why
from points_api.merchants.serving import Served
from points_api.merchants.staff import Member
from scenarios.lifecycle import State as Lifecycle
from scenarios.scenario import Verification


class Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]
Division = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["420202"])]
Label = Annotated[
    str,
    Field(
        min_length=2, max_length=64, examples=["front-desk-1"],
        description="岗位，不写人名 / a post, never a person",
    ),
]  # fmt: skip
PublicJwk = Annotated[
    dict[str, str],
    Field(
        max_length=12,
        description="公钥，Ed25519 或 P-256；切勿发送私钥 / public only, never the private key",
        examples=[
            {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        ],
    ),
]


class MerchantIn(Wire):
    """What the office says of a merchant. Only a sandbox may be without a credit code."""

    name: Annotated[Name, Field(examples=["黄石市图书馆"])]
    name_en: Annotated[Name, Field(examples=["Huangshi Library"])]
    credit_code: Annotated[str | None, Field(max_length=40)] = None
    division: Division

    def particulars(self) -> Particulars:
        return Particulars(self.name, self.name_en, self.credit_code, self.division)


class MerchantNew(MerchantIn):
    sandbox: bool = False


class SuspendIn(Wire):
    why: Why


class MerchantOut(Wire):
    merchant_id: UUID
    name: str
    name_en: str
    credit_code: str | None
    division: Division
    state: State
    sandbox: bool
    scenarios: Annotated[list[str] | None, Field(description="列表中省略 / not in lists")] = None
    created_at: datetime

    @classmethod
    def of(cls, account: Account, scenarios: list[str] | None = None) -> "MerchantOut":
        given = account.particulars
        return cls(
            merchant_id=account.id,
            name=given.name,
            name_en=given.name_en,
            credit_code=given.credit_code,
            division=given.division,
            state="active" if account.state == "active" else "suspended",
            sandbox=account.sandbox,
            scenarios=scenarios,
            created_at=account.created_at,
        )


class MerchantsOut(Wire):
    items: list[MerchantOut]
    next: str | None


class ManagerIn(Wire):
    """A manager with a first key, by which the merchant gets in."""

    label: Label
    public_jwk: PublicJwk


class StaffIn(Wire):
    label: Label
    role: StaffRole


class StaffOut(Wire):
    staff_id: UUID
    label: str
    role: str
    created_at: datetime

    @classmethod
    def of(cls, member: Member) -> "StaffOut":
        return cls(
            staff_id=member.id,
            label=member.label,
            role=member.role,
            created_at=member.created_at,
        )


class StaffListOut(Wire):
    items: list[StaffOut]
    next: str | None


class KeyIn(Wire):
    public_jwk: PublicJwk


class KeyOut(Wire):
    """A registered key. `client_id` is `iss` and `sub` of the assertions signed with it."""

    client_id: str
    created_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, client: Client) -> "KeyOut":
        return cls(client_id=client.id, created_at=client.created_at, revoked_at=client.revoked_at)


class KeysOut(Wire):
    items: list[KeyOut]


class ManagerOut(Wire):
    staff: StaffOut
    key: KeyOut


class MeOut(Wire):
    """Who calls: the merchant, the post, the key. `now` is the time by which the call is judged."""

    merchant_id: UUID
    name: str
    division: Division
    division_name: str | None
    sandbox: bool
    staff_id: UUID
    label: str
    role: StaffRole
    client_id: str
    now: datetime

    @classmethod
    def of(
        cls,
        account: Account,
        member: Member,
        caller: CallingMerchant,
        now: datetime,
        language: Language,
    ) -> "MeOut":
        given = account.particulars
        return cls(
            merchant_id=account.id,
            name=Text(given.name, given.name_en).say(language),
            division=given.division,
            division_name=divisions.name_of(given.division, day_of(now).year),
            sandbox=account.sandbox,
            staff_id=member.id,
            label=member.label,
            role=caller.role,
            client_id=caller.client_id,
            now=now,
        )


class ServedOut(Wire):
    """A scenario that the merchant serves, with what its staff have to know. `open`: today."""

    scenario_id: str
    since: datetime
    state: Lifecycle
    open: bool
    version: int | None
    title: str | None
    benefit: str | None
    ordinary: str | None
    conditions: list[str]
    verification: list[Verification]

    @classmethod
    def of(cls, served: Served, today: date, language: Language) -> "ServedOut":
        found = served.scenario

        def said(text: tuple[str, str]) -> str:
            return Text(*text).say(language)

        return cls(
            scenario_id=served.scenario_id,
            since=served.since,
            state=served.state,
            open=served.state == "published" and found is not None and found.open_on(today),
            version=found.version if found else None,
            title=said(found.title) if found else None,
            benefit=said(found.benefit.says()) if found else None,
            ordinary=said(found.ordinary) if found else None,
            conditions=[said(one.demand()) for one in found.conditions] if found else [],
            verification=list(found.verification) if found else [],
        )


class ServedListOut(Wire):
    items: list[ServedOut]
    next: str | None


def jwk_text(jwk: dict[str, str]) -> str:
    """The key as registering takes it."""
    return json.dumps(jwk)
