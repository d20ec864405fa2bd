"""Table of consents: one receipt per purpose and recipient."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from points_api.db.schema import IndexWhere
from points_api.ids import new_id
from points_api.residents.models import Resident


class Consent(Model):
    """What a resident agreed to, until when. Joining gives the one with purpose `scoring`."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    purpose = fields.CharField(max_length=64)
    recipient = fields.CharField(max_length=64)
    data_kinds: list[str] = fields.JSONField()
    notice_version = fields.CharField(max_length=64)
    channel = fields.CharField(max_length=32)
    granted_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consent"
        indexes = (
            Index(fields=("resident_id",), name="consent_resident"),
            IndexWhere(
                fields=("recipient", "purpose"),
                name="consent_open_to",
                where="withdrawn_at IS NULL",
            ),
        )
        constraints = (
            CheckConstraint("expires_at > granted_at", "consent_expires_after"),
            CheckConstraint(
                "withdrawn_at IS NULL OR withdrawn_at >= granted_at", "consent_withdrawn_after"
            ),
        )
