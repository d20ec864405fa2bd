"""The places of proofs in the status lists.

Generated, then completed by hand as those before.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from points_api.db.schema import AddConstraint, points_to, row_id


class Migration(migrations.Migration):
    dependencies = [("models", "0010_partners")]
    operations = [
        ops.CreateModel(
            "ProofPlace",
            [
                row_id(),
                ("list_name", fields.CharField(max_length=10)),
                ("place", fields.IntField()),
                points_to("consent", "Consent"),
                ("revoked_at", fields.DatetimeField(null=True)),
            ],
            {"table": "proof_place", "app": "models", "pk_attr": "id"},
        ),
        AddConstraint("ProofPlace", UniqueConstraint(("list_name", "place"), "proof_place_once")),
        ops.AddIndex("ProofPlace", Index(fields=["consent_id"], name="proof_place_consent")),
    ]
