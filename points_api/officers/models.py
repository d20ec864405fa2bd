"""Tables of officers, of their sessions, and of failed sign-ins.

No name of a person is kept: who bears a login stands in the office's own list.
"""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.auth.officers import Role
from points_api.ids import new_id


class Officer(Model):
    """An account of the credit office."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    login = fields.CharField(max_length=32)
    password_hash = fields.CharField(max_length=128)
    totp = fields.BinaryField()  # encrypted
    last_step = fields.BigIntField(default=0)  # of the code accepted last; none before it is
    roles: list[Role] = fields.JSONField()
    division = fields.CharField(max_length=6, null=True)  # none: the whole city
    status = fields.CharField(max_length=16, default="active")
    demo = fields.BooleanField(default=False)  # its secrets are published
    created_at = fields.DatetimeField()
    last_sign_in_at = fields.DatetimeField(null=True)

    class Meta:
        table = "officer"
        constraints = (
            CheckConstraint("status IN ('active', 'suspended')", "officer_status"),
            UniqueConstraint(("login",), "officer_login_once"),
        )


class OfficerSession(Model):
    """One sign-in of an officer. Its id is `sid` in the token; no token is stored."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    officer: fields.ForeignKeyRelation[Officer] = fields.ForeignKeyField(
        "models.Officer", related_name=False, on_delete=fields.RESTRICT
    )
    officer_id: UUID
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=32, default="")  # why it was revoked

    class Meta:
        table = "officer_session"
        indexes = (Index(fields=("officer_id",), name="officer_session_officer"),)
        constraints = (CheckConstraint("expires_at > created_at", "officer_session_expires"),)


class FailedSignIn(Model):
    """How often in a row somebody failed to sign in under a login, whether or not it exists."""

    login_index = fields.CharField(primary_key=True, max_length=64)
    failures = fields.IntField()
    last_at = fields.DatetimeField()
    closed_until = fields.DatetimeField(null=True)

    class Meta:
        table = "failed_sign_in"
        constraints = (CheckConstraint("failures >= 0", "failed_sign_in_count"),)
        indexes = (Index(fields=("last_at",), name="failed_sign_in_last"),)
