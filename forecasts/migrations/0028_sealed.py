"""Predictions and forecasts that are committed to now and read later."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ._append_only import protect, protect_column
from ._changes import watch
from ._written import trace


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0027_fewer_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sealed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "commitment",
                    models.CharField(
                        help_text="SHA-256 over salt and content; docs/ledger.md.", max_length=64, unique=True
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        blank=True, help_text="What readers are told before it is revealed.", max_length=200
                    ),
                ),
                ("reveal_by", models.DateTimeField(help_text="From then on it counts as never revealed.")),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "forecaster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sealed", to="forecasts.forecaster"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "sealed",
            },
        ),
        migrations.AddField(
            model_name="prediction",
            name="sealed_at",
            field=models.DateTimeField(
                editable=False, help_text="When it was committed to, where it was revealed later.", null=True
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
                    ("unsealing", "Something sealed was revealed, or its date passed"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="SealedContent",
            fields=[
                (
                    "sealed",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="held",
                        serialize=False,
                        to="forecasts.sealed",
                    ),
                ),
                ("content", models.TextField(help_text="Canonical JSON.")),
                ("salt", models.CharField(help_text="In hexadecimal.", max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Unsealing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("REVEALED", "Revealed"), ("OVERDUE", "Not revealed by its date")], max_length=8
                    ),
                ),
                (
                    "content",
                    models.TextField(blank=True, help_text="Canonical JSON, byte for byte what was committed to."),
                ),
                ("salt", models.CharField(blank=True, help_text="In hexadecimal.", max_length=64)),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "forecast",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unsealings",
                        to="forecasts.forecast",
                    ),
                ),
                (
                    "prediction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unsealings",
                        to="forecasts.prediction",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sealed",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unsealings",
                        to="forecasts.sealed",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="sealed",
            index=models.Index(fields=["recorded_at", "id"], name="sealed_recency"),
        ),
        migrations.AddIndex(
            model_name="sealed",
            index=models.Index(fields=["reveal_by", "id"], name="sealed_by_date"),
        ),
        migrations.AddConstraint(
            model_name="sealed",
            constraint=models.CheckConstraint(
                condition=models.Q(("reveal_by__gt", models.F("recorded_at"))), name="sealed_for_a_while"
            ),
        ),
        migrations.AddConstraint(
            model_name="unsealing",
            constraint=models.UniqueConstraint(fields=("sealed", "kind"), name="unsealed_once_each_way"),
        ),
        migrations.AddConstraint(
            model_name="unsealing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("forecast__isnull", False),
                        ("kind", "REVEALED"),
                        ("prediction__isnull", False),
                        models.Q(("content", ""), _negated=True),
                        models.Q(("salt", ""), _negated=True),
                    ),
                    models.Q(
                        ("content", ""), ("forecast", None), ("kind", "OVERDUE"), ("prediction", None), ("salt", "")
                    ),
                    _connector="OR",
                ),
                name="unsealing_has_what_it_reveals",
            ),
        ),
        protect("sealed"),
        protect("unsealing"),
        protect_column("prediction", "sealed_at"),
        watch("sealed"),
        watch("unsealing"),
        trace("sealed", "unsealing"),
    ]
