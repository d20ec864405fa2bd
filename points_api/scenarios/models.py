"""Tables of scenarios: each version as it was signed off, and every move of its life."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id


class ScenarioVersion(Model):
    """A version of a scenario. Its document never changes once it has left `draft`."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    scenario_id = fields.CharField(max_length=64)
    version = fields.IntField()
    category = fields.CharField(max_length=64)
    division = fields.CharField(max_length=6)  # whose officers may act on it
    state = fields.CharField(max_length=16)
    document: dict[str, Any] = fields.JSONField()
    digest = fields.CharField(max_length=80)
    merchant_id: UUID | None = fields.UUIDField(null=True)  # whose proposal it is
    author = fields.CharField(max_length=100)  # as in the audit log
    approved_by = fields.CharField(max_length=100, null=True)
    live_since = fields.DatetimeField(null=True)  # while published or suspended
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "scenario_version"
        constraints = (
            CheckConstraint(
                "state IN ('draft', 'review', 'published', 'suspended', 'retired')",
                "scenario_version_state",
            ),
            CheckConstraint("version >= 1", "scenario_version_number"),
            UniqueConstraint(("scenario_id", "version"), "scenario_version_once"),
            UniqueConstraint(
                ("scenario_id",),
                "scenario_version_live_once",
                "live_since IS NOT NULL",
            ),
        )


class ScenarioMove(Model):
    """One move of a version. The newest id tells every process whether it has to read again."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    scenario_id = fields.CharField(max_length=64)
    version = fields.IntField()
    move = fields.CharField(max_length=16)
    state = fields.CharField(max_length=16)  # after it
    actor = fields.CharField(max_length=100)
    reason = fields.CharField(max_length=200)
    at = fields.DatetimeField()

    class Meta:
        table = "scenario_move"
        indexes = (Index(fields=("scenario_id", "at"), name="scenario_move_of"),)
