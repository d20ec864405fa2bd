"""Tables of push: where to, what, and every try."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.db.schema import IndexWhere
from points_api.ids import new_id
from points_api.merchants.models import Merchant


class WebhookEndpoint(Model):
    """An address of a merchant. Secrets are sealed; while one is rotated, both sign."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    merchant: fields.ForeignKeyRelation[Merchant] = fields.ForeignKeyField(
        "models.Merchant", related_name=False, on_delete=fields.RESTRICT
    )
    merchant_id: UUID
    url = fields.CharField(max_length=500)
    kinds: list[str] = fields.JSONField()
    secret = fields.BinaryField()
    previous_secret: bytes | None = fields.BinaryField(null=True)
    previous_until = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=16)
    reason = fields.CharField(max_length=64, default="")  # why it is disabled
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "webhook_endpoint"
        indexes = (Index(fields=("merchant_id",), name="webhook_endpoint_merchant"),)
        constraints = (
            CheckConstraint("state IN ('active', 'disabled', 'deleted')", "webhook_endpoint_state"),
        )


class WebhookMessage(Model):
    """One event for one endpoint, with the very bytes that are sent and signed.

    Messages of one `subject` (a person, by the merchant's own pseudonym) are sent in the order of
    `id`: a later one waits until the earlier ones have ended.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    endpoint: fields.ForeignKeyRelation[WebhookEndpoint] = fields.ForeignKeyField(
        "models.WebhookEndpoint", related_name=False, on_delete=fields.RESTRICT
    )
    endpoint_id: UUID
    event_id = fields.UUIDField()  # of the outbox: the same event never becomes two messages
    kind = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=64)
    body = fields.TextField()
    created_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    next_try_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True)  # while a relay is trying
    ended_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=16, default="")  # delivered, dead, dropped

    class Meta:
        table = "webhook_message"
        indexes = (
            IndexWhere(
                fields=("endpoint_id", "next_try_at"),
                name="webhook_message_due",
                where="ended_at IS NULL",
            ),
            IndexWhere(
                fields=("endpoint_id", "subject", "id"),
                name="webhook_message_order",
                where="ended_at IS NULL",
            ),
            Index(fields=("endpoint_id", "id"), name="webhook_message_log"),
        )
        constraints = (
            CheckConstraint("(ended_at IS NULL) = (outcome = '')", "webhook_message_end"),
            UniqueConstraint(("endpoint_id", "event_id"), "webhook_message_once"),
        )


class WebhookAttempt(Model):
    """One try: what came back, or why nothing did."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    message: fields.ForeignKeyRelation[WebhookMessage] = fields.ForeignKeyField(
        "models.WebhookMessage", related_name=False, on_delete=fields.CASCADE
    )
    message_id: UUID
    at = fields.DatetimeField()
    status = fields.IntField(null=True)
    took_ms = fields.IntField()
    error = fields.CharField(max_length=64, default="")

    class Meta:
        table = "webhook_attempt"
        indexes = (Index(fields=("message_id", "at"), name="webhook_attempt_of"),)
