"""What goes over the wire when an officer signs in, and of their own account."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from points_api.auth.officers import Role
from points_api.auth.schemas import BEARER
from points_api.officers.passwords import LONGEST
from points_api.officers.service import Me, SignedIn


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Division = Annotated[
    str | None,
    Field(description="县区代码；空为全市 / a county, none: the city", examples=["420281"]),
]


class OfficerSignIn(_Wire):
    login: Annotated[str, Field(min_length=1, max_length=64, examples=["scenario-desk"])]
    password: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["287082"])]


class OfficerToken(_Wire):
    """There is no refresh token: after half an hour an officer signs in again."""

    access_token: Annotated[str, Field(examples=["eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…"])]
    token_type: Literal["Bearer"] = BEARER
    expires_in: Annotated[int, Field(examples=[1800])]
    roles: list[Role]
    division: Division

    @classmethod
    def of(cls, signed_in: SignedIn) -> "OfficerToken":
        return cls(
            access_token=signed_in.access_token,
            expires_in=signed_in.expires_in,
            roles=sorted(signed_in.roles),
            division=signed_in.division,
        )


class OfficerOut(_Wire):
    """An officer's own account, and until when they are signed in."""

    officer_id: UUID
    login: str
    roles: list[Role]
    division: Division
    signed_in_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, me: Me) -> "OfficerOut":
        return cls(
            officer_id=me.officer_id,
            login=me.login,
            roles=sorted(me.roles),
            division=me.division,
            signed_in_at=me.signed_in_at,
            expires_at=me.expires_at,
        )
