"""Table of records: append-only, with the days of the matter and the instants of our knowing it."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.db.schema import IndexWhere
from points_api.deliveries.models import Delivery
from points_api.ids import new_id
from points_api.residents.models import Person


class RecordRow(Model):
    """One version of what we know. The current one has no `known_to`.

    A correction or a change of status sets `known_to` and inserts the next version; nothing else
    of a row ever changes. `valid_until` is the first day on which it no longer holds.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name=False, on_delete=fields.RESTRICT
    )
    person_id: UUID
    item = fields.CharField(max_length=64)
    level = fields.CharField(max_length=32, null=True)
    quantity = fields.BigIntField(null=True)  # in the item's smallest unit
    act_key = fields.CharField(max_length=400)
    occurred_on = fields.DateField()
    ended_on = fields.DateField(null=True)
    valid_until = fields.DateField(null=True)
    status = fields.CharField(max_length=16)
    document_no = fields.CharField(max_length=200)
    unit = fields.CharField(max_length=64)  # credit code of the deciding organ
    agency = fields.CharField(max_length=64)
    delivery: fields.ForeignKeyNullableRelation[Delivery] = fields.ForeignKeyField(
        "models.Delivery", related_name=False, on_delete=fields.RESTRICT, null=True
    )
    delivery_id: UUID | None
    row_no = fields.IntField(null=True)
    content = fields.CharField(max_length=32)  # hex digest of what was delivered
    decided_on = fields.DateField(null=True)
    known_from = fields.DatetimeField()
    known_to = fields.DatetimeField(null=True)

    class Meta:
        table = "record"
        indexes = (
            IndexWhere(fields=("person_id",), name="record_past", where="known_to IS NOT NULL"),
        )
        constraints = (
            CheckConstraint(
                "status IN ('active', 'disputed', 'repaired', 'withdrawn', 'expired')",
                "record_status",
            ),
            CheckConstraint("ended_on IS NULL OR ended_on >= occurred_on", "record_ends_after"),
            CheckConstraint("known_to IS NULL OR known_to >= known_from", "record_known_after"),
            # Also the index by which a person's current records are fetched.
            UniqueConstraint(
                ("person_id", "item", "unit", "document_no"), "record_current", "known_to IS NULL"
            ),
        )
