"""What predictions add to the coverage of forecasters whose sums are kept is kept as well."""

from django.db import migrations, models

# What was counted without them waits to be counted again.
MARK = """
    INSERT INTO forecasts_uncounted (prediction_id)
    WITH kept AS (
        SELECT f.id FROM forecasts_forecaster f JOIN forecasts_scope s ON s.kind = 'FORECASTER' AND s.key = f.slug
    )
    SELECT f.prediction_id FROM forecasts_forecast f JOIN kept ON kept.id = f.forecaster_id
    UNION SELECT p.id FROM forecasts_prediction p JOIN kept ON kept.id = p.holder_id
    UNION SELECT p.id FROM forecasts_prediction p JOIN forecasts_articleauthor a ON a.article_id = p.article_id
    JOIN kept ON kept.id = a.forecaster_id
"""


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0037_uploads")]

    operations = [
        # First, so that the table is locked for no longer than a column takes.
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
        migrations.AddField(
            "predictioncounts",
            "by_forecaster",
            models.JSONField(
                help_text="By their slugs, the same for those who have to do with it and whose sums are kept.",
                null=True,
            ),
        ),
    ]
