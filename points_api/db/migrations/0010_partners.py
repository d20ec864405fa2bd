"""The tables of the exchange with other cities, and visitors in verifications and redemptions.

Generated, then completed by hand as those before.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint, IndexWhere, row_id


class Migration(migrations.Migration):
    dependencies = [("models", "0009_room")]
    operations = [
        ops.AddField("Verification", "visitor", fields.CharField(max_length=50, null=True)),
        ops.AddField("Redemption", "visitor", fields.CharField(max_length=50, null=True)),
        ops.CreateModel(
            "DirectoryEdition",
            [
                row_id(),
                ("version", fields.IntField()),
                ("digest", fields.CharField(max_length=64)),
                ("document", fields.BinaryField()),
                ("followed_at", fields.DatetimeField()),
            ],
            {"table": "directory_edition", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("DirectoryEdition", UniqueConstraint(("version",), "directory_edition_once")),
        ops.CreateModel(
            "PartnerNonce",
            [
                row_id(),
                ("keyid", fields.CharField(max_length=80)),
                ("nonce", fields.CharField(max_length=128)),
                ("until", fields.DatetimeField()),
            ],
            {"table": "partner_nonce", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("PartnerNonce", UniqueConstraint(("keyid", "nonce"), "partner_nonce_once")),
        ops.AddIndex("PartnerNonce", Index(fields=["until"], name="partner_nonce_until")),
        ops.CreateModel(
            "MappingTable",
            [
                row_id(),
                ("source", fields.CharField(max_length=32)),
                ("target", fields.CharField(max_length=32)),
                ("version", fields.CharField(max_length=64)),
                ("digest", fields.CharField(max_length=80)),
                ("document", fields.JSONField()),
                ("signatures", fields.JSONField()),
                ("since", fields.DateField()),
                ("until", fields.DateField()),
                ("taken_at", fields.DatetimeField()),
            ],
            {"table": "mapping_table", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("MappingTable", CheckConstraint("until >= since", "mapping_table_until")),
        AddConstraint(
            "MappingTable", CheckConstraint("source <> target", "mapping_table_direction")
        ),
        AddConstraint(
            "MappingTable",
            UniqueConstraint(("source", "target", "version"), "mapping_table_once"),
        ),
        ops.CreateModel(
            "Recognition",
            [
                row_id(),
                ("mark", fields.BinaryField(null=True)),
                ("host", fields.CharField(max_length=6)),
                ("scenario", fields.CharField(max_length=64)),
                ("purpose", fields.CharField(max_length=64)),
                ("mapping", fields.CharField(max_length=64)),
                ("nonce", fields.CharField(max_length=200)),
                ("resident_id", fields.UUIDField(null=True)),
                ("person_id", fields.UUIDField(null=True)),
                ("consent_id", fields.UUIDField(null=True)),
                ("subject", fields.CharField(max_length=43, null=True)),
                ("band", fields.CharField(max_length=64, null=True)),
                ("with_score", fields.BooleanField()),
                ("cause", fields.CharField(max_length=16)),
                ("request", fields.BinaryField()),
                ("response", fields.BinaryField()),
                ("edition", fields.CharField(max_length=64)),
                ("created_at", fields.DatetimeField()),
                ("recalled_at", fields.DatetimeField(null=True)),
            ],
            {"table": "recognition", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Recognition",
            CheckConstraint(
                "cause IN ('recognized', 'below', 'paused', 'not_joined', 'no_consent',"
                " 'signed_out', 'unknown', 'used')",
                "recognition_cause",
            ),
        ),
        AddConstraint(
            "Recognition",
            CheckConstraint(
                "(cause = 'recognized') = (subject IS NOT NULL)", "recognition_subject"
            ),
        ),
        AddConstraint("Recognition", UniqueConstraint(("mark",), "recognition_mark_once")),
        AddConstraint("Recognition", UniqueConstraint(("host", "nonce"), "recognition_nonce_once")),
        ops.AddIndex(
            "Recognition", Index(fields=["resident_id", "host"], name="recognition_resident")
        ),
        ops.AddIndex("Recognition", Index(fields=["person_id", "host"], name="recognition_person")),
        ops.CreateModel(
            "Recall",
            [
                row_id(),
                ("resident_id", fields.UUIDField()),
                ("host", fields.CharField(max_length=6)),
                ("subject", fields.CharField(max_length=43)),
                ("why", fields.CharField(max_length=16)),
                ("created_at", fields.DatetimeField()),
                ("due_at", fields.DatetimeField()),
                ("attempts", fields.IntField(default=0)),
                ("last_reason", fields.CharField(max_length=64, null=True)),
                ("confirmed_at", fields.DatetimeField(null=True)),
                ("receipt", fields.BinaryField(null=True)),
            ],
            {"table": "recall", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("Recall", CheckConstraint("why IN ('withdrawn', 'changed')", "recall_why")),
        AddConstraint(
            "Recall",
            CheckConstraint("(confirmed_at IS NULL) = (receipt IS NULL)", "recall_receipt"),
        ),
        ops.AddIndex("Recall", Index(fields=["resident_id"], name="recall_resident")),
        ops.AddIndex(
            "Recall",
            IndexWhere(fields=["due_at"], name="recall_open", where="confirmed_at IS NULL"),
        ),
        ops.CreateModel(
            "VisitUse",
            [
                row_id(),
                ("resident_id", fields.UUIDField()),
                ("recognition_id", fields.UUIDField()),
                ("host", fields.CharField(max_length=6)),
                ("scenario", fields.CharField(max_length=64)),
                ("use", fields.CharField(max_length=200)),
                ("move", fields.CharField(max_length=16)),
                ("day", fields.DateField()),
                ("told_at", fields.DatetimeField()),
            ],
            {"table": "visit_use", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "VisitUse", CheckConstraint("move IN ('confirm', 'reverse')", "visit_use_move")
        ),
        AddConstraint("VisitUse", UniqueConstraint(("host", "use", "move"), "visit_use_once")),
        ops.AddIndex("VisitUse", Index(fields=["resident_id", "id"], name="visit_use_resident")),
        ops.CreateModel(
            "Visit",
            [
                row_id(),
                ("verification_id", fields.UUIDField()),
                ("home", fields.CharField(max_length=6)),
                ("host", fields.CharField(max_length=6)),
                ("subject", fields.CharField(max_length=43, null=True)),
                ("scenario_id", fields.CharField(max_length=64)),
                ("agreement", fields.CharField(max_length=64)),
                ("mapping", fields.CharField(max_length=120)),
                ("nonce", fields.CharField(max_length=200)),
                ("band", fields.CharField(max_length=64, null=True)),
                ("score", fields.CharField(max_length=16, null=True)),
                ("mapped_band", fields.CharField(max_length=64, null=True)),
                ("mapped_score", fields.IntField(null=True)),
                ("error", fields.IntField(null=True)),
                ("request", fields.BinaryField()),
                ("response", fields.BinaryField()),
                ("edition", fields.CharField(max_length=64)),
                ("created_at", fields.DatetimeField()),
                ("ended_at", fields.DatetimeField(null=True)),
                ("ended_why", fields.CharField(max_length=16, null=True)),
            ],
            {"table": "visit", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Visit", CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", "visit_ended")
        ),
        AddConstraint("Visit", UniqueConstraint(("verification_id",), "visit_verification_once")),
        ops.AddIndex("Visit", Index(fields=["home", "subject"], name="visit_subject")),
    ]
