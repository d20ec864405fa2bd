"""Tables of scores: the current one of each resident, and what it was before."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id
from points_api.residents.models import Enrollment, Person, Resident


class ScoreRow(Model):
    """The score of a resident who has joined. Points are thousandths."""

    resident: fields.OneToOneRelation[Resident] = fields.OneToOneField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT, primary_key=True
    )
    resident_id: UUID
    enrollment: fields.ForeignKeyRelation[Enrollment] = fields.ForeignKeyField(
        "models.Enrollment", related_name=False, on_delete=fields.RESTRICT
    )
    enrollment_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name=False, on_delete=fields.RESTRICT
    )
    person_id: UUID
    value = fields.IntField()
    band = fields.CharField(max_length=32)
    base = fields.IntField()
    dimensions: dict[str, int] = fields.JSONField()
    scorecard = fields.CharField(max_length=64)
    as_of = fields.DateField()
    records_digest = fields.CharField(max_length=80)
    stale_on = fields.DateField(null=True)  # first day on which recomputing gives another document
    next_change_on = fields.DateField(null=True)
    version = fields.IntField()  # grows with every change, so caches know the newer one
    computed_at = fields.DatetimeField()

    class Meta:
        table = "score"
        constraints = (
            CheckConstraint("version >= 1", "score_version"),
            UniqueConstraint(("person_id",), "score_person_once"),
        )


class ScoreHistory(Model):
    """A score as it was from an instant of our knowing it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    as_of = fields.DateField()
    value = fields.IntField()
    band = fields.CharField(max_length=32)
    scorecard = fields.CharField(max_length=64)
    records_digest = fields.CharField(max_length=80)
    cause = fields.CharField(max_length=32)
    dimensions: dict[str, int] = fields.JSONField()
    known_at = fields.DatetimeField()

    class Meta:
        table = "score_history"
        indexes = (Index(fields=("resident_id", "as_of"), name="score_history_day"),)
