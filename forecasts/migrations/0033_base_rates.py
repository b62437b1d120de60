"""What share of earlier claims on its topic had come true by a forecast, and the outcomes of topics that this is read from."""

import django.db.models.deletion
from django.db import migrations, models

from ._append_only import protect_column
from ._by_hand import ByHand, nothing

WHOLE = (
    "base_rate IS NULL AND base_rate_cases IS NULL AND base_rate_topic = '' "
    "OR base_rate IS NOT NULL AND base_rate > 0 AND base_rate < 1 "
    "AND base_rate_cases IS NOT NULL AND base_rate_cases >= 1 AND base_rate_topic <> ''"
)
SETTLING = """
    FROM forecasts_resolution r WHERE r.prediction_id = forecasts_predictioncounts.prediction_id
    AND r.verdict IN ('YES', 'NO', 'PARTLY') AND r.known_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM forecasts_resolution later WHERE later.supersedes_id = r.id)
"""
CAME_TRUE = "CASE r.verdict WHEN 'YES' THEN 10000 WHEN 'NO' THEN 0 ELSE CAST(ROUND(r.share * 10000) AS integer) END"
DAY = {"sqlite": "date(r.known_at)", "postgresql": "CAST(r.known_at AT TIME ZONE 'UTC' AS date)"}
SUMMED = """
    INSERT INTO forecasts_topicoutcomes (topic_id, known_on, number, came_true)
    SELECT above.id, c.known_on, COUNT(*), SUM(c.came_true)
    FROM forecasts_predictioncounts c JOIN forecasts_prediction p ON p.id = c.prediction_id
    JOIN forecasts_topic own ON own.id = p.topic_id
    JOIN forecasts_topic above
    ON own.path = above.path OR substr(own.path, 1, length(above.path) + 1) = above.path || '/'
    WHERE c.known_on IS NOT NULL GROUP BY above.id, c.known_on
"""


def count_what_is_there(schema_editor):
    day = DAY[schema_editor.connection.vendor]
    schema_editor.execute(
        f"UPDATE forecasts_predictioncounts SET known_on = (SELECT {day} {SETTLING}), "  # noqa: S608 - our own names
        f"came_true = (SELECT {CAME_TRUE} {SETTLING})",
        params=None,
    )
    schema_editor.execute(SUMMED, params=None)


def make_room(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE forecasts_topicoutcomes SET (fillfactor = 50)", params=None)


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0032_retry_at")]

    operations = [
        migrations.CreateModel(
            name="TopicOutcomes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("known_on", models.DateField(help_text="In UTC.")),
                ("number", models.IntegerField()),
                ("came_true", models.BigIntegerField(help_text="In basis points, added up.")),
                (
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="forecasts.topic",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "topic outcomes",
                "constraints": [models.UniqueConstraint(fields=("topic", "known_on"), name="topic_outcomes_once")],
            },
        ),
        migrations.AddField("predictioncounts", "known_on", models.DateField(null=True)),
        migrations.AddField(
            "predictioncounts", "came_true", models.SmallIntegerField(help_text="In basis points.", null=True)
        ),
        migrations.AlterField(
            "posting",
            "reference_kind",
            models.CharField(
                choices=[
                    ("MARKET", "The market at that time"),
                    ("CROWD", "The crowd at that time"),
                    ("BASE_RATE", "The base rate of its topic at that time"),
                    ("IGNORANCE", "One half"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddField(
            "forecast",
            "base_rate",
            models.DecimalField(
                decimal_places=4,
                editable=False,
                help_text="What share of earlier claims on its topic had come true by then, as it was on record with this forecast.",
                max_digits=5,
                null=True,
            ),
        ),
        migrations.AddField(
            "forecast",
            "base_rate_cases",
            models.PositiveIntegerField(
                editable=False, help_text="Of how many claims; empty where there were too few.", null=True
            ),
        ),
        # SQLite would make the table anew and lose its triggers; a column with a constant, and its constraint, can just be added.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE forecasts_forecast ADD COLUMN base_rate_topic varchar(200) NOT NULL DEFAULT '' "
                    f"CONSTRAINT forecast_base_rate_is_whole CHECK ({WHOLE})",
                    "ALTER TABLE forecasts_forecast DROP COLUMN base_rate_topic",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    "forecast",
                    "base_rate_topic",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        editable=False,
                        help_text="The path of the nearest topic with enough of them: the prediction's, or one above it.",
                        max_length=200,
                    ),
                ),
                migrations.AddConstraint(
                    "forecast",
                    models.CheckConstraint(
                        name="forecast_base_rate_is_whole",
                        condition=models.Q(base_rate=None, base_rate_cases=None, base_rate_topic="")
                        | models.Q(base_rate__isnull=False, base_rate__gt=0, base_rate__lt=1)
                        & models.Q(base_rate_cases__isnull=False, base_rate_cases__gte=1)
                        & ~models.Q(base_rate_topic=""),
                    ),
                ),
            ],
        ),
        protect_column("forecast", "base_rate"),
        protect_column("forecast", "base_rate_cases"),
        protect_column("forecast", "base_rate_topic"),
        ByHand(make_room, nothing),
        ByHand(count_what_is_there, nothing),
    ]
