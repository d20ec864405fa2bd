"""Tables of no feature: events to be sent on, answers to be repeated, secrets made once."""

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.db.schema import IndexWhere
from points_api.ids import new_id


class OutboxEvent(Model):
    """Something to be done after the commit that wrote it, until it was done."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    topic = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=100)
    payload: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    next_try_at = fields.DatetimeField()

    class Meta:
        table = "outbox_event"
        indexes = (
            IndexWhere(fields=("next_try_at", "id"), name="outbox_undone", where="done_at IS NULL"),
        )
        constraints = (CheckConstraint("attempts >= 0", "outbox_attempts"),)


class IdempotencyKey(Model):
    """A caller's key, what it stood for, and the answer (none while in flight)."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    caller = fields.CharField(max_length=100)
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64)
    status = fields.IntField(null=True)
    body: Any = fields.JSONField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_key"
        constraints = (UniqueConstraint(("caller", "key"), "idempotency_key_once"),)


class SealedSecret(Model):
    """A secret of the city that was made once, sealed under the master keys."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=64)
    content = fields.BinaryField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "sealed_secret"
        constraints = (UniqueConstraint(("name",), "sealed_secret_once"),)
