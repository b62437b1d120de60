"""The words that imply a deadline, the table they are read by, and readings by the ends that they allow."""

from django.db import migrations, models

from ._append_only import protect_column

WORDS = {"deadline_words": 60, "deadline_policy": 20}


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0035_entries_written")]

    operations = [
        migrations.AlterField(
            "ruleversion",
            "variant",
            models.CharField(
                choices=[
                    ("STRICT", "Strict"),
                    ("CENTRAL", "Central"),
                    ("LENIENT", "Lenient"),
                    ("EARLY", "Earliest end"),
                    ("LATE", "Latest end"),
                ],
                default="CENTRAL",
                max_length=7,
            ),
        ),
        # SQLite would make the table anew and lose its triggers; a column with a constant can just be added.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER TABLE forecasts_prediction ADD COLUMN {name} varchar({length}) NOT NULL DEFAULT ''",
                    f"ALTER TABLE forecasts_prediction DROP COLUMN {name}",
                )
                for name, length in WORDS.items()
            ],
            state_operations=[
                migrations.AddField(
                    "prediction",
                    "deadline_words",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="The words that imply its deadline, such as soon.",
                        max_length=60,
                    ),
                ),
                migrations.AddField(
                    "prediction",
                    "deadline_policy",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        editable=False,
                        help_text="The version of the table by which these words are read.",
                        max_length=20,
                    ),
                ),
            ],
        ),
        *(protect_column("prediction", name) for name in WORDS),
    ]
