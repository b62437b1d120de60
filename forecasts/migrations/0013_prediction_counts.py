"""How many predictions of a scope stand how, kept up to date, and which have to be counted again."""

import django.db.models.deletion
from django.db import migrations, models

from ._uncounted import count_again_after


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0012_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="scope",
            name="counts",
            field=models.JSONField(default=dict, help_text="How many of its predictions stand how."),
        ),
        migrations.CreateModel(
            name="PredictionCounts",
            fields=[
                (
                    "prediction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="counts",
                        serialize=False,
                        to="forecasts.prediction",
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Uncounted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "prediction",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="uncounted",
                        to="forecasts.prediction",
                    ),
                ),
            ],
        ),
        # What is there already waits to be counted like anything new.
        migrations.RunSQL(
            "INSERT INTO forecasts_uncounted (prediction_id) SELECT id FROM forecasts_prediction",
            migrations.RunSQL.noop,
        ),
        count_again_after("prediction", key="id"),
        count_again_after("forecast", key="prediction_id"),
        count_again_after("resolution", key="prediction_id"),
    ]
