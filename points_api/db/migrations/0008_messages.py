"""The tables of notices to residents and of what they want to be told.

Generated, then completed by hand as those before.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint, IndexWhere, points_to, row_id


class Migration(migrations.Migration):
    dependencies = [("models", "0007_sandbox")]
    operations = [
        ops.CreateModel(
            "Message",
            [
                row_id(),
                points_to("resident", "Resident"),
                ("event_id", fields.UUIDField()),
                ("kind", fields.CharField(max_length=32)),
                ("params", fields.JSONField()),
                ("created_at", fields.DatetimeField()),
                ("read_at", fields.DatetimeField(null=True)),
                ("push_after", fields.DatetimeField(null=True)),
            ],
            {"table": "message", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Message", UniqueConstraint(fields=("resident_id", "event_id"), name="message_once")
        ),
        ops.AddIndex("Message", Index(fields=["resident_id", "id"], name="message_resident")),
        ops.AddIndex(
            "Message",
            IndexWhere(
                fields=["push_after"], name="message_to_push", where="push_after IS NOT NULL"
            ),
        ),
        ops.CreateModel(
            "MessagePreference",
            [
                (
                    "resident",
                    fields.OneToOneField(
                        "models.Resident",
                        source_field="resident_id",
                        primary_key=True,
                        db_index=True,
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                    ),
                ),
                ("muted", fields.JSONField()),
                ("quiet_from", fields.IntField()),
                ("quiet_until", fields.IntField()),
                ("accepted", fields.JSONField()),
            ],
            {"table": "message_preference", "app": "models", "pk_attr": "resident_id"},
        ),
        AddConstraint(
            "MessagePreference",
            CheckConstraint(
                check="quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439",
                name="message_preference_quiet",
            ),
        ),
    ]
