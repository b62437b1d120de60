"""Answers of people to the questions of rules."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from ._append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0005_recorded_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("path", models.CharField(help_text="Where the question stands in the rule.", max_length=200)),
                ("number", models.PositiveIntegerField()),
                (
                    "answer",
                    models.CharField(choices=[("YES", "Yes"), ("NO", "No"), ("WITHDRAWN", "Withdrawn")], max_length=9),
                ),
                ("reason", models.TextField(help_text="Why; readers see it.")),
                ("evidence_url", models.URLField(blank=True, max_length=1000)),
                ("known_at", models.DateTimeField(help_text="When the answer could be known.")),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rule_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements",
                        to="forecasts.ruleversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rule_version", "path", "number"), name="judgement_counts_up"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="judgement_is_explained"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("known_at__lte", models.F("recorded_at"))),
                        name="judgement_known_before_recorded",
                    ),
                ],
            },
        ),
        protect("judgement"),
    ]
