"""Tables of the exchange itself: the directory as followed, nonces, signed mapping tables."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id


class DirectoryEdition(Model):
    """An edition of the member directory that was followed to. The newest is the last known good.

    All stay: an old exchange is checked against the edition of its day.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    version = fields.IntField()
    digest = fields.CharField(max_length=64)
    document = fields.BinaryField()
    followed_at = fields.DatetimeField()

    class Meta:
        table = "directory_edition"
        constraints = (UniqueConstraint(("version",), "directory_edition_once"),)


class PartnerNonce(Model):
    """A nonce that a partner has used, kept for longer than its message could pass again."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    keyid = fields.CharField(max_length=80)
    nonce = fields.CharField(max_length=128)
    until = fields.DatetimeField()

    class Meta:
        table = "partner_nonce"
        indexes = (Index(fields=("until",), name="partner_nonce_until"),)
        constraints = (UniqueConstraint(("keyid", "nonce"), "partner_nonce_once"),)


class MappingTable(Model):
    """A published table of scores from one city to another, with the signatures of both."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    source = fields.CharField(max_length=32)
    target = fields.CharField(max_length=32)
    version = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=80)
    document: dict[str, Any] = fields.JSONField()
    signatures: list[list[str]] = fields.JSONField()  # city, key, day, value
    since = fields.DateField()
    until = fields.DateField()
    taken_at = fields.DatetimeField()

    class Meta:
        table = "mapping_table"
        constraints = (
            CheckConstraint("until >= since", "mapping_table_until"),
            CheckConstraint("source <> target", "mapping_table_direction"),
            UniqueConstraint(("source", "target", "version"), "mapping_table_once"),
        )
