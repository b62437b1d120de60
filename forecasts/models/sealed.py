"""Predictions and forecasts that are committed to now and read later, and what became of each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .articles import Forecaster
from .forecasts import Forecast
from .predictions import Prediction
from .row import Row


class Sealed(Row):
    """
    A commitment to what nobody can read yet; written once, and found by the commitment itself.

    What it holds counts from `recorded_at` on, once it is revealed.
    """

    commitment = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 over salt and content; docs/ledger.md."
    )
    forecaster = models.ForeignKey(Forecaster, on_delete=models.PROTECT, related_name="sealed")
    about = models.CharField(max_length=200, blank=True, help_text="What readers are told before it is revealed.")
    reveal_by = models.DateTimeField(help_text="From then on it counts as never revealed.")
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, db_index=False, related_name="+"
    )

    class Meta:
        verbose_name_plural = "sealed"
        indexes = [
            models.Index(name="sealed_recency", fields=["recorded_at", "id"]),
            models.Index(name="sealed_by_date", fields=["reveal_by", "id"]),
        ]
        constraints = [
            models.CheckConstraint(name="sealed_for_a_while", condition=Q(reveal_by__gt=F("recorded_at"))),
        ]

    def __str__(self) -> str:
        return self.about or self.commitment[:16]


class SealedContent(Row):
    """
    What is behind a commitment, where it is kept here until it is revealed; then it is part of the record.

    No page, answer, export or line of a log shows it before.
    """

    sealed = models.OneToOneField(Sealed, on_delete=models.PROTECT, primary_key=True, related_name="held")
    content = models.TextField(help_text="Canonical JSON.")
    salt = models.CharField(max_length=64, help_text="In hexadecimal.")

    def __str__(self) -> str:
        return f"of {self.sealed_id}"


class Unsealing(Row):
    """What became of something sealed: it was revealed, or its date passed without it; or that, and then late."""

    class Kind(models.TextChoices):
        REVEALED = "REVEALED", "Revealed"
        OVERDUE = "OVERDUE", "Not revealed by its date"

    sealed = models.ForeignKey(Sealed, on_delete=models.PROTECT, db_index=False, related_name="unsealings")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    content = models.TextField(blank=True, help_text="Canonical JSON, byte for byte what was committed to.")
    salt = models.CharField(max_length=64, blank=True, help_text="In hexadecimal.")
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, null=True, related_name="unsealings")
    forecast = models.ForeignKey(Forecast, on_delete=models.PROTECT, null=True, related_name="unsealings")
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="unsealed_once_each_way", fields=["sealed", "kind"]),
            models.CheckConstraint(
                name="unsealing_has_what_it_reveals",
                condition=Q(kind="REVEALED", prediction__isnull=False, forecast__isnull=False)
                & ~Q(content="")
                & ~Q(salt="")
                | Q(kind="OVERDUE", prediction=None, forecast=None, content="", salt=""),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
