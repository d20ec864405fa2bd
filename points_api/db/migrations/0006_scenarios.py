"""The tables of scenarios: merchants, registry, verifications, redemptions, lists, push.

Generated, then completed by hand as those before.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint, IndexWhere, points_to, row_id


class Migration(migrations.Migration):
    dependencies = [("models", "0005_officers")]
    operations = [
        ops.AddField(model_name="ApiClient", name="merchant_id", field=fields.UUIDField(null=True)),
        ops.AddField(model_name="ApiClient", name="staff_id", field=fields.UUIDField(null=True)),
        ops.AddField(
            model_name="Enrollment", name="paused_at", field=fields.DatetimeField(null=True)
        ),
        ops.CreateModel(
            "Entitlement",
            [
                row_id(),
                points_to("resident", "Resident"),
                ("scenario_id", fields.CharField(max_length=64)),
                ("scenario_version", fields.IntField()),
                ("granted", fields.BooleanField()),
                ("member", fields.BinaryField(null=True)),
                ("changed_at", fields.DatetimeField()),
            ],
            {"table": "entitlement", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Entitlement",
            UniqueConstraint(fields=("resident_id", "scenario_id"), name="entitlement_once"),
        ),
        ops.AddIndex("Entitlement", Index(fields=["scenario_id"], name="entitlement_scenario")),
        ops.AddIndex(
            "Consent",
            IndexWhere(
                fields=["recipient", "purpose"],
                name="consent_open_to",
                where="withdrawn_at IS NULL",
            ),
        ),
        ops.CreateModel(
            "EntitlementChange",
            [
                row_id(),
                ("number", fields.BigIntField()),
                ("merchant_id", fields.UUIDField()),
                ("scenario_id", fields.CharField(max_length=64)),
                ("subject", fields.CharField(max_length=64)),
                ("member_hash", fields.CharField(null=True, max_length=64)),
                ("kind", fields.CharField(max_length=16)),
                ("at", fields.DatetimeField()),
            ],
            {"table": "entitlement_change", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "EntitlementChange",
            UniqueConstraint(
                fields=("merchant_id", "number"), name="entitlement_change_number_once"
            ),
        ),
        ops.AddIndex(
            "EntitlementChange",
            Index(fields=["merchant_id", "subject", "number"], name="entitlement_change_told"),
        ),
        ops.CreateModel(
            "Merchant",
            [
                row_id(),
                ("name", fields.CharField(max_length=120)),
                ("name_en", fields.CharField(max_length=120)),
                ("credit_code", fields.CharField(null=True, max_length=18)),
                ("division", fields.CharField(max_length=6)),
                ("state", fields.CharField(max_length=16)),
                ("sandbox", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField()),
            ],
            {"table": "merchant", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Merchant",
            CheckConstraint(check="state IN ('active', 'suspended')", name="merchant_state"),
        ),
        AddConstraint(
            "Merchant", UniqueConstraint(fields=("credit_code",), name="merchant_credit_code_once")
        ),
        ops.CreateModel(
            "MerchantScenario",
            [
                row_id(),
                points_to("merchant", "Merchant"),
                ("scenario_id", fields.CharField(max_length=64)),
                ("since", fields.DatetimeField()),
                ("until", fields.DatetimeField(null=True)),
            ],
            {"table": "merchant_scenario", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "MerchantScenario",
            UniqueConstraint(
                fields=("merchant_id", "scenario_id"),
                name="merchant_scenario_once",
                condition="until IS NULL",
            ),
        ),
        ops.CreateModel(
            "MerchantStaff",
            [
                row_id(),
                points_to("merchant", "Merchant"),
                ("label", fields.CharField(max_length=64)),
                ("role", fields.CharField(max_length=16)),
                ("created_at", fields.DatetimeField()),
                ("left_at", fields.DatetimeField(null=True)),
            ],
            {"table": "merchant_staff", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "MerchantStaff",
            CheckConstraint(
                check="role IN ('manager', 'cashier', 'system')", name="merchant_staff_role"
            ),
        ),
        AddConstraint(
            "MerchantStaff",
            UniqueConstraint(
                fields=("merchant_id", "label"),
                name="merchant_staff_label_once",
                condition="left_at IS NULL",
            ),
        ),
        ops.CreateModel(
            "QuotaCounter",
            [
                row_id(),
                ("scenario_id", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=100)),
                ("used", fields.BigIntField()),
                ("most", fields.BigIntField()),
            ],
            {"table": "quota_counter", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "QuotaCounter",
            CheckConstraint(check="used BETWEEN 0 AND most", name="quota_counter_used"),
        ),
        AddConstraint(
            "QuotaCounter",
            UniqueConstraint(fields=("scenario_id", "name"), name="quota_counter_once"),
        ),
        ops.CreateModel(
            "ScenarioMove",
            [
                row_id(),
                ("scenario_id", fields.CharField(max_length=64)),
                ("version", fields.IntField()),
                ("move", fields.CharField(max_length=16)),
                ("state", fields.CharField(max_length=16)),
                ("actor", fields.CharField(max_length=100)),
                ("reason", fields.CharField(max_length=200)),
                ("at", fields.DatetimeField()),
            ],
            {"table": "scenario_move", "app": "models", "pk_attr": "id"},
        ),
        ops.AddIndex("ScenarioMove", Index(fields=["scenario_id", "at"], name="scenario_move_of")),
        ops.CreateModel(
            "ScenarioVersion",
            [
                row_id(),
                ("scenario_id", fields.CharField(max_length=64)),
                ("version", fields.IntField()),
                ("category", fields.CharField(max_length=64)),
                ("division", fields.CharField(max_length=6)),
                ("state", fields.CharField(max_length=16)),
                ("document", fields.JSONField()),
                ("digest", fields.CharField(max_length=80)),
                ("merchant_id", fields.UUIDField(null=True)),
                ("author", fields.CharField(max_length=100)),
                ("approved_by", fields.CharField(null=True, max_length=100)),
                ("live_since", fields.DatetimeField(null=True)),
                ("created_at", fields.DatetimeField()),
                ("changed_at", fields.DatetimeField()),
            ],
            {"table": "scenario_version", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "ScenarioVersion",
            CheckConstraint(
                check="state IN ('draft', 'review', 'published', 'suspended', 'retired')",
                name="scenario_version_state",
            ),
        ),
        AddConstraint(
            "ScenarioVersion", CheckConstraint(check="version >= 1", name="scenario_version_number")
        ),
        AddConstraint(
            "ScenarioVersion",
            UniqueConstraint(fields=("scenario_id", "version"), name="scenario_version_once"),
        ),
        AddConstraint(
            "ScenarioVersion",
            UniqueConstraint(
                fields=("scenario_id",),
                name="scenario_version_live_once",
                condition="live_since IS NOT NULL",
            ),
        ),
        ops.CreateModel(
            "SpokenCode",
            [
                row_id(),
                ("scenario_id", fields.CharField(max_length=64)),
                ("number", fields.CharField(max_length=6)),
                ("sealed", fields.BinaryField()),
                ("expires_at", fields.DatetimeField()),
            ],
            {"table": "spoken_code", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "SpokenCode",
            UniqueConstraint(fields=("scenario_id", "number"), name="spoken_code_once"),
        ),
        ops.CreateModel(
            "Statement",
            [
                row_id(),
                points_to("merchant", "Merchant"),
                ("day", fields.DateField()),
                ("number", fields.IntField()),
                ("entries", fields.IntField()),
                ("benefit_fen", fields.BigIntField()),
                ("owed_fen", fields.BigIntField()),
                ("previous", fields.CharField(max_length=80)),
                ("digest", fields.CharField(max_length=80)),
                ("closed_at", fields.DatetimeField()),
            ],
            {"table": "statement", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Statement", UniqueConstraint(fields=("merchant_id", "day"), name="statement_day_once")
        ),
        AddConstraint(
            "Statement",
            UniqueConstraint(fields=("merchant_id", "number"), name="statement_number_once"),
        ),
        ops.CreateModel(
            "Verification",
            [
                row_id(),
                ("mark", fields.BinaryField(null=True)),
                ("scenario_id", fields.CharField(max_length=64)),
                ("scenario_version", fields.IntField()),
                ("merchant_id", fields.UUIDField()),
                ("staff", fields.CharField(max_length=100)),
                ("resident_id", fields.UUIDField(null=True)),
                ("mode", fields.CharField(max_length=16)),
                ("eligible", fields.BooleanField()),
                ("cause", fields.CharField(max_length=16)),
                ("created_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
            ],
            {"table": "verification", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Verification",
            CheckConstraint(
                check="cause IN ('eligible', 'below', 'paused', 'not_joined', 'no_consent',"
                " 'signed_out', 'unknown', 'closed')",
                name="verification_cause",
            ),
        ),
        AddConstraint(
            "Verification",
            CheckConstraint(
                check="mode IN ('code', 'wall', 'server', 'list', 'counter')",
                name="verification_mode",
            ),
        ),
        AddConstraint(
            "Verification",
            CheckConstraint(check="eligible = (cause = 'eligible')", name="verification_eligible"),
        ),
        AddConstraint(
            "Verification", UniqueConstraint(fields=("mark",), name="verification_mark_once")
        ),
        ops.AddIndex(
            "Verification",
            Index(fields=["resident_id", "created_at"], name="verification_resident"),
        ),
        ops.AddIndex(
            "Verification",
            Index(fields=["merchant_id", "created_at"], name="verification_merchant"),
        ),
        ops.CreateModel(
            "Redemption",
            [
                row_id(),
                points_to("verification", "Verification"),
                points_to("merchant", "Merchant"),
                points_to("resident", "Resident"),
                ("scenario_id", fields.CharField(max_length=64)),
                ("scenario_version", fields.IntField()),
                ("state", fields.CharField(max_length=16)),
                ("day", fields.DateField()),
                ("amount_fen", fields.BigIntField(null=True)),
                ("benefit_fen", fields.BigIntField()),
                ("owed_fen", fields.BigIntField()),
                ("returned_fen", fields.BigIntField(default=0)),
                ("reserved_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField(null=True)),
                ("changed_at", fields.DatetimeField()),
                ("taken", fields.JSONField(default=dict)),
                ("due_on", fields.DateField(null=True)),
            ],
            {"table": "redemption", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "Redemption",
            CheckConstraint(
                check="state IN ('reserved', 'confirmed', 'canceled', 'expired', 'reversed')",
                name="redemption_state",
            ),
        ),
        AddConstraint(
            "Redemption",
            CheckConstraint(check="benefit_fen >= 0 AND owed_fen >= 0", name="redemption_amounts"),
        ),
        AddConstraint(
            "Redemption",
            CheckConstraint(
                check="returned_fen BETWEEN 0 AND benefit_fen", name="redemption_returned"
            ),
        ),
        AddConstraint(
            "Redemption",
            UniqueConstraint(fields=("verification_id",), name="redemption_verification_once"),
        ),
        ops.AddIndex(
            "Redemption", Index(fields=["resident_id", "reserved_at"], name="redemption_resident")
        ),
        ops.AddIndex(
            "Redemption", Index(fields=["merchant_id", "day"], name="redemption_merchant")
        ),
        ops.AddIndex(
            "Redemption",
            IndexWhere(
                fields=["expires_at"], name="redemption_reserved", where="expires_at IS NOT NULL"
            ),
        ),
        ops.CreateModel(
            "ConductReport",
            [
                row_id(),
                points_to("redemption", "Redemption"),
                ("merchant_id", fields.UUIDField()),
                ("resident_id", fields.UUIDField()),
                ("scenario_id", fields.CharField(max_length=64)),
                ("state", fields.CharField(max_length=16)),
                ("reported_at", fields.DatetimeField()),
                ("told_at", fields.DatetimeField(null=True)),
                ("reply_until", fields.DatetimeField(null=True)),
                ("reply", fields.BinaryField(null=True)),
                ("replied_at", fields.DatetimeField(null=True)),
                ("closed_at", fields.DatetimeField(null=True)),
            ],
            {"table": "conduct_report", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "ConductReport",
            CheckConstraint(
                check="state IN ('reported', 'told', 'replied', 'standing', 'settled', "
                "'dismissed')",
                name="conduct_report_state",
            ),
        ),
        AddConstraint(
            "ConductReport",
            CheckConstraint(
                check="state <> 'standing' OR (told_at IS NOT NULL AND reply_until IS NOT NULL)",
                name="conduct_report_told_first",
            ),
        ),
        AddConstraint(
            "ConductReport",
            UniqueConstraint(
                fields=("redemption_id",),
                name="conduct_report_open_once",
                condition="closed_at IS NULL",
            ),
        ),
        ops.AddIndex(
            "ConductReport", Index(fields=["resident_id", "state"], name="conduct_report_resident")
        ),
        ops.CreateModel(
            "LedgerEntry",
            [
                row_id(),
                points_to("redemption", "Redemption"),
                ("merchant_id", fields.UUIDField()),
                ("scenario_id", fields.CharField(max_length=64)),
                ("day", fields.DateField()),
                ("move", fields.CharField(max_length=16)),
                ("benefit_fen", fields.BigIntField()),
                ("owed_fen", fields.BigIntField()),
                ("actor", fields.CharField(max_length=100)),
                ("at", fields.DatetimeField()),
            ],
            {"table": "ledger_entry", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "LedgerEntry",
            CheckConstraint(
                check="move IN ('reserve', 'confirm', 'cancel', 'expire', 'reverse', 'return')",
                name="ledger_entry_move",
            ),
        ),
        ops.AddIndex("LedgerEntry", Index(fields=["merchant_id", "day"], name="ledger_entry_day")),
        ops.AddIndex(
            "LedgerEntry", Index(fields=["redemption_id"], name="ledger_entry_redemption")
        ),
        ops.CreateModel(
            "WebhookEndpoint",
            [
                row_id(),
                points_to("merchant", "Merchant"),
                ("url", fields.CharField(max_length=500)),
                ("kinds", fields.JSONField()),
                ("secret", fields.BinaryField()),
                ("previous_secret", fields.BinaryField(null=True)),
                ("previous_until", fields.DatetimeField(null=True)),
                ("state", fields.CharField(max_length=16)),
                ("reason", fields.CharField(default="", max_length=64)),
                ("created_at", fields.DatetimeField()),
                ("changed_at", fields.DatetimeField()),
            ],
            {"table": "webhook_endpoint", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "WebhookEndpoint",
            CheckConstraint(
                check="state IN ('active', 'disabled', 'deleted')", name="webhook_endpoint_state"
            ),
        ),
        ops.AddIndex(
            "WebhookEndpoint", Index(fields=["merchant_id"], name="webhook_endpoint_merchant")
        ),
        ops.CreateModel(
            "WebhookMessage",
            [
                row_id(),
                points_to("endpoint", "WebhookEndpoint"),
                ("event_id", fields.UUIDField()),
                ("kind", fields.CharField(max_length=64)),
                ("subject", fields.CharField(max_length=64)),
                ("body", fields.TextField()),
                ("created_at", fields.DatetimeField()),
                ("attempts", fields.IntField(default=0)),
                ("next_try_at", fields.DatetimeField()),
                ("claimed_until", fields.DatetimeField(null=True)),
                ("ended_at", fields.DatetimeField(null=True)),
                ("outcome", fields.CharField(default="", max_length=16)),
            ],
            {"table": "webhook_message", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "WebhookMessage",
            CheckConstraint(
                check="(ended_at IS NULL) = (outcome = '')", name="webhook_message_end"
            ),
        ),
        AddConstraint(
            "WebhookMessage",
            UniqueConstraint(fields=("endpoint_id", "event_id"), name="webhook_message_once"),
        ),
        ops.AddIndex(
            "WebhookMessage",
            IndexWhere(
                fields=["endpoint_id", "next_try_at"],
                name="webhook_message_due",
                where="ended_at IS NULL",
            ),
        ),
        ops.AddIndex(
            "WebhookMessage",
            IndexWhere(
                fields=["endpoint_id", "subject", "id"],
                name="webhook_message_order",
                where="ended_at IS NULL",
            ),
        ),
        ops.AddIndex(
            "WebhookMessage", Index(fields=["endpoint_id", "id"], name="webhook_message_log")
        ),
        ops.CreateModel(
            "WebhookAttempt",
            [
                row_id(),
                points_to("message", "WebhookMessage", fields.CASCADE),
                ("at", fields.DatetimeField()),
                ("status", fields.IntField(null=True)),
                ("took_ms", fields.IntField()),
                ("error", fields.CharField(default="", max_length=64)),
            ],
            {"table": "webhook_attempt", "app": "models", "pk_attr": "id"},
        ),
        ops.AddIndex(
            "WebhookAttempt", Index(fields=["message_id", "at"], name="webhook_attempt_of")
        ),
    ]
