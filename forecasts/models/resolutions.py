"""What rules came to, and the dated verdicts on predictions."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .events import EventVersion, Observation
from .predictions import Prediction, RuleVersion, Verdict
from .row import Row


class Evaluation(Row):
    """What a rule version came to at a knowledge time; a new row is written only when the answer changed."""

    class Status(models.TextChoices):
        OPEN = "OPEN", "Open"
        OPEN_CONDITION = "OPEN_CONDITION", "Open: condition not decided"
        OPEN_CONSEQUENT = "OPEN_CONSEQUENT", "Open: condition met, outcome not decided"
        YES = "YES", "Yes"
        NO = "NO", "No"
        ANNULLED = "ANNULLED", "Annulled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, db_index=False, related_name="evaluations")
    number = models.PositiveIntegerField()
    as_of = models.DateTimeField(help_text="The knowledge time.")
    status = models.CharField(max_length=15, choices=Status.choices)
    reason = models.CharField(max_length=40)
    side_value = models.CharField(
        max_length=1, blank=True, help_text="What the outcome did when the condition was not met: T, F or U."
    )
    happened_from = models.DateTimeField(null=True)
    happened_until = models.DateTimeField(null=True)
    covered_to = models.DateTimeField(null=True, help_text="The coverage this rests on.")
    review = models.JSONField(default=list)
    may_finalise = models.BooleanField(default=False)
    explanation = models.TextField()
    trace = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="evaluation_recency", fields=["recorded_at", "id"])]
        constraints = [models.UniqueConstraint(name="evaluation_counts_up", fields=["rule_version", "number"])]

    def __str__(self) -> str:
        return f"{self.get_status_display()} as known on {self.as_of:%Y-%m-%d}"


class Witness(Row):
    """A fact that an evaluation rests on, or that might have decided it."""

    class Role(models.TextChoices):
        MATCH = "MATCH", "Decides"
        POSSIBLE = "POSSIBLE", "Possibly concerns it"

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, db_index=False, related_name="witnesses")
    role = models.CharField(max_length=8, choices=Role.choices)
    event_version = models.ForeignKey(EventVersion, on_delete=models.PROTECT, null=True, related_name="+")
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "witnesses"
        constraints = [
            models.CheckConstraint(
                name="witness_is_one_fact",
                condition=Q(event_version=None, observation__isnull=False)
                | Q(event_version__isnull=False, observation=None),
            ),
            models.UniqueConstraint(name="witness_event_once", fields=["evaluation", "event_version"]),
            models.UniqueConstraint(name="witness_observation_once", fields=["evaluation", "observation"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.event_version_id or self.observation_id}"


class ResolutionQuerySet(models.QuerySet["Resolution"]):
    def current(self) -> "ResolutionQuerySet":
        """The last word on each prediction: nothing supersedes it."""
        return self.filter(superseded_by=None)


class Resolution(Row):
    """The dated record of a verdict; written once, superseded, never edited."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "Proposed"
        FINAL = "FINAL", "Final"
        DISPUTED = "DISPUTED", "Disputed"
        REOPENED = "REOPENED", "Reopened"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, db_index=False, related_name="resolutions")
    number = models.PositiveIntegerField()
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    verdict = models.CharField(max_length=9, choices=Verdict.choices, blank=True, help_text="Empty when reopened.")
    share = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        null=True,
        help_text="How much came true, between 0 and 1, where it did in part; a tie is one half.",
    )
    state = models.CharField(max_length=8, choices=State.choices)
    reason_code = models.CharField(max_length=40)
    reason = models.TextField(help_text="A sentence that explains the verdict.")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, null=True, related_name="resolutions")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: the machine."
    )
    evidence_url = models.URLField(max_length=1000, blank=True)
    side_value = models.CharField(max_length=1, blank=True)
    happened_at = models.DateTimeField(null=True, help_text="When it came about.")
    known_at = models.DateTimeField(null=True, help_text="When it could be known.")
    recorded_at = models.DateTimeField(help_text="When this verdict was recorded.")
    finalises_at = models.DateTimeField(null=True, help_text="When it becomes final by itself.")
    is_retrospective = models.BooleanField(
        default=False, help_text="The prediction was logged after its outcome could be known."
    )

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(name="resolution_recency", fields=["-recorded_at", "-id"]),
            models.Index(name="resolution_by_verdict", fields=["verdict", "recorded_at", "id"]),
            models.Index(name="resolution_by_state", fields=["state", "recorded_at", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(name="resolution_counts_up", fields=["prediction", "number"]),
            models.CheckConstraint(
                name="resolution_supersedes_in_order",
                condition=Q(number=1, supersedes=None) | Q(number__gt=1, supersedes__isnull=False),
            ),
            models.CheckConstraint(
                name="resolution_reopened_has_no_verdict",
                condition=Q(state="REOPENED", verdict="") | ~Q(state="REOPENED") & ~Q(verdict=""),
            ),
            models.CheckConstraint(
                name="resolution_known_before_recorded", condition=Q(known_at=None) | Q(known_at__lte=F("recorded_at"))
            ),
            models.CheckConstraint(
                name="resolution_has_an_author", condition=Q(actor__isnull=False) | Q(evaluation__isnull=False)
            ),
            models.CheckConstraint(
                name="resolution_share_is_of_partly",
                # A comparison with NULL would pass.
                condition=Q(verdict="PARTLY", share__isnull=False, share__gt=0, share__lt=1)
                | ~Q(verdict="PARTLY") & Q(share=None),
            ),
            models.CheckConstraint(name="resolution_is_explained", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        share = "" if self.share is None else f", {self.share:.0%}"
        return f"{self.get_verdict_display() or 'Reopened'}{share} ({self.get_state_display()})"
