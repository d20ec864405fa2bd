"""The tables of people, accounts, consents and sessions.

Generated, then completed by hand: constraints were taken out of the options of CreateModel, where
the ORM would leave them out, into operations of their own; checks first, see AddConstraint.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint
from points_api.ids import new_id


class Migration(migrations.Migration):
    initial = True
    operations = [
        ops.CreateModel(
            "Person",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                ("id_index", fields.BinaryField()),
                ("id_number", fields.BinaryField()),
                ("name", fields.BinaryField()),
                ("created_at", fields.DatetimeField()),
                ("revision", fields.IntField(default=0)),
            ],
            {"table": "person", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("Person", UniqueConstraint(("id_index",), "person_id_index_once")),
        ops.CreateModel(
            "Resident",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                ("openid_index", fields.BinaryField()),
                ("openid", fields.BinaryField()),
                ("created_at", fields.DatetimeField()),
            ],
            {"table": "resident", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("Resident", UniqueConstraint(("openid_index",), "resident_openid_once")),
        ops.CreateModel(
            "Enrollment",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                    ),
                ),
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
                ("phone", fields.BinaryField(null=True)),
                ("notice_version", fields.CharField(max_length=64)),
                ("joined_at", fields.DatetimeField()),
                ("left_at", fields.DatetimeField(null=True)),
            ],
            {"table": "enrollment", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Enrollment",
            CheckConstraint("left_at IS NULL OR left_at >= joined_at", "enrollment_ends_after"),
        ),
        AddConstraint(
            "Enrollment",
            UniqueConstraint(("resident_id",), "enrollment_resident_once", "left_at IS NULL"),
        ),
        AddConstraint(
            "Enrollment",
            UniqueConstraint(("person_id",), "enrollment_person_once", "left_at IS NULL"),
        ),
        ops.CreateModel(
            "Consent",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                    ),
                ),
                ("purpose", fields.CharField(max_length=64)),
                ("recipient", fields.CharField(max_length=64)),
                ("data_kinds", fields.JSONField()),
                ("notice_version", fields.CharField(max_length=64)),
                ("channel", fields.CharField(max_length=32)),
                ("granted_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
                ("withdrawn_at", fields.DatetimeField(null=True)),
            ],
            {"table": "consent", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Consent", CheckConstraint("expires_at > granted_at", "consent_expires_after")
        ),
        AddConstraint(
            "Consent",
            CheckConstraint(
                "withdrawn_at IS NULL OR withdrawn_at >= granted_at", "consent_withdrawn_after"
            ),
        ),
        ops.AddIndex("Consent", Index(fields=["resident_id"], name="consent_resident")),
        ops.CreateModel(
            "Session",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField()),
                ("generation", fields.IntField(default=1)),
                ("rotated_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
                ("revoked_at", fields.DatetimeField(null=True)),
                ("reason", fields.CharField(max_length=64, default="")),
            ],
            {"table": "session", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("Session", CheckConstraint("generation >= 1", "session_generation")),
        ops.AddIndex("Session", Index(fields=["resident_id"], name="session_resident")),
        ops.CreateModel(
            "ApiClient",
            [
                ("id", fields.CharField(primary_key=True, max_length=64)),
                ("kind", fields.CharField(max_length=16)),
                ("agency", fields.CharField(max_length=64)),
                ("public_jwk", fields.JSONField()),
                ("created_at", fields.DatetimeField()),
                ("revoked_at", fields.DatetimeField(null=True)),
            ],
            {"table": "api_client", "app": "models", "pk_attr": "id"},
        ),
        ops.CreateModel(
            "UsedAssertion",
            [
                ("jti", fields.CharField(primary_key=True, max_length=255)),
                ("expires_at", fields.DatetimeField()),
            ],
            {"table": "used_assertion", "app": "models", "pk_attr": "jti"},
        ),
        ops.AddIndex("UsedAssertion", Index(fields=["expires_at"], name="used_assertion_expiry")),
    ]
