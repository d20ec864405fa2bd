"""Table of verifications: each answer to «is this person eligible», yes or no."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id


class Verification(Model):
    """One answer. `mark` is the digest of a one-time code: written once, so used once.

    It points to no other row by a foreign key, because each would cost the busiest write of
    merchants a look-up; what it names is checked by the statement that inserts it. `cause` is for
    the resident alone.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    mark: bytes | None = fields.BinaryField(null=True)
    scenario_id = fields.CharField(max_length=64)
    scenario_version = fields.IntField()
    merchant_id = fields.UUIDField()
    staff = fields.CharField(max_length=100)  # as in the audit log
    resident_id: UUID | None = fields.UUIDField(null=True)
    visitor = fields.CharField(max_length=50, null=True)  # home, and its name for them
    mode = fields.CharField(max_length=16)
    eligible = fields.BooleanField()
    cause = fields.CharField(max_length=16)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "verification"
        indexes = (
            Index(fields=("resident_id", "created_at"), name="verification_resident"),
            Index(fields=("merchant_id", "created_at"), name="verification_merchant"),
        )
        constraints = (
            CheckConstraint(
                "cause IN ('eligible', 'below', 'paused', 'not_joined', 'no_consent',"
                " 'signed_out', 'unknown', 'closed')",
                "verification_cause",
            ),
            CheckConstraint(
                "mode IN ('code', 'wall', 'server', 'list', 'counter')", "verification_mode"
            ),
            CheckConstraint("eligible = (cause = 'eligible')", "verification_eligible"),
            UniqueConstraint(("mark",), "verification_mark_once"),
        )
