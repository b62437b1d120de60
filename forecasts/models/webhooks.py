"""Whom programs of others are told by, of what, and how the telling went."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from .articles import Forecaster, Topic
from .row import Row


class Webhook(Row):
    """
    An address that is told of what happens to predictions.

    `position` is the place in the feed of changes up to which deliveries were written for it. Its secret is not stored:
    it is worked out of `seed` and the key of the instance.
    """

    class Event(models.TextChoices):
        PREDICTION_LOGGED = "prediction.logged", "A prediction was logged"
        FORECAST_RECORDED = "forecast.recorded", "A forecast was recorded or withdrawn"
        RESOLUTION_PROPOSED = "resolution.proposed", "A verdict was proposed"
        RESOLUTION_FINAL = "resolution.final", "A verdict became final"
        RESOLUTION_DISPUTED = "resolution.disputed", "A verdict was disputed"
        RESOLUTION_REOPENED = "resolution.reopened", "A verdict was withdrawn"
        SCORE_RECORDED = "score.recorded", "A forecast was scored"

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", "Active"
        PAUSED = "PAUSED", "Paused by its owner"
        DISABLED = "DISABLED", "Disabled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="webhooks"
    )
    url = models.URLField(max_length=1000)
    events = models.JSONField(default=list, help_text="What it is told of.")
    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, null=True, related_name="+", help_text="Only this topic and all below it."
    )
    forecaster = models.ForeignKey(
        Forecaster, on_delete=models.PROTECT, null=True, related_name="+", help_text="Only what concerns them."
    )
    seed = models.CharField(max_length=64, editable=False)
    previous_seed = models.CharField(max_length=64, blank=True, editable=False)
    rotated_at = models.DateTimeField(null=True, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was disabled.")
    position = models.CharField(max_length=60, editable=False)
    n_failures = models.PositiveIntegerField(default=0, help_text="Failed attempts since the last that succeeded.")
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [models.Index(name="webhook_of_account", fields=["account", "-recorded_at", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="webhook_disabled_for_a_reason", condition=~Q(state="DISABLED") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.url


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, *, now: datetime) -> "DeliveryQuerySet":
        """Those to be sent now."""
        return self.filter(next_attempt_at__lte=now, webhook__state=Webhook.State.ACTIVE)


class Delivery(Row):
    """
    One message to one webhook: what is sent is written once, only how it went changes.

    Sending something again by hand is another row with the next `number` and the same message.
    """

    MAX_ATTEMPTS = 15
    PING = "ping"

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, db_index=False, related_name="deliveries")
    change_number = models.BigIntegerField(null=True, help_text="Which change in the feed it tells; none for a test.")
    number = models.PositiveIntegerField(default=0, help_text="0, or which repetition by hand it is.")
    message_id = models.UUIDField(default=uuid.uuid4, help_text="The same at every attempt and repetition.")
    event = models.CharField(max_length=30, choices=[*Webhook.Event.choices, (PING, "A test")])
    body = models.TextField(help_text="What is sent.")
    recorded_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, help_text="Empty once it was delivered or given up.")
    last_status = models.PositiveSmallIntegerField(null=True, help_text="The HTTP status of the last answer.")
    last_error = models.CharField(max_length=500, blank=True)
    delivered_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(name="delivery_due", fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False)),
            models.Index(name="delivery_age", fields=["recorded_at"]),
        ]
        constraints = [
            models.UniqueConstraint(name="delivery_once_per_change", fields=["webhook", "change_number", "number"]),
            models.UniqueConstraint(name="delivery_repeated_once", fields=["message_id", "number"]),
            models.CheckConstraint(
                name="delivery_ends_one_way",
                condition=Q(next_attempt_at__isnull=False, delivered_at=None, gave_up_at=None)
                | Q(next_attempt_at=None, delivered_at__isnull=False, gave_up_at=None)
                | Q(next_attempt_at=None, delivered_at=None, gave_up_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"

    @property
    def header_id(self) -> str:
        """What the header webhook-id says."""
        return f"msg_{self.message_id}"
