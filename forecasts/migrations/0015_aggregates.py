"""Aggregates as forecasters, and what a forecast was taken from."""

from django.db import migrations, models

KINDS = [
    ("PERSON", "Person"),
    ("ORGANISATION", "Organisation"),
    ("OUTLET", "Outlet"),
    ("MODEL", "Model"),
    ("CROWD", "Crowd"),
    ("MARKET", "Market"),
    ("AGGREGATE", "Aggregate, worked out here"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0014_other_readings"),
    ]

    operations = [
        migrations.AlterField(
            model_name="forecaster",
            name="kind",
            field=models.CharField(choices=KINDS, default="PERSON", max_length=12),
        ),
        # SQLite would make the table anew and lose its triggers; a column with a constant can just be added.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE forecasts_forecast ADD COLUMN origin varchar(200) NOT NULL DEFAULT ''",
                    "ALTER TABLE forecasts_forecast DROP COLUMN origin",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="forecast",
                    name="origin",
                    field=models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="What it was taken from, such as an agency. Forecasts of one origin are one opinion in an aggregate.",
                        max_length=200,
                    ),
                ),
            ],
        ),
    ]
