"""The tables of sandboxes: their settings, and their made-up residents.

Generated, then completed by hand as those before.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint, points_to, row_id


class Migration(migrations.Migration):
    dependencies = [("models", "0006_scenarios")]
    operations = [
        ops.CreateModel(
            "SandboxSetting",
            [
                row_id(),
                points_to("merchant", "Merchant"),
                ("offset_seconds", fields.IntField(default=0)),
                ("slow_ms", fields.IntField(default=0)),
                ("error_status", fields.IntField(default=503)),
                ("error_calls", fields.IntField(default=0)),
                ("duplicate_webhooks", fields.BooleanField(default=False)),
                ("reorder_webhooks", fields.BooleanField(default=False)),
            ],
            {"table": "sandbox_setting", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "SandboxSetting",
            CheckConstraint("error_status IN (500, 503)", "sandbox_setting_error"),
        ),
        AddConstraint(
            "SandboxSetting",
            CheckConstraint("error_calls >= 0 AND slow_ms >= 0", "sandbox_setting_faults"),
        ),
        AddConstraint("SandboxSetting", UniqueConstraint(("merchant_id",), "sandbox_setting_once")),
        ops.CreateModel(
            "SandboxResident",
            [
                row_id(),
                points_to("merchant", "Merchant"),
                points_to("resident", "Resident"),
                ("handle", fields.CharField(max_length=48)),
                ("why", fields.CharField(max_length=16)),
                ("band", fields.CharField(max_length=32, null=True)),
                ("score", fields.IntField(null=True)),
                ("age", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField()),
            ],
            {"table": "sandbox_resident", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "SandboxResident",
            CheckConstraint("why IN ('joined', 'paused', 'not_joined')", "sandbox_resident_why"),
        ),
        AddConstraint(
            "SandboxResident",
            CheckConstraint("(why = 'joined') = (score IS NOT NULL)", "sandbox_resident_score"),
        ),
        AddConstraint(
            "SandboxResident",
            UniqueConstraint(("merchant_id", "handle"), "sandbox_resident_handle_once"),
        ),
        AddConstraint(
            "SandboxResident", UniqueConstraint(("resident_id",), "sandbox_resident_once")
        ),
    ]
