"""Tables of merchants, their staff, the scenarios that they serve, and their sandboxes."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id
from points_api.residents.models import Resident


class Merchant(Model):
    """Who gives benefits. A sandbox merchant meets only made-up residents."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=120)
    name_en = fields.CharField(max_length=120)
    credit_code = fields.CharField(max_length=18, null=True)  # GB 32100
    division = fields.CharField(max_length=6)
    state = fields.CharField(max_length=16)
    sandbox = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()

    class Meta:
        table = "merchant"
        constraints = (
            CheckConstraint("state IN ('active', 'suspended')", "merchant_state"),
            UniqueConstraint(("credit_code",), "merchant_credit_code_once"),
        )


class MerchantStaff(Model):
    """A person or a system of a merchant, by a label that is no name; keys belong to one."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name=False, on_delete=fields.RESTRICT
    )
    merchant_id: UUID
    label = fields.CharField(max_length=64)
    role = fields.CharField(max_length=16)
    created_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "merchant_staff"
        constraints = (
            CheckConstraint("role IN ('manager', 'cashier', 'system')", "merchant_staff_role"),
            UniqueConstraint(
                ("merchant_id", "label"), "merchant_staff_label_once", "left_at IS NULL"
            ),
        )


class MerchantScenario(Model):
    """A merchant serves a scenario from `since` on; `until` ends it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name=False, on_delete=fields.RESTRICT
    )
    merchant_id: UUID
    scenario_id = fields.CharField(max_length=64)
    since = fields.DatetimeField()
    until = fields.DatetimeField(null=True)

    class Meta:
        table = "merchant_scenario"
        constraints = (
            UniqueConstraint(
                ("merchant_id", "scenario_id"), "merchant_scenario_once", "until IS NULL"
            ),
        )


class SandboxSetting(Model):
    """A sandbox's own time, and what is to go wrong there on purpose. No row: all as usual."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name=False, on_delete=fields.RESTRICT
    )
    merchant_id: UUID
    offset_seconds = fields.IntField(default=0)  # what its clock is ahead of ours
    slow_ms = fields.IntField(default=0)
    error_status = fields.IntField(default=503)
    error_calls = fields.IntField(default=0)  # how many of the next calls are to fail
    duplicate_webhooks = fields.BooleanField(default=False)
    reorder_webhooks = fields.BooleanField(default=False)

    class Meta:
        table = "sandbox_setting"
        constraints = (
            CheckConstraint("error_status IN (500, 503)", "sandbox_setting_error"),
            CheckConstraint("error_calls >= 0 AND slow_ms >= 0", "sandbox_setting_faults"),
            UniqueConstraint(("merchant_id",), "sandbox_setting_once"),
        )


class SandboxResident(Model):
    """A made-up resident of one sandbox: the facts themselves, and nobody behind them.

    `resident` is an account that nobody can sign in to and that never joins, so that what hangs on
    a resident can hang on this one, while scores, statistics and real merchants know nothing of it.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name=False, on_delete=fields.RESTRICT
    )
    merchant_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    handle = fields.CharField(max_length=48)
    why = fields.CharField(max_length=16)
    band = fields.CharField(max_length=32, null=True)  # as have score and age: only who has joined
    score = fields.IntField(null=True)  # thousandths of a point
    age = fields.IntField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "sandbox_resident"
        constraints = (
            CheckConstraint("why IN ('joined', 'paused', 'not_joined')", "sandbox_resident_why"),
            CheckConstraint("(why = 'joined') = (score IS NOT NULL)", "sandbox_resident_score"),
            UniqueConstraint(("merchant_id", "handle"), "sandbox_resident_handle_once"),
            UniqueConstraint(("resident_id",), "sandbox_resident_once"),
        )
