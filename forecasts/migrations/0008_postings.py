"""Postings, the sums that are kept of them, and when predictions were bound to be decided."""

import django.db.models.deletion
from django.db import migrations, models

from ._append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0007_event_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="prediction",
            name="scheduled_close_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When it was bound to be decided, as far as that could be said when it was made.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="Scope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ALL", "All"),
                            ("TOPIC", "Topic and all below it"),
                            ("OUTLET", "Outlet"),
                            ("FORECASTER", "Forecaster"),
                        ],
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(blank=True, help_text="The slug or the path; empty for all.", max_length=200)),
                (
                    "totals",
                    models.JSONField(default=dict, help_text="Integers over the clusters; they outgrow 64 bits."),
                ),
                ("revision", models.BigIntegerField(default=0, help_text="Counts the changes.")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="scope_once")],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sign", models.SmallIntegerField(help_text="1 where it begins to count, -1 where it is taken back.")),
                ("cluster", models.CharField(help_text="The event that the outcome hangs on.", max_length=200)),
                ("level", models.SmallIntegerField(help_text="The probability in basis points.")),
                ("outcome", models.SmallIntegerField(help_text="The share of it that came true, in basis points.")),
                ("reference", models.SmallIntegerField(help_text="What it is compared with, in basis points.")),
                (
                    "reference_kind",
                    models.CharField(
                        choices=[
                            ("MARKET", "The market at that time"),
                            ("CROWD", "The crowd at that time"),
                            ("IGNORANCE", "One half"),
                        ],
                        max_length=9,
                    ),
                ),
                ("weight", models.IntegerField(help_text="Millionths.")),
                ("horizon_weight", models.IntegerField(help_text="Millionths; 0 where no end was scheduled.")),
                ("is_first", models.BooleanField()),
                ("is_last", models.BooleanField()),
                ("scheduled_close_at", models.DateTimeField(null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "forecast",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="forecasts.forecast"
                    ),
                ),
                (
                    "resolution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="forecasts.resolution"
                    ),
                ),
                (
                    "takes_back",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back_by",
                        to="forecasts.posting",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sign", 1), ("takes_back", None)),
                            models.Q(("sign", -1), ("takes_back__isnull", False)),
                            _connector="OR",
                        ),
                        name="posting_takes_back_by_minus",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 0), ("level__lte", 10000)),
                        name="posting_level_is_on_the_grid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__gte", 0), ("outcome__lte", 10000)),
                        name="posting_outcome_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("horizon_weight__gte", 0),
                            ("horizon_weight__lte", 1000000),
                            ("weight__gte", 0),
                            ("weight__lte", 1000000),
                        ),
                        name="posting_weight_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LevelCell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField()),
                (
                    "lexicon_entry",
                    models.BigIntegerField(default=0, help_text="The reading of the words; 0 for a number."),
                ),
                ("weight", models.BigIntegerField()),
                ("hits", models.BigIntegerField(help_text="Weight times outcome.")),
                ("rows", models.BigIntegerField()),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="levels", to="forecasts.scope"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "level", "lexicon_entry"), name="level_cell_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClusterCell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cluster", models.CharField(max_length=200)),
                ("sums", models.JSONField(default=list, help_text="Integers; they outgrow 64 bits.")),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clusters", to="forecasts.scope"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scope", "cluster"), name="cluster_cell_once")],
            },
        ),
        protect("posting"),
    ]
