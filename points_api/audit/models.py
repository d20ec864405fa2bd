"""Table of audit entries. Sealing gives each its place and its hash; nothing else ever changes."""

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.db.schema import IndexWhere
from points_api.ids import new_id


class AuditEntry(Model):
    """What was done, by whom, to what. Holds ids and codes, never personal data."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    at = fields.DatetimeField()
    actor = fields.CharField(max_length=100)
    action = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=100)
    details: dict[str, Any] = fields.JSONField()
    digest = fields.CharField(max_length=64)  # of the entry itself, made with it
    seq = fields.BigIntField(null=True)  # 1, 2, 3 … once sealed
    chain = fields.CharField(max_length=64, null=True)  # over the chain before and this digest

    class Meta:
        table = "audit_entry"
        indexes = (IndexWhere(fields=("id",), name="audit_unsealed", where="seq IS NULL"),)
        constraints = (
            CheckConstraint(
                "(seq IS NULL) = (chain IS NULL) AND (seq IS NULL OR seq >= 1)", "audit_sealed"
            ),
            UniqueConstraint(("seq",), "audit_seq_once"),
        )
