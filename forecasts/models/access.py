"""Who may write through the API."""

from django.conf import settings
from django.db import models

from .articles import Forecaster
from .events import Source


class ApiToken(models.Model):
    """A token for programs. Only its digest is stored; the token itself is shown once."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        PREDICTION_WRITE = "prediction:write", "Log articles and predictions"
        FORECAST_WRITE = "forecast:write", "Forecast, as one forecaster"
        EVENT_WRITE = "event:write", "Record events, for one source"
        RESOLVE = "resolve", "Record verdicts"
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
