"""Notices that may come before the visit whose statement they take back."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from points_api.db.schema import AddConstraint, row_id


class Migration(migrations.Migration):
    dependencies = [("models", "0013_sealed_secret")]
    operations = [
        ops.CreateModel(
            "VisitorNotice",
            [
                row_id(),
                ("city", fields.CharField(max_length=6)),
                ("subject", fields.CharField(max_length=43)),
                ("why", fields.CharField(max_length=16)),
                ("until", fields.BigIntField()),
                ("received_at", fields.DatetimeField()),
            ],
            {"table": "visitor_notice", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint(
            "VisitorNotice",
            CheckConstraint("why IN ('withdrawn', 'changed')", "visitor_notice_why"),
        ),
        ops.AddIndex(
            "VisitorNotice", Index(fields=["subject", "city"], name="visitor_notice_subject")
        ),
        ops.AddIndex("VisitorNotice", Index(fields=["received_at"], name="visitor_notice_age")),
    ]
