"""The tables of the nightly run: who is at it, and what it counted.

Generated, then completed by hand as those before.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from points_api.db.schema import AddConstraint
from points_api.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("models", "0003_scores")]
    operations = [
        ops.CreateModel(
            "JobRun",
            [
                ("name", fields.CharField(primary_key=True, max_length=64)),
                ("token", fields.BigIntField()),
                ("started_at", fields.DatetimeField()),
                ("finished_at", fields.DatetimeField(null=True)),
            ],
            {"table": "job_run", "app": "models", "pk_attr": "name"},
        ),
        AddConstraint("JobRun", CheckConstraint("token >= 1", "job_run_token")),
        AddConstraint(
            "JobRun",
            CheckConstraint("finished_at IS NULL OR finished_at >= started_at", "job_run_ends"),
        ),
        ops.CreateModel(
            "BandCount",
            [
                ("id", fields.UUIDField(primary_key=True, default=new_id)),
                ("day", fields.DateField()),
                ("division", fields.CharField(max_length=6)),
                ("scorecard", fields.CharField(max_length=64)),
                ("band", fields.CharField(max_length=32)),
                ("people", fields.IntField()),
            ],
            {"table": "band_count", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("BandCount", CheckConstraint("people >= 0", "band_count_people")),
        AddConstraint(
            "BandCount", UniqueConstraint(("day", "division", "band"), "band_count_once")
        ),
    ]
