"""Table of reports of conduct inside a scenario."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id
from points_api.redemptions.models import Redemption


class ConductReport(Model):
    """A merchant says that something is overdue.

    It stands (`standing`) only after the resident was told and the term to reply has passed, and
    counts in its own scenario alone, until it is settled. `reply` is sealed.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    redemption: fields.ForeignKeyRelation[Redemption] = fields.ForeignKeyField(
        "models.Redemption", related_name=False, on_delete=fields.RESTRICT
    )
    redemption_id: UUID
    merchant_id = fields.UUIDField()
    resident_id = fields.UUIDField()
    scenario_id = fields.CharField(max_length=64)
    state = fields.CharField(max_length=16)
    reported_at = fields.DatetimeField()
    told_at = fields.DatetimeField(null=True)
    reply_until = fields.DatetimeField(null=True)
    reply: bytes | None = fields.BinaryField(null=True)
    replied_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "conduct_report"
        indexes = (Index(fields=("resident_id", "state"), name="conduct_report_resident"),)
        constraints = (
            CheckConstraint(
                "state IN ('reported', 'told', 'replied', 'standing', 'settled', 'dismissed')",
                "conduct_report_state",
            ),
            CheckConstraint(
                "state <> 'standing' OR (told_at IS NOT NULL AND reply_until IS NOT NULL)",
                "conduct_report_told_first",
            ),
            UniqueConstraint(
                ("redemption_id",),
                "conduct_report_open_once",
                "closed_at IS NULL",
            ),
        )
