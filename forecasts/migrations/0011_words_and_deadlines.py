"""How far readers of a phrase differ, which words only hedge, and whose a deadline is."""

from django.db import migrations, models

from ._append_only import protect_column


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0010_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="lexiconentry",
            name="spread",
            field=models.DecimalField(
                decimal_places=4,
                help_text="The standard deviation of readers, where a survey gives it.",
                max_digits=5,
                null=True,
            ),
        ),
        # SQLite would make these tables anew and lose their triggers; a column with a constant can just be added.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE forecasts_lexiconentry ADD COLUMN is_hedge bool NOT NULL DEFAULT false",
                    "ALTER TABLE forecasts_lexiconentry DROP COLUMN is_hedge",
                ),
                migrations.RunSQL(
                    "ALTER TABLE forecasts_prediction ADD COLUMN deadline_basis varchar(7) NOT NULL DEFAULT 'STATED'",
                    "ALTER TABLE forecasts_prediction DROP COLUMN deadline_basis",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="lexiconentry",
                    name="is_hedge",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="It says that something can happen, and not how likely it is.",
                    ),
                ),
                migrations.AddField(
                    model_name="prediction",
                    name="deadline_basis",
                    field=models.CharField(
                        choices=[
                            ("STATED", "Stated by the words"),
                            ("IMPLIED", "Set by the editor, since the words give none"),
                            ("NONE", "None: it can never be found false"),
                        ],
                        db_default="STATED",
                        default="STATED",
                        help_text="Whether its deadline is the author's or the editor's.",
                        max_length=7,
                    ),
                ),
            ],
        ),
        protect_column("prediction", "deadline_basis"),
        migrations.AddIndex(
            model_name="forecast",
            index=models.Index(
                condition=models.Q(("phrase", ""), _negated=True), fields=["prediction"], name="forecast_in_words"
            ),
        ),
    ]
