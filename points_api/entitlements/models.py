"""Tables of entitlements for systems that keep lists, and of every change for their feed."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id
from points_api.residents.models import Resident


class Entitlement(Model):
    """What a resident who consented to a scenario is entitled to there now.

    `member` is the number they gave for that list (a card, a plate), sealed.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    scenario_id = fields.CharField(max_length=64)
    scenario_version = fields.IntField()
    granted = fields.BooleanField()
    member: bytes | None = fields.BinaryField(null=True)
    changed_at = fields.DatetimeField()

    class Meta:
        table = "entitlement"
        indexes = (Index(fields=("scenario_id",), name="entitlement_scenario"),)
        constraints = (UniqueConstraint(("resident_id", "scenario_id"), "entitlement_once"),)


class EntitlementChange(Model):
    """A change as a merchant is told it. `number` counts a merchant's, in the order of commits.

    `subject` is the merchant's own pseudonym of the person, `member_hash` the keyed hash of the
    number on its list. Withdrawal leaves these rows, which name nobody else could know.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    number = fields.BigIntField()
    merchant_id = fields.UUIDField()
    scenario_id = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=64)
    member_hash = fields.CharField(max_length=64, null=True)
    kind = fields.CharField(max_length=16)  # granted, changed, revoked
    at = fields.DatetimeField()

    class Meta:
        table = "entitlement_change"
        indexes = (
            Index(fields=("merchant_id", "subject", "number"), name="entitlement_change_told"),
        )
        constraints = (
            UniqueConstraint(("merchant_id", "number"), "entitlement_change_number_once"),
        )
