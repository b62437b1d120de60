"""A feed of what is recorded and changed, noted by triggers in the transaction that does it."""

from django.db import migrations, models

from ._append_only import protect
from ._changes import WATCHED, note_what_came_meanwhile, note_what_is_there, watch


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0009_shares_of_outcomes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "era",
                    models.BigIntegerField(help_text="The cluster of the database; a later one has a higher number."),
                ),
                ("transaction_number", models.BigIntegerField(help_text="Of the cluster.")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "Article"),
                            ("forecaster", "Forecaster"),
                            ("topic", "Topic"),
                            ("prediction", "Prediction"),
                            ("rule", "Rule version"),
                            ("lexicon", "Lexicon"),
                            ("forecast", "Forecast"),
                            ("source", "Source"),
                            ("coverage", "Statement of a source's coverage"),
                            ("entity", "Entity"),
                            ("membership", "Membership of an entity"),
                            ("milestone", "Milestone"),
                            ("event", "Version of an event"),
                            ("evidence", "Evidence of an event"),
                            ("merge", "Event merged into another, or by itself again"),
                            ("observation", "Value of a series"),
                            ("evaluation", "What a rule came to"),
                            ("judgement", "Answer of a person to a question of a rule"),
                            ("resolution", "Resolution"),
                            ("score", "Score"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("RECORDED", "Recorded"), ("CHANGED", "Its state or its description changed")],
                        max_length=8,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="What the address of the row, or of what it belongs to, ends in.", max_length=200
                    ),
                ),
                ("noted_at", models.DateTimeField(help_text="By the clock of the database.")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("era", "transaction_number", "id"), name="change_in_order")
                ],
            },
        ),
        protect("change"),
        note_what_is_there(),
        *(watch(name) for name in WATCHED),
        note_what_came_meanwhile(),
    ]
