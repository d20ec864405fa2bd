"""Table of how many people are in which band, by division and day."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id


class BandCount(Model):
    """How many people of a division were in a band on a day."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    day = fields.DateField()
    division = fields.CharField(max_length=6)  # the first six digits of the ID number
    scorecard = fields.CharField(max_length=64)
    band = fields.CharField(max_length=32)
    people = fields.IntField()

    class Meta:
        table = "band_count"
        constraints = (
            CheckConstraint("people >= 0", "band_count_people"),
            UniqueConstraint(("day", "division", "band"), "band_count_once"),
        )
