"""A feed of what is recorded and changed, noted by triggers in the transaction that does it."""

from django.db import migrations, models

from ._append_only import protect
from ._changes import watch


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
        watch("forecaster", kind="forecaster", key="{row}.slug", changing=("slug", "name", "kind", "description")),
        watch("topic", kind="topic", key="{row}.path", changing=("path", "label")),
        watch("article", kind="article", key="{row}.id"),
        watch("lexicon", kind="lexicon", key="{row}.code"),
        watch(
            "prediction",
            kind="prediction",
            key="{row}.id",
            changing=("status", "verdict", "review_reasons", "needs_confirmation", "scheduled_close_at"),
        ),
        watch("ruleversion", kind="rule", key="{row}.id"),
        watch("forecast", kind="forecast", key="{row}.id"),
        watch(
            "source",
            kind="source",
            key="{row}.slug",
            changing=("slug", "name", "kind", "tier", "group", "settlement_lag", "url", "citation"),
        ),
        watch("coverage", kind="coverage", key="(SELECT slug FROM forecasts_source s WHERE s.id = {row}.source_id)"),
        watch("entity", kind="entity", key="{row}.path", changing=("path", "label", "wikidata")),
        watch(
            "entitymembership",
            kind="membership",
            key="(SELECT path FROM forecasts_entity e WHERE e.id = {row}.member_id)",
        ),
        watch("milestone", kind="milestone", key="{row}.key"),
        watch("eventversion", kind="event", key="{row}.event_id"),
        watch("evidence", kind="evidence", key="{row}.event_id"),
        watch("eventmerge", kind="merge", key="{row}.merged_id"),
        watch("observation", kind="observation", key="{row}.id"),
        watch("evaluation", kind="evaluation", key="{row}.id"),
        watch(
            "judgement",
            kind="judgement",
            key="(SELECT prediction_id FROM forecasts_ruleversion r WHERE r.id = {row}.rule_version_id)",
        ),
        watch("resolution", kind="resolution", key="{row}.id"),
        watch("score", kind="score", key="{row}.id"),
    ]
