"""Room on the pages of the tables whose rows change each night and with each redemption."""

from tortoise import migrations

from points_api.db.schema import LeaveRoom


class Migration(migrations.Migration):
    dependencies = [("models", "0008_messages")]
    operations = [
        LeaveRoom("person", 90),
        LeaveRoom("score", 85),
        LeaveRoom("redemption", 85),
        LeaveRoom("quota_counter", 50),
    ]
