"""Tables of what agencies delivered: the file, its original rows sealed in runs, and its errors."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id


class Delivery(Model):
    """One file of one agency. The same file again is the same delivery."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    agency = fields.CharField(max_length=64)
    item = fields.CharField(max_length=64)
    file_name = fields.CharField(max_length=255)
    file_digest = fields.CharField(max_length=64)
    size = fields.BigIntField()
    encoding = fields.CharField(max_length=16)
    layout = fields.CharField(max_length=64)
    state = fields.CharField(max_length=16)
    received_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)
    total = fields.IntField(default=0)
    accepted = fields.IntField(default=0)
    duplicates = fields.IntField(default=0)
    corrected = fields.IntField(default=0)
    rejected = fields.IntField(default=0)
    report: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "delivery"
        indexes = (Index(fields=("agency", "received_at"), name="delivery_agency"),)
        constraints = (
            CheckConstraint("state IN ('received', 'done', 'refused')", "delivery_state"),
            UniqueConstraint(("item", "file_digest"), "delivery_once"),
        )


class DeliveryChunk(Model):
    """A run of original rows, first to last, compressed and then encrypted."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    delivery: fields.ForeignKeyRelation[Delivery] = fields.ForeignKeyField(
        "models.Delivery", related_name=False, on_delete=fields.RESTRICT
    )
    delivery_id: UUID
    first_row = fields.IntField()
    last_row = fields.IntField()
    content = fields.BinaryField()

    class Meta:
        table = "delivery_chunk"
        constraints = (
            CheckConstraint("last_row >= first_row", "delivery_chunk_rows"),
            UniqueConstraint(("delivery_id", "first_row"), "delivery_chunk_once"),
        )


class DeliveryError(Model):
    """Why a row was rejected. The value itself is only in the chunk."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    delivery: fields.ForeignKeyRelation[Delivery] = fields.ForeignKeyField(
        "models.Delivery", related_name=False, on_delete=fields.RESTRICT
    )
    delivery_id: UUID
    row_no = fields.IntField()
    column = fields.CharField(max_length=64)
    code = fields.CharField(max_length=64)

    class Meta:
        table = "delivery_error"
        indexes = (Index(fields=("delivery_id", "row_no"), name="delivery_error_row"),)
