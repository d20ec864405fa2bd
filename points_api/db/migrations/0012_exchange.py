"""Batches of questions between cities, and what a table says that runs beside the deciding one.

Generated, then completed by hand as those before.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint, row_id


class Migration(migrations.Migration):
    dependencies = [("models", "0011_proofs")]
    operations = [
        ops.AddField("Recognition", "batch_id", fields.UUIDField(null=True)),
        ops.AddField("Visit", "beside", fields.CharField(max_length=120, null=True)),
        ops.AddField("Visit", "beside_band", fields.CharField(max_length=64, null=True)),
        ops.CreateModel(
            "RecognitionBatch",
            [
                row_id(),
                ("host", fields.CharField(max_length=6)),
                ("batch", fields.CharField(max_length=200)),
                ("size", fields.IntField()),
                ("later", fields.BooleanField()),
                ("digest", fields.CharField(max_length=64)),
                ("request", fields.BinaryField()),
                ("edition", fields.CharField(max_length=64)),
                ("created_at", fields.DatetimeField()),
                ("done_at", fields.DatetimeField(null=True)),
            ],
            {"table": "recognition_batch", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("RecognitionBatch", CheckConstraint("size > 0", "recognition_batch_size")),
        AddConstraint(
            "RecognitionBatch", UniqueConstraint(("host", "batch"), "recognition_batch_once")
        ),
        ops.AddIndex(
            "RecognitionBatch", Index(fields=["created_at"], name="recognition_batch_age")
        ),
        ops.CreateModel(
            "RecognitionResult",
            [
                row_id(),
                ("batch_id", fields.UUIDField()),
                ("place", fields.IntField()),
                ("result", fields.TextField()),
            ],
            {"table": "recognition_result", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "RecognitionResult", UniqueConstraint(("batch_id", "place"), "recognition_result_once")
        ),
    ]
