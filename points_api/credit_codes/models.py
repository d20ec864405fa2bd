"""Table of numbers said at a counter: each stands for a sealed code while that is good."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id


class SpokenCode(Model):
    """Six digits that stand for a code. Using either uses both; making one clears old ones away."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    scenario_id = fields.CharField(max_length=64)
    number = fields.CharField(max_length=6)
    sealed = fields.BinaryField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "spoken_code"
        constraints = (UniqueConstraint(("scenario_id", "number"), "spoken_code_once"),)
