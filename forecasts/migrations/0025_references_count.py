"""What forecasts are compared with is kept with the counts of their predictions: what was counted without waits to be counted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0024_written"),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO forecasts_uncounted (prediction_id) SELECT prediction_id FROM forecasts_predictioncounts",
            migrations.RunSQL.noop,
        ),
    ]
