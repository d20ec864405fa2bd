"""Tables of merchants, their staff, and the scenarios that they serve."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id


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
