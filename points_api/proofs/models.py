"""Table of the places of proofs in the status lists."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from points_api.consents.models import Consent
from points_api.ids import new_id


class ProofPlace(Model):
    """A place in the list of a day, given to one proof. Whose and what for, its consent says.

    Neither the proof nor its holder's key is kept. A list gives places on its own day alone, so
    they can be deleted once its proofs are over, and none is ever given twice.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    list_name = fields.CharField(max_length=10)
    place = fields.IntField()
    consent: fields.ForeignKeyRelation[Consent] = fields.ForeignKeyField(
        "models.Consent", related_name=False, on_delete=fields.RESTRICT
    )
    consent_id: UUID
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "proof_place"
        indexes = (Index(fields=("consent_id",), name="proof_place_consent"),)
        constraints = (UniqueConstraint(("list_name", "place"), "proof_place_once"),)
