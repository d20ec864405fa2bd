"""The tables of deliveries and records.

Generated, then completed by hand: constraints were taken out of the options of CreateModel, where
the ORM would leave them out, into operations of their own; checks first, see AddConstraint.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint, IndexWhere
from points_api.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("models", "0001_residents")]
    operations = [
        ops.CreateModel(
            "Delivery",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                ("agency", fields.CharField(max_length=64)),
                ("item", fields.CharField(max_length=64)),
                ("file_name", fields.CharField(max_length=255)),
                ("file_digest", fields.CharField(max_length=64)),
                ("size", fields.BigIntField()),
                ("encoding", fields.CharField(max_length=16)),
                ("layout", fields.CharField(max_length=64)),
                ("state", fields.CharField(max_length=16)),
                ("received_at", fields.DatetimeField()),
                ("done_at", fields.DatetimeField(null=True)),
                ("total", fields.IntField(default=0)),
                ("accepted", fields.IntField(default=0)),
                ("duplicates", fields.IntField(default=0)),
                ("corrected", fields.IntField(default=0)),
                ("rejected", fields.IntField(default=0)),
                ("report", fields.JSONField(default=dict)),
            ],
            {"table": "delivery", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Delivery",
            CheckConstraint("state IN ('received', 'done', 'refused')", "delivery_state"),
        ),
        AddConstraint("Delivery", UniqueConstraint(("item", "file_digest"), "delivery_once")),
        ops.AddIndex("Delivery", Index(fields=["agency", "received_at"], name="delivery_agency")),
        ops.CreateModel(
            "DeliveryChunk",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                (
                    "delivery",
                    fields.ForeignKeyField(
                        "models.Delivery",
                        source_field="delivery_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                    ),
                ),
                ("first_row", fields.IntField()),
                ("last_row", fields.IntField()),
                ("content", fields.BinaryField()),
            ],
            {"table": "delivery_chunk", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "DeliveryChunk", CheckConstraint("last_row >= first_row", "delivery_chunk_rows")
        ),
        AddConstraint(
            "DeliveryChunk", UniqueConstraint(("delivery_id", "first_row"), "delivery_chunk_once")
        ),
        ops.CreateModel(
            "DeliveryError",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                (
                    "delivery",
                    fields.ForeignKeyField(
                        "models.Delivery",
                        source_field="delivery_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                    ),
                ),
                ("row_no", fields.IntField()),
                ("column", fields.CharField(max_length=64)),
                ("code", fields.CharField(max_length=64)),
            ],
            {"table": "delivery_error", "app": "models", "pk_attr": "id"},
        ),
        ops.AddIndex(
            "DeliveryError", Index(fields=["delivery_id", "row_no"], name="delivery_error_row")
        ),
        ops.CreateModel(
            "RecordRow",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "models.Person",
                        source_field="person_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                    ),
                ),
                ("item", fields.CharField(max_length=64)),
                ("level", fields.CharField(max_length=32, null=True)),
                ("quantity", fields.BigIntField(null=True)),
                ("act_key", fields.CharField(max_length=400)),
                ("occurred_on", fields.DateField()),
                ("ended_on", fields.DateField(null=True)),
                ("valid_until", fields.DateField(null=True)),
                ("status", fields.CharField(max_length=16)),
                ("document_no", fields.CharField(max_length=200)),
                ("unit", fields.CharField(max_length=64)),
                ("agency", fields.CharField(max_length=64)),
                (
                    "delivery",
                    fields.ForeignKeyField(
                        "models.Delivery",
                        source_field="delivery_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                        null=True,
                    ),
                ),
                ("row_no", fields.IntField(null=True)),
                ("content", fields.CharField(max_length=32)),
                ("decided_on", fields.DateField(null=True)),
                ("known_from", fields.DatetimeField()),
                ("known_to", fields.DatetimeField(null=True)),
            ],
            {"table": "record", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "RecordRow",
            CheckConstraint(
                "status IN ('active', 'disputed', 'repaired', 'withdrawn', 'expired')",
                "record_status",
            ),
        ),
        AddConstraint(
            "RecordRow",
            CheckConstraint("ended_on IS NULL OR ended_on >= occurred_on", "record_ends_after"),
        ),
        AddConstraint(
            "RecordRow",
            CheckConstraint("known_to IS NULL OR known_to >= known_from", "record_known_after"),
        ),
        AddConstraint(
            "RecordRow",
            UniqueConstraint(
                ("person_id", "item", "unit", "document_no"), "record_current", "known_to IS NULL"
            ),
        ),
        ops.AddIndex(
            "RecordRow",
            IndexWhere(fields=["person_id"], name="record_past", where="known_to IS NOT NULL"),
        ),
    ]
