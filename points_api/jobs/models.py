"""Table of runs of work that only one process may do, each with the number that fences it."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model


class JobRun(Model):
    """The last run of a work. Who begins one counts `token` up; who holds an older one is done."""

    name = fields.CharField(primary_key=True, max_length=64)
    token = fields.BigIntField()
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "job_run"
        constraints = (
            CheckConstraint("token >= 1", "job_run_token"),
            CheckConstraint("finished_at IS NULL OR finished_at >= started_at", "job_run_ends"),
        )
