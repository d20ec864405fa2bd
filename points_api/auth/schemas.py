"""What goes over the wire at sign-in."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from points_api.auth.assertions import ASSERTION_TYPE, LONGEST_ASSERTION
from points_api.auth.service import Tokens

BEARER: Final = "Bearer"


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class WeChatSignIn(_Wire):
    """The code from `wx.login`. With the local fake: `demo:1`, `demo:2` …"""

    code: Annotated[str, Field(min_length=1, max_length=128, examples=["demo:1"])]


class RefreshRequest(_Wire):
    refresh_token: Annotated[
        str, Field(min_length=1, max_length=256, examples=["rt1.0190….1.9f86d081…"])
    ]


class SignOut(_Wire):
    everywhere: Annotated[bool, Field(description="也注销其他设备 / other devices too")] = False


class TokenPair(_Wire):
    """Tokens of a resident's session. Seconds count from now."""

    access_token: Annotated[str, Field(examples=["eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…"])]
    token_type: Literal["Bearer"] = BEARER
    expires_in: Annotated[int, Field(examples=[900])]
    refresh_token: Annotated[str, Field(examples=["rt1.0190….1.9f86d081…"])]
    refresh_expires_in: Annotated[int, Field(examples=[2592000])]

    @classmethod
    def of(cls, tokens: Tokens) -> "TokenPair":
        return cls(
            access_token=tokens.access_token,
            expires_in=tokens.expires_in,
            refresh_token=tokens.refresh_token,
            refresh_expires_in=tokens.refresh_expires_in,
        )


class TokenRequest(BaseModel):
    """RFC 6749 section 4.4 with RFC 7523; as they demand, unknown parameters are ignored."""

    grant_type: Annotated[str, Field(max_length=64, examples=["client_credentials"])] = ""
    client_assertion_type: Annotated[str, Field(max_length=128, examples=[ASSERTION_TYPE])] = ""
    client_assertion: Annotated[str, Field(max_length=LONGEST_ASSERTION)] = ""


class ClientToken(_Wire):
    access_token: Annotated[str, Field(examples=["eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…"])]
    token_type: Literal["Bearer"] = BEARER
    expires_in: Annotated[int, Field(examples=[900])]


class PublicKey(_Wire):
    """An Ed25519 public key (RFC 8037)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    x: Annotated[str, Field(examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"])]
    kid: Annotated[str, Field(examples=["2026a"])]
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"


class KeySet(_Wire):
    keys: list[PublicKey]
