"""Indexes along which lists are found, whatever they are narrowed by."""

from django.conf import settings
from django.db import migrations, models

from ._beside_writers import AddIndexBesideWriters


class Migration(migrations.Migration):
    # Each index is made by itself, while others record.
    atomic = False

    dependencies = [
        ("forecasts", "0018_rules_count_again"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexBesideWriters(
            model_name="article",
            index=models.Index(fields=["recorded_at", "id"], name="article_recency"),
        ),
        AddIndexBesideWriters(
            model_name="article",
            index=models.Index(fields=["published_at", "id"], name="article_by_publication"),
        ),
        AddIndexBesideWriters(
            model_name="article",
            index=models.Index(fields=["outlet", "recorded_at", "id"], name="article_by_outlet"),
        ),
        AddIndexBesideWriters(
            model_name="coverage",
            index=models.Index(fields=["source", "recorded_at", "id"], name="coverage_newest"),
        ),
        AddIndexBesideWriters(
            model_name="evaluation",
            index=models.Index(fields=["recorded_at", "id"], name="evaluation_recency"),
        ),
        AddIndexBesideWriters(
            model_name="eventversion",
            index=models.Index(fields=["occurred_from", "id"], name="event_version_by_start"),
        ),
        AddIndexBesideWriters(
            model_name="eventversion",
            index=models.Index(fields=["recorded_at", "id"], name="event_version_recency"),
        ),
        AddIndexBesideWriters(
            model_name="eventversion",
            index=models.Index(fields=["event_type", "recorded_at", "id"], name="event_version_by_type"),
        ),
        AddIndexBesideWriters(
            model_name="eventversion",
            index=models.Index(fields=["status", "recorded_at", "id"], name="event_version_by_status"),
        ),
        AddIndexBesideWriters(
            model_name="forecast",
            index=models.Index(fields=["recorded_at", "id"], name="forecast_recency"),
        ),
        AddIndexBesideWriters(
            model_name="forecast",
            index=models.Index(fields=["made_at", "id"], name="forecast_by_time"),
        ),
        AddIndexBesideWriters(
            model_name="forecast",
            index=models.Index(fields=["forecaster", "recorded_at", "id"], name="forecast_by_forecaster"),
        ),
        AddIndexBesideWriters(
            model_name="forecaster",
            index=models.Index(fields=["recorded_at", "id"], name="forecaster_recency"),
        ),
        AddIndexBesideWriters(
            model_name="forecaster",
            index=models.Index(fields=["name", "id"], name="forecaster_by_name"),
        ),
        AddIndexBesideWriters(
            model_name="observation",
            index=models.Index(fields=["recorded_at", "id"], name="observation_recency"),
        ),
        AddIndexBesideWriters(
            model_name="observation",
            index=models.Index(fields=["valid_on", "id"], name="observation_by_day"),
        ),
        AddIndexBesideWriters(
            model_name="prediction",
            index=models.Index(fields=["issued_at", "id"], name="prediction_by_issue"),
        ),
        AddIndexBesideWriters(
            model_name="prediction",
            index=models.Index(fields=["holder", "recorded_at", "id"], name="prediction_by_holder"),
        ),
        AddIndexBesideWriters(
            model_name="prediction",
            index=models.Index(fields=["topic", "recorded_at", "id"], name="prediction_by_topic"),
        ),
        AddIndexBesideWriters(
            model_name="prediction",
            index=models.Index(fields=["status", "recorded_at", "id"], name="prediction_by_status"),
        ),
        AddIndexBesideWriters(
            model_name="prediction",
            index=models.Index(fields=["verdict", "recorded_at", "id"], name="prediction_by_verdict"),
        ),
        AddIndexBesideWriters(
            model_name="resolution",
            index=models.Index(fields=["verdict", "recorded_at", "id"], name="resolution_by_verdict"),
        ),
        AddIndexBesideWriters(
            model_name="resolution",
            index=models.Index(fields=["state", "recorded_at", "id"], name="resolution_by_state"),
        ),
        AddIndexBesideWriters(
            model_name="ruleversion",
            index=models.Index(fields=["recorded_at", "id"], name="rule_recency"),
        ),
        AddIndexBesideWriters(
            model_name="score",
            index=models.Index(fields=["recorded_at", "id"], name="score_recency"),
        ),
        AddIndexBesideWriters(
            model_name="source",
            index=models.Index(fields=["recorded_at", "id"], name="source_recency"),
        ),
    ]
