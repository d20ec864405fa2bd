"""Proofs as they go over the wire: keys in, proofs out."""

from typing import Annotated, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, field_validator

from interop import jws
from interop.proof import LARGEST_BATCH
from interop.refusals import Refused
from points_api.language import Text
from points_api.proofs.service import Batch
from points_api.validation import FieldError

_BAD_KEY = Text(
    "应为 Ed25519 公钥的 x（RFC 8037）", "Give the x of an Ed25519 public key (RFC 8037)"
)
_EXAMPLE: Final = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"  # RFC 8037, appendix A
_KEY_TWICE = Text(
    "每张证明要有自己的钥匙，同一把不能用两次，否则两次使用会被认出是同一个人",
    "Each proof needs a key of its own: with the same key two uses show that they are one person's",
)


class Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class HolderKey(Wire):
    """A public key made on the phone, for one proof. The private half never leaves it."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: Annotated[str, Field(max_length=43, examples=[_EXAMPLE])]

    @field_validator("x")
    @classmethod
    def _is_key(cls, x: str) -> str:
        try:
            jws.public_key_of(x)
        except Refused:
            raise FieldError("bad_key", _BAD_KEY) from None
        return x

    @property
    def key(self) -> Ed25519PublicKey:
        return jws.public_key_of(self.x)


class ProofsIn(Wire):
    """For which scenario, and a key for each proof."""

    scenario_id: Annotated[str, Field(max_length=64, examples=["huangshi-library-no-deposit"])]
    keys: Annotated[list[HolderKey], Field(min_length=1, max_length=LARGEST_BATCH)]

    @field_validator("keys")
    @classmethod
    def _each_once(cls, keys: list[HolderKey]) -> list[HolderKey]:
        if len({one.x for one in keys}) < len(keys):
            raise FieldError("key_twice", _KEY_TWICE)
        return keys


class ProofsOut(Wire):
    """SD-JWT VCs in the order of the keys, each to be shown once. They last for a day or so.

    To show one: keep the disclosure of the scenario, add a key binding for the merchant's nonce.
    """

    scenario_id: str
    proofs: Annotated[list[str], Field(examples=[["eyJhbGciOiJFZERTQSIs…~WyJ…~"]])]
    status_list: str

    @classmethod
    def of(cls, scenario_id: str, made: Batch) -> "ProofsOut":
        return cls(scenario_id=scenario_id, proofs=made.proofs, status_list=made.status_list)


class KeySetOut(BaseModel):
    """A JWK Set (RFC 7517)."""

    keys: list[dict[str, str]]
