"""Tables of people, of WeChat accounts, and of the tie between the two."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from points_api.ids import new_id


class Person(Model):
    """A natural person about whom an agency delivered a record, or who joined."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    id_index = fields.BinaryField()  # keyed blind index of the ID number
    id_number = fields.BinaryField()  # encrypted, as is the name
    name = fields.BinaryField()
    created_at = fields.DatetimeField()
    revision = fields.IntField(default=0)  # counts changes of records, score and joining

    class Meta:
        table = "person"
        constraints = (UniqueConstraint(("id_index",), "person_id_index_once"),)


class Resident(Model):
    """A WeChat account. It belongs to a person only through an enrollment."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    openid_index = fields.BinaryField()
    openid = fields.BinaryField()  # encrypted, so that a key rotation can index it anew
    created_at = fields.DatetimeField()

    class Meta:
        table = "resident"
        constraints = (UniqueConstraint(("openid_index",), "resident_openid_once"),)


class Enrollment(Model):
    """One time of having joined, ended by `left_at`. Joining again is another row."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", related_name=False, on_delete=fields.RESTRICT
    )
    resident_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name=False, on_delete=fields.RESTRICT
    )
    person_id: UUID
    phone = fields.BinaryField(null=True)  # encrypted
    notice_version = fields.CharField(max_length=64)
    joined_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)
    paused_at = fields.DatetimeField(null=True)  # merchants and partners learn nothing meanwhile

    class Meta:
        table = "enrollment"
        constraints = (
            CheckConstraint("left_at IS NULL OR left_at >= joined_at", "enrollment_ends_after"),
            UniqueConstraint(("resident_id",), "enrollment_resident_once", "left_at IS NULL"),
            UniqueConstraint(("person_id",), "enrollment_person_once", "left_at IS NULL"),
        )
