"""Tables of redemptions: the state of each, the ledger of its moves, counters, statements."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.db.schema import IndexWhere
from points_api.ids import new_id
from points_api.merchants.models import Merchant
from points_api.residents.models import Resident
from points_api.verifications.models import Verification


class Redemption(Model):
    """A benefit taken, or held for a moment. Amounts are fen.

    `benefit_fen` is what the benefit is worth, `owed_fen` what the city owes the merchant for it,
    `returned_fen` how much of a deposit or deferred payment has come back. `taken` is what it
    holds of each counter, by name: just that is what it gives back.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    verification: fields.ForeignKeyRelation[Verification] = fields.ForeignKeyField(
        "models.Verification", related_name=False, on_delete=fields.RESTRICT
    )
    verification_id: UUID
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name=False, on_delete=fields.RESTRICT
    )
    merchant_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    visitor = fields.CharField(max_length=50, null=True)  # as in the verification
    scenario_id = fields.CharField(max_length=64)
    scenario_version = fields.IntField()
    state = fields.CharField(max_length=16)
    day = fields.DateField()  # of Huangshi, when it was reserved: its quotas are those of that day
    amount_fen: int | None = fields.BigIntField(null=True)
    benefit_fen = fields.BigIntField()
    owed_fen = fields.BigIntField()
    returned_fen = fields.BigIntField(default=0)
    reserved_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)  # of the reservation, while there is one
    changed_at = fields.DatetimeField()
    taken: dict[str, int] = fields.JSONField(default=dict)
    due_on = fields.DateField(null=True)  # when what was lent or deferred has to be back

    class Meta:
        table = "redemption"
        indexes = (
            Index(fields=("resident_id", "reserved_at"), name="redemption_resident"),
            Index(fields=("merchant_id", "day"), name="redemption_merchant"),
            IndexWhere(
                fields=("expires_at",), name="redemption_reserved", where="expires_at IS NOT NULL"
            ),
        )
        constraints = (
            CheckConstraint(
                "state IN ('reserved', 'confirmed', 'canceled', 'expired', 'reversed')",
                "redemption_state",
            ),
            CheckConstraint("benefit_fen >= 0 AND owed_fen >= 0", "redemption_amounts"),
            CheckConstraint("returned_fen BETWEEN 0 AND benefit_fen", "redemption_returned"),
            UniqueConstraint(("verification_id",), "redemption_verification_once"),
        )


class LedgerEntry(Model):
    """One move of a redemption with what it adds to the merchant's account; never changed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    redemption: fields.ForeignKeyRelation[Redemption] = fields.ForeignKeyField(
        "models.Redemption", related_name=False, on_delete=fields.RESTRICT
    )
    redemption_id: UUID
    merchant_id = fields.UUIDField()
    scenario_id = fields.CharField(max_length=64)
    day = fields.DateField()  # of Huangshi, when it happened: that of its statement
    move = fields.CharField(max_length=16)
    benefit_fen = fields.BigIntField()  # negative where given back
    owed_fen = fields.BigIntField()
    actor = fields.CharField(max_length=100)
    at = fields.DatetimeField()

    class Meta:
        table = "ledger_entry"
        indexes = (
            Index(fields=("merchant_id", "day"), name="ledger_entry_day"),
            Index(fields=("redemption_id",), name="ledger_entry_redemption"),
        )
        constraints = (
            CheckConstraint(
                "move IN ('reserve', 'confirm', 'cancel', 'expire', 'reverse', 'return')",
                "ledger_entry_move",
            ),
        )


class QuotaCounter(Model):
    """How much of a counter of `scenarios.quotas` is used, and the limit it last grew under.

    The database itself holds it within: what would go over fails with all that goes with it.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    scenario_id = fields.CharField(max_length=64)
    name = fields.CharField(max_length=100)
    used = fields.BigIntField()
    most = fields.BigIntField()

    class Meta:
        table = "quota_counter"
        constraints = (
            CheckConstraint("used BETWEEN 0 AND most", "quota_counter_used"),
            UniqueConstraint(("scenario_id", "name"), "quota_counter_once"),
        )


class Statement(Model):
    """A merchant's closed day: sums of its ledger, chained by hash to the day before."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name=False, on_delete=fields.RESTRICT
    )
    merchant_id: UUID
    day = fields.DateField()
    number = fields.IntField()  # counts the merchant's statements from 1
    entries = fields.IntField()
    benefit_fen = fields.BigIntField()
    owed_fen = fields.BigIntField()
    previous = fields.CharField(max_length=80)
    digest = fields.CharField(max_length=80)
    closed_at = fields.DatetimeField()

    class Meta:
        table = "statement"
        constraints = (
            UniqueConstraint(("merchant_id", "day"), "statement_day_once"),
            UniqueConstraint(("merchant_id", "number"), "statement_number_once"),
        )
