"""The tables of officers, their sessions, and failed sign-ins.

Generated, then completed by hand as those before.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint
from points_api.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("models", "0004_nightly")]
    operations = [
        ops.CreateModel(
            "Officer",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                ("login", fields.CharField(max_length=32)),
                ("password_hash", fields.CharField(max_length=128)),
                ("totp", fields.BinaryField()),
                ("last_step", fields.BigIntField(default=0)),
                ("roles", fields.JSONField()),
                ("division", fields.CharField(max_length=6, null=True)),
                ("status", fields.CharField(max_length=16, default="active")),
                ("demo", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField()),
                ("last_sign_in_at", fields.DatetimeField(null=True)),
            ],
            {"table": "officer", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Officer", CheckConstraint("status IN ('active', 'suspended')", "officer_status")
        ),
        AddConstraint("Officer", UniqueConstraint(("login",), "officer_login_once")),
        ops.CreateModel(
            "OfficerSession",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                (
                    "officer",
                    fields.ForeignKeyField(
                        "models.Officer",
                        source_field="officer_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
                ("revoked_at", fields.DatetimeField(null=True)),
                ("reason", fields.CharField(max_length=32, default="")),
            ],
            {"table": "officer_session", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "OfficerSession", CheckConstraint("expires_at > created_at", "officer_session_expires")
        ),
        ops.AddIndex(
            "OfficerSession", Index(fields=["officer_id"], name="officer_session_officer")
        ),
        ops.CreateModel(
            "FailedSignIn",
            [
                ("login_index", fields.CharField(primary_key=True, max_length=64)),
                ("failures", fields.IntField()),
                ("last_at", fields.DatetimeField()),
                ("closed_until", fields.DatetimeField(null=True)),
            ],
            {"table": "failed_sign_in", "app": "models", "pk_attr": "login_index"},
        ),
        AddConstraint("FailedSignIn", CheckConstraint("failures >= 0", "failed_sign_in_count")),
        ops.AddIndex("FailedSignIn", Index(fields=["last_at"], name="failed_sign_in_last")),
    ]
