"""Whether predictions have forecasts in words, and rules of another reading, is kept with their counts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0025_references_count"),
    ]

    operations = [
        # What was counted without it waits to be counted again.
        migrations.RunSQL(
            "INSERT INTO forecasts_uncounted (prediction_id) SELECT id FROM forecasts_prediction",
            migrations.RunSQL.noop,
        ),
    ]
