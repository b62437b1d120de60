"""Who may write through the API, and what they were answered."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models

from .articles import Forecaster
from .events import Source
from .row import Row


class ApiToken(Row):
    """A token for programs. Only its digest is stored; the token itself is shown once."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        PREDICTION_WRITE = "prediction:write", "Log articles and predictions"
        FORECAST_WRITE = "forecast:write", "Forecast, as one forecaster"
        EVENT_WRITE = "event:write", "Record events, for one source"
        RESOLVE = "resolve", "Record verdicts"
        WEBHOOK_WRITE = "webhook:write", "Be told by webhook"
        ADMIN = "admin", "Everything"

    name = models.CharField(max_length=100, help_text="What it is for.")
    prefix = models.CharField(max_length=8, editable=False, help_text="The first characters, to tell tokens apart.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens")
    scopes = models.JSONField(default=list)
    forecaster = models.ForeignKey(
        Forecaster, on_delete=models.PROTECT, null=True, blank=True, help_text="For forecast:write."
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, help_text="For event:write.")
    recorded_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def state(self, *, now: datetime) -> str:
        """Whether it works, and until when, or since when not."""
        if self.revoked_at is not None:
            return f"revoked {self.revoked_at:%Y-%m-%d}"
        if self.expires_at is None:
            return "valid"
        return f"{'expired' if self.expires_at <= now else 'valid until'} {self.expires_at:%Y-%m-%d}"


class KeptAnswer(Row):
    """
    What a request with an Idempotency-Key was answered, so that the same request is answered alike when sent again.

    The row is claimed before the work and completed after it, in the transaction of the work: whoever reads it reads
    a whole answer.
    """

    LONGEST_KEY = 255

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, db_index=False, related_name="kept_answers")
    key = models.CharField(max_length=LONGEST_KEY)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the request.")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="kept_answer_age", fields=["recorded_at"])]
        constraints = [models.UniqueConstraint(name="kept_answer_once_per_key", fields=["token", "key"])]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
