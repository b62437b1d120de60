"""Files that are recorded part by part, outside of the request that brought them."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .row import Row


class UploadQuerySet(models.QuerySet["Upload"]):
    def waiting(self, *, now: datetime) -> "UploadQuerySet":
        """Those with rows that are yet to be recorded, without those that another works on and those that failed too often."""
        may_be_taken = Q(retry_at=None) | Q(retry_at__lte=now)
        return self.going_on().filter(may_be_taken)

    def going_on(self) -> "UploadQuerySet":
        """Those of which more will be recorded by itself."""
        return self.filter(ended_at=None, attempts__lt=Upload.MAX_ATTEMPTS)

    def stuck(self) -> "UploadQuerySet":
        """Those that failed so often that a person must look."""
        return self.filter(ended_at=None, attempts__gte=Upload.MAX_ATTEMPTS)


class Upload(Row):
    """
    A file of forecasts with their outcomes, and how far it is recorded.

    The row is the queue. `n_done` goes up in the transaction that records the rows it counts, so that whoever goes on, after
    whatever happened, goes on there. The content is let go of once all of it is recorded.
    """

    MAX_ATTEMPTS = 5

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, help_text="Of the file.")
    topic = models.CharField(max_length=200, help_text="Of questions that name none.")
    content = models.BinaryField(help_text="Empty once it ended.")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    sent_at = models.DateTimeField()
    n_rows = models.PositiveIntegerField()
    n_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="What became of the rows so far.")
    problems = models.JSONField(default=list, help_text="The first of those that were refused: line, field, message.")
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often it was taken since a part was recorded."
    )
    retry_at = models.DateTimeField(null=True, help_text="Until then nobody else takes it.")
    last_error = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="upload_waiting", fields=["sent_at"], condition=Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(name="upload_does_no_more_than_all", condition=Q(n_done__lte=F("n_rows"))),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_stuck(self) -> bool:
        """Whether it failed so often that a person must look."""
        return self.ended_at is None and self.attempts >= self.MAX_ATTEMPTS

    @property
    def is_going_on(self) -> bool:
        """Whether more of it will be recorded by itself."""
        return self.ended_at is None and not self.is_stuck
