"""Tables of notices to residents, and of what each of them wants to be told."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.db.schema import IndexWhere
from points_api.ids import new_id
from points_api.residents.models import Resident


class Message(Model):
    """A notice. It holds ids and dates; its words are made when it is read.

    `push_after` is set while it still has to go out by WeChat; the night is left out of it.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    event_id = fields.UUIDField()  # of the outbox: the same event never becomes two notices
    kind = fields.CharField(max_length=32)
    params: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    push_after = fields.DatetimeField(null=True)

    @property
    def scenario_id(self) -> str | None:
        """Which scenario it is about."""
        return self.params.get("scenario")

    class Meta:
        table = "message"
        indexes = (
            Index(fields=("resident_id", "id"), name="message_resident"),
            IndexWhere(
                fields=("push_after",), name="message_to_push", where="push_after IS NOT NULL"
            ),
        )
        constraints = (UniqueConstraint(("resident_id", "event_id"), "message_once"),)


class MessagePreference(Model):
    """What a resident wants. Minutes count from midnight in Huangshi; equal ones: no quiet time.

    `accepted` counts, per kind, how many more WeChat messages they allowed: WeChat asks each time.
    """

    resident: fields.OneToOneRelation[Resident] = fields.OneToOneField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT, primary_key=True
    )
    resident_id: UUID
    muted: list[str] = fields.JSONField()
    quiet_from = fields.IntField()
    quiet_until = fields.IntField()
    accepted: dict[str, int] = fields.JSONField()

    class Meta:
        table = "message_preference"
        constraints = (
            CheckConstraint(
                "quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439",
                "message_preference_quiet",
            ),
        )
