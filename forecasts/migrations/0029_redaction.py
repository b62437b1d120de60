"""Texts can be taken out of records, in one way, with the proofs of what was recorded kept whole."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ._append_only import protect
from ._changes import watch
from ._redaction import allow_redaction, tell_of_redacted
from ._written import trace


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0028_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="change",
            name="action",
            field=models.CharField(
                choices=[
                    ("RECORDED", "Recorded"),
                    ("CHANGED", "Its state or its description changed"),
                    ("REDACTED", "Texts were taken out of it: take them out of copies too"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="kind",
            field=models.CharField(
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
                    ("sealed", "Sealed prediction or forecast"),
                    ("redaction", "Texts taken out of a record"),
                    ("unsealing", "Something sealed was revealed, or its date passed"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="Of record, as the ledger calls it.", max_length=12)),
                ("key", models.CharField(help_text="What the address of the record ends in.", max_length=200)),
                (
                    "row_key",
                    models.CharField(help_text="The key of the row, as in the feed of changes.", max_length=36),
                ),
                ("columns", models.JSONField(help_text="What was taken out of it.")),
                ("reason", models.TextField()),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RedactedSalt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.BigIntegerField(help_text="Of the entry.")),
                ("position", models.PositiveIntegerField(help_text="Among its rows, from 0.")),
                (
                    "redaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="salts", to="forecasts.redaction"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="redaction",
            index=models.Index(fields=["row_key", "kind"], name="redaction_of_row"),
        ),
        migrations.AddConstraint(
            model_name="redaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="redaction_is_explained"
            ),
        ),
        migrations.AddConstraint(
            model_name="redactedsalt",
            constraint=models.UniqueConstraint(fields=("seq", "position"), name="salt_forgotten_once"),
        ),
        protect("redaction"),
        protect("redactedsalt"),
        watch("redaction"),
        tell_of_redacted(),
        trace("redaction"),
        allow_redaction(),
    ]
