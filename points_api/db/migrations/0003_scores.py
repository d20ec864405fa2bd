"""The tables of scores, and of what is written with every change.

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
    dependencies = [("models", "0002_records")]
    operations = [
        ops.CreateModel(
            "ScoreRow",
            [
                (
                    "resident",
                    fields.OneToOneField(
                        "models.Resident",
                        source_field="resident_id",
                        to_field="id",
                        related_name=False,
                        on_delete=fields.RESTRICT,
                        primary_key=True,
                    ),
                ),
                (
                    "enrollment",
                    fields.ForeignKeyField(
                        "models.Enrollment",
                        source_field="enrollment_id",
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
                ("value", fields.IntField()),
                ("band", fields.CharField(max_length=32)),
                ("base", fields.IntField()),
                ("dimensions", fields.JSONField()),
                ("scorecard", fields.CharField(max_length=64)),
                ("as_of", fields.DateField()),
                ("records_digest", fields.CharField(max_length=80)),
                ("stale_on", fields.DateField(null=True)),
                ("next_change_on", fields.DateField(null=True)),
                ("version", fields.IntField()),
                ("computed_at", fields.DatetimeField()),
            ],
            {"table": "score", "app": "models", "pk_attr": "resident_id"},
        ),
        AddConstraint("ScoreRow", CheckConstraint("version >= 1", "score_version")),
        AddConstraint("ScoreRow", UniqueConstraint(("person_id",), "score_person_once")),
        ops.CreateModel(
            "ScoreHistory",
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
                ("as_of", fields.DateField()),
                ("value", fields.IntField()),
                ("band", fields.CharField(max_length=32)),
                ("scorecard", fields.CharField(max_length=64)),
                ("records_digest", fields.CharField(max_length=80)),
                ("cause", fields.CharField(max_length=32)),
                ("dimensions", fields.JSONField()),
                ("known_at", fields.DatetimeField()),
            ],
            {"table": "score_history", "app": "models", "pk_attr": "id"},
        ),
        ops.AddIndex(
            "ScoreHistory", Index(fields=["resident_id", "as_of"], name="score_history_day")
        ),
        ops.CreateModel(
            "AccessEntry",
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
                ("day", fields.DateField()),
                ("actor_kind", fields.CharField(max_length=16)),
                ("actor", fields.CharField(max_length=64)),
                ("purpose", fields.CharField(max_length=64)),
                ("what", fields.CharField(max_length=64)),
                ("times", fields.IntField(default=1)),
                ("first_at", fields.DatetimeField()),
                ("last_at", fields.DatetimeField()),
            ],
            {"table": "access_entry", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("AccessEntry", CheckConstraint("times >= 1", "access_entry_times")),
        AddConstraint(
            "AccessEntry",
            UniqueConstraint(
                ("resident_id", "day", "actor_kind", "actor", "purpose", "what"), "access_entry_day"
            ),
        ),
        ops.CreateModel(
            "AuditEntry",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                ("at", fields.DatetimeField()),
                ("actor", fields.CharField(max_length=100)),
                ("action", fields.CharField(max_length=64)),
                ("subject", fields.CharField(max_length=100)),
                ("details", fields.JSONField()),
                ("digest", fields.CharField(max_length=64)),
                ("seq", fields.BigIntField(null=True)),
                ("chain", fields.CharField(max_length=64, null=True)),
            ],
            {"table": "audit_entry", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "AuditEntry",
            CheckConstraint(
                "(seq IS NULL) = (chain IS NULL) AND (seq IS NULL OR seq >= 1)", "audit_sealed"
            ),
        ),
        AddConstraint("AuditEntry", UniqueConstraint(("seq",), "audit_seq_once")),
        ops.AddIndex(
            "AuditEntry", IndexWhere(fields=["id"], name="audit_unsealed", where="seq IS NULL")
        ),
        ops.CreateModel(
            "OutboxEvent",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                ("topic", fields.CharField(max_length=64)),
                ("subject", fields.CharField(max_length=100)),
                ("payload", fields.JSONField()),
                ("created_at", fields.DatetimeField()),
                ("done_at", fields.DatetimeField(null=True)),
                ("attempts", fields.IntField(default=0)),
                ("next_try_at", fields.DatetimeField()),
            ],
            {"table": "outbox_event", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("OutboxEvent", CheckConstraint("attempts >= 0", "outbox_attempts")),
        ops.AddIndex(
            "OutboxEvent",
            IndexWhere(fields=["next_try_at", "id"], name="outbox_undone", where="done_at IS NULL"),
        ),
        ops.CreateModel(
            "IdempotencyKey",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                ("caller", fields.CharField(max_length=100)),
                ("key", fields.CharField(max_length=255)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("status", fields.IntField(null=True)),
                ("body", fields.JSONField(null=True)),
                ("created_at", fields.DatetimeField()),
            ],
            {"table": "idempotency_key", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "IdempotencyKey", UniqueConstraint(("caller", "key"), "idempotency_key_once")
        ),
    ]
