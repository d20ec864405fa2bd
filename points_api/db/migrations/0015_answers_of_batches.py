"""Which batches have answers, of which their questions are the evidence."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from points_api.db.schema import IndexWhere


class Migration(migrations.Migration):
    dependencies = [("models", "0014_visitor_notices")]
    operations = [
        ops.AddIndex(
            "Recognition",
            IndexWhere(
                fields=["batch_id"], name="recognition_of_batch", where="batch_id IS NOT NULL"
            ),
        ),
    ]
