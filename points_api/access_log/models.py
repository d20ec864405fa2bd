"""Table of looks at a resident's information, counted per day."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id
from points_api.residents.models import Resident


class AccessEntry(Model):
    """Looks of one actor at one thing for one purpose on one legal day."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    day = fields.DateField()
    actor_kind = fields.CharField(max_length=16)
    actor = fields.CharField(max_length=64)
    purpose = fields.CharField(max_length=64)
    what = fields.CharField(max_length=64)
    times = fields.IntField(default=1)
    first_at = fields.DatetimeField()
    last_at = fields.DatetimeField()

    class Meta:
        table = "access_entry"
        constraints = (
            CheckConstraint("times >= 1", "access_entry_times"),
            # Also the index by which a resident's entries are listed.
            UniqueConstraint(
                ("resident_id", "day", "actor_kind", "actor", "purpose", "what"),
                "access_entry_day",
            ),
        )
