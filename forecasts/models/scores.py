"""Scoring rules applied to forecasts under resolutions."""

from django.db import models
from django.db.models import Q

from .forecasts import Forecast
from .resolutions import Resolution
from .row import Row


class ScoreQuerySet(models.QuerySet["Score"]):
    def current(self) -> "ScoreQuerySet":
        """Scores under the last word on each prediction."""
        return self.filter(resolution__superseded_by=None)


class Score(Row):
    """One scoring rule applied to one forecast under one resolution; superseded with it, never edited."""

    class Rule(models.TextChoices):
        BRIER = "BRIER", "Brier score"
        LOG = "LOG", "Log score"

    forecast = models.ForeignKey(Forecast, on_delete=models.PROTECT, db_index=False, related_name="scores")
    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="scores")
    rule = models.CharField(max_length=5, choices=Rule.choices)
    rule_version = models.PositiveIntegerField()
    outcome = models.DecimalField(
        max_digits=5, decimal_places=4, help_text="1 where it happened, 0 where it did not, between them in part."
    )
    value = models.DecimalField(max_digits=14, decimal_places=10)
    recorded_at = models.DateTimeField()

    objects = ScoreQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="score_recency", fields=["recorded_at", "id"])]
        constraints = [
            models.UniqueConstraint(name="score_once", fields=["forecast", "resolution", "rule", "rule_version"]),
            models.CheckConstraint(name="score_outcome_is_a_share", condition=Q(outcome__gte=0, outcome__lte=1)),
            models.CheckConstraint(name="score_is_a_loss", condition=Q(value__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()} {self.value:.4f}"
