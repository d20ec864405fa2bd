"""Tables of sessions, of programs that call us, and of assertions already used."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from points_api.ids import new_id
from points_api.residents.models import Resident


class Session(Model):
    """One sign-in of a resident. Its id is `sid` in the tokens; no token is stored."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    created_at = fields.DatetimeField()
    generation = fields.IntField(default=1)  # of the refresh token that is good now
    rotated_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=64, default="")  # why it was revoked

    class Meta:
        table = "session"
        indexes = (Index(fields=("resident_id",), name="session_resident"),)
        constraints = (CheckConstraint("generation >= 1", "session_generation"),)


class ApiClient(Model):
    """A program of an agency or a merchant, known by its public key.

    `agency` is the agency's id in the catalog; a merchant's program has `merchant_id` and
    `staff_id` instead, and an empty `agency`.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    kind = fields.CharField(max_length=16)
    agency = fields.CharField(max_length=64)
    merchant_id: UUID | None = fields.UUIDField(null=True)
    staff_id: UUID | None = fields.UUIDField(null=True)
    public_jwk: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_client"


class UsedAssertion(Model):
    """An assertion that was accepted, kept as long as it could be shown again."""

    jti = fields.CharField(primary_key=True, max_length=255)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "used_assertion"
        indexes = (Index(fields=("expires_at",), name="used_assertion_expiry"),)
