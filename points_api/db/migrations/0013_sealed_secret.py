"""Secrets that are made once and sealed under the master keys."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from points_api.db.schema import AddConstraint, row_id


class Migration(migrations.Migration):
    dependencies = [("models", "0012_exchange")]
    operations = [
        ops.CreateModel(
            "SealedSecret",
            [
                row_id(),
                ("name", fields.CharField(max_length=64)),
                ("content", fields.BinaryField()),
                ("made_at", fields.DatetimeField()),
            ],
            {"table": "sealed_secret", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("SealedSecret", UniqueConstraint(("name",), "sealed_secret_once")),
    ]
