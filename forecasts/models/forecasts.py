"""Probabilities for predictions, and the lexicons that read them out of words."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .articles import Forecaster
from .predictions import Prediction
from .row import Row


class Lexicon(Row):
    """A published table of phrases and the probabilities they are read as; written once per version."""

    code = models.SlugField(max_length=60, db_index=False)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    source = models.TextField()
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="lexicon_version_counts_up", fields=["code", "version"])]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"


class LexiconEntry(Row):
    """
    One phrase of a lexicon. A phrase without a point is listed but cannot be scored.

    A hedge says only that something can happen: it is kept and counted, and no score is made of it.
    """

    lexicon = models.ForeignKey(Lexicon, on_delete=models.PROTECT, db_index=False, related_name="entries")
    phrase = models.CharField(max_length=120)
    point = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    low = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    high = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    spread = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        null=True,
        help_text="The standard deviation of readers, where a survey gives it.",
    )
    is_hedge = models.BooleanField(
        default=False, db_default=False, help_text="It says that something can happen, and not how likely it is."
    )
    source = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="phrase_once_per_lexicon", fields=["lexicon", "phrase"]),
            models.CheckConstraint(
                name="lexicon_point_is_a_probability", condition=Q(point=None) | Q(point__gte=0, point__lte=1)
            ),
            models.CheckConstraint(
                name="lexicon_range_is_ordered",
                condition=Q(low=None) | Q(high=None) | Q(low__gte=0, high__lte=1, low__lte=F("high")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phrase} ({self.lexicon_id})"


class Forecast(Row):
    """
    A probability for a prediction by a forecaster, from `made_at` until the next one or a withdrawal.

    Probabilities lie on a grid of 10,001 levels, 0.0000 to 1.0000. Where the words were read through a
    lexicon, `lexicon_entry` names the reading; where an editor read them, `basis` says how.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, db_index=False, related_name="forecasts")
    forecaster = models.ForeignKey(Forecaster, on_delete=models.PROTECT, db_index=False, related_name="forecasts")
    probability = models.DecimalField(max_digits=5, decimal_places=4, null=True, help_text="Empty for a withdrawal.")
    low = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    high = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    phrase = models.CharField(max_length=200, blank=True, help_text="The words, as written.")
    lexicon_entry = models.ForeignKey(
        LexiconEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="forecasts"
    )
    origin = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="What it was taken from, such as an agency. Forecasts of one origin are one opinion in an aggregate.",
    )
    basis = models.TextField(blank=True, help_text="How the words were read as a number.")
    is_scored = models.BooleanField(default=True, help_text="Off where the number was not the forecaster's own.")
    made_at = models.DateTimeField()
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, null=True, editable=False, related_name="+"
    )
    base_rate = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        null=True,
        editable=False,
        help_text="What share of earlier claims on its topic had come true by then, as it was on record with this forecast.",
    )
    base_rate_cases = models.PositiveIntegerField(
        null=True, editable=False, help_text="Of how many claims; empty where there were too few."
    )
    base_rate_topic = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The path of the nearest topic with enough of them: the prediction's, or one above it.",
    )

    class Meta:
        indexes = [
            models.Index(name="forecast_in_words", fields=["prediction"], condition=~Q(phrase="")),
            models.Index(name="forecast_recency", fields=["recorded_at", "id"]),
            models.Index(name="forecast_by_time", fields=["made_at", "id"]),
            models.Index(name="forecast_by_forecaster", fields=["forecaster", "recorded_at", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(name="forecast_made_once", fields=["prediction", "forecaster", "made_at"]),
            models.CheckConstraint(
                name="forecast_is_a_probability",
                condition=Q(probability=None) | Q(probability__gte=0, probability__lte=1),
            ),
            models.CheckConstraint(
                name="forecast_range_is_ordered",
                condition=Q(low=None, high=None) | Q(low__gte=0, high__lte=1, low__lte=F("high")),
            ),
            models.CheckConstraint(name="forecast_made_before_recorded", condition=Q(made_at__lte=F("recorded_at"))),
            models.CheckConstraint(name="forecast_read_from_words", condition=Q(lexicon_entry=None) | ~Q(phrase="")),
            models.CheckConstraint(
                name="forecast_base_rate_is_whole",
                # A comparison with NULL would pass.
                condition=Q(base_rate=None, base_rate_cases=None, base_rate_topic="")
                | Q(base_rate__isnull=False, base_rate__gt=0, base_rate__lt=1)
                & Q(base_rate_cases__isnull=False, base_rate_cases__gte=1)
                & ~Q(base_rate_topic=""),
            ),
        ]

    def __str__(self) -> str:
        return "withdrawn" if self.probability is None else f"{self.probability:.0%}"

    @property
    def value(self) -> float:
        """
        The probability as a number.

        Raises:
            ValueError: It is a withdrawal.
        """
        if self.probability is None:
            raise ValueError(f"forecast {self.pk} is a withdrawal and has no probability")
        return float(self.probability)
