"""
To take a prediction is noted in columns that no index has: PostgreSQL writes such a change within the page, where there is room.
"""

from django.db import migrations, models

from ._by_hand import ByHand


def make_room(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE forecasts_prediction SET (fillfactor = 80)", params=None)


def take_it_back(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE forecasts_prediction RESET (fillfactor)", params=None)


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0031_due_in_order")]
    operations = [
        migrations.AddField(
            "prediction",
            "retry_at",
            models.DateTimeField(
                editable=False,
                help_text="Until then nobody else takes what was taken; empty where nothing was.",
                null=True,
            ),
        ),
        ByHand(make_room, take_it_back),
    ]
