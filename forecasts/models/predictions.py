"""What was claimed, and the machine-checkable rules that decide it."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .articles import Article, Forecaster, Topic
from .row import Row


class Verdict(models.TextChoices):
    """What a prediction came to; a prediction without one is open."""

    YES = "YES", "Yes"
    NO = "NO", "No"
    PARTLY = "PARTLY", "Partly"
    ANNULLED = "ANNULLED", "Annulled"
    AMBIGUOUS = "AMBIGUOUS", "Ambiguous"


class PredictionQuerySet(models.QuerySet["Prediction"]):
    def due(self, *, now: datetime) -> "PredictionQuerySet":
        """Those the sweep should look at, without those that another works on and those that failed too often."""
        may_be_taken = Q(retry_at=None) | Q(retry_at__lte=now)
        return self.filter(may_be_taken, next_check_at__lte=now, attempts__lt=Prediction.MAX_ATTEMPTS)

    def undecided(self) -> "PredictionQuerySet":
        """Those without a final verdict."""
        return self.exclude(status=Prediction.Status.FINAL)

    def stuck(self) -> "PredictionQuerySet":
        """Those whose checks failed so often that a person must look."""
        return self.filter(attempts__gte=Prediction.MAX_ATTEMPTS)

    def awaiting_a_person(self) -> "PredictionQuerySet":
        """Those in review, disputed, or proposed but waiting for a confirmation."""
        waiting = [Prediction.Status.NEEDS_REVIEW, Prediction.Status.DISPUTED]
        return self.filter(Q(status__in=waiting) | Q(needs_confirmation=True))

    def under_topic(self, path: str) -> "PredictionQuerySet":
        """Those on the topic at the path or below it."""
        return self.filter(Q(topic__path=path) | Q(topic__path__startswith=f"{path}/"))


class Prediction(Row):
    """
    One claim. The claim itself is written once; only its state changes.

    The state columns are the work queue: the sweep takes what `next_check_at` says is due, and notes in `attempts` and
    `retry_at` that it did. Those two are in no index, so that to note it costs little.
    """

    MAX_ATTEMPTS = 5

    class Attribution(models.TextChoices):
        AUTHOR = "AUTHOR", "The author's own"
        REPORTED = "REPORTED", "A belief of somebody else, as reported"

    class DeadlineBasis(models.TextChoices):
        STATED = "STATED", "Stated by the words"
        IMPLIED = "IMPLIED", "Set by the editor, since the words give none"
        NONE = "NONE", "None: it can never be found false"

    class Status(models.TextChoices):
        OPEN = "OPEN", "Open"
        NEEDS_REVIEW = "NEEDS_REVIEW", "Needs review"
        PROPOSED = "PROPOSED", "Proposed"
        FINAL = "FINAL", "Final"
        DISPUTED = "DISPUTED", "Disputed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="predictions"
    )
    holder = models.ForeignKey(
        Forecaster,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="claims",
        help_text="Whose claim or belief it is.",
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, db_index=False, related_name="predictions")
    title = models.CharField(max_length=300)
    statement = models.TextField(help_text="The claim as one sentence that can turn out true or false.")
    quote = models.TextField(blank=True, help_text="The words of the article, exactly.")
    original_wording = models.TextField(blank=True, help_text="Where the copy differs from the original publication.")
    condition = models.TextField(blank=True, help_text="The if-part in words; empty when the claim has none.")
    outcome = models.TextField(help_text="The then-part in words.")
    attribution = models.CharField(max_length=8, choices=Attribution.choices, default=Attribution.AUTHOR)
    issued_at = models.DateTimeField(help_text="When it was published, however late it is logged.")
    scheduled_close_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it was bound to be decided, as far as that could be said when it was made.",
    )
    deadline_basis = models.CharField(
        max_length=7,
        choices=DeadlineBasis.choices,
        default=DeadlineBasis.STATED,
        db_default="STATED",
        help_text="Whether its deadline is the author's or the editor's.",
    )
    deadline_words = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="The words that imply its deadline, such as soon.",
    )
    deadline_policy = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The version of the table by which these words are read.",
    )
    contrasts_with = models.ForeignKey(
        "self", on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="contrasted_by"
    )
    sealed_at = models.DateTimeField(
        null=True, editable=False, help_text="When it was committed to, where it was revealed later."
    )
    cluster_key = models.CharField(max_length=200, help_text="Predictions with the same key hang on the same event.")
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, null=True, editable=False, related_name="+"
    )

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN, editable=False)
    verdict = models.CharField(max_length=9, choices=Verdict.choices, blank=True, editable=False)
    review_reasons = models.JSONField(default=list, editable=False)
    needs_confirmation = models.BooleanField(default=False, editable=False)
    next_check_at = models.DateTimeField(null=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    retry_at = models.DateTimeField(
        null=True, editable=False, help_text="Until then nobody else takes what was taken; empty where nothing was."
    )
    last_error = models.TextField(blank=True, editable=False)

    objects = PredictionQuerySet.as_manager()

    class Meta:
        indexes = [
            # With the id, since very many are due at the same instant: each batch is one range.
            models.Index(
                name="prediction_due", fields=["next_check_at", "id"], condition=Q(next_check_at__isnull=False)
            ),
            models.Index(
                name="prediction_due_undecided",
                fields=["next_check_at", "id"],
                condition=Q(next_check_at__isnull=False) & ~Q(status="FINAL"),
            ),
            models.Index(name="prediction_recency", fields=["-recorded_at", "-id"]),
            # What lists are narrowed by, each in the order of the list, so that a page is one range.
            models.Index(name="prediction_by_issue", fields=["issued_at", "id"]),
            models.Index(name="prediction_by_holder", fields=["holder", "recorded_at", "id"]),
            models.Index(name="prediction_by_topic", fields=["topic", "recorded_at", "id"]),
            models.Index(name="prediction_by_status", fields=["status", "recorded_at", "id"]),
            models.Index(name="prediction_by_verdict", fields=["verdict", "recorded_at", "id"]),
            models.Index(
                name="prediction_in_contrast",
                fields=["contrasts_with"],
                condition=Q(contrasts_with__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="prediction_recorded_once", fields=["article", "holder", "statement"]),
            # A unique constraint does not see rows whose article is NULL.
            models.UniqueConstraint(
                name="prediction_of_no_article_recorded_once",
                fields=["holder", "statement"],
                condition=Q(article=None),
            ),
            models.CheckConstraint(
                name="prediction_issued_before_recorded", condition=Q(issued_at__lte=F("recorded_at"))
            ),
            models.CheckConstraint(name="prediction_says_something", condition=~Q(statement="") & ~Q(outcome="")),
            models.CheckConstraint(
                name="prediction_verdict_fits_status",
                condition=Q(status__in=["PROPOSED", "FINAL"]) & ~Q(verdict="") | ~Q(status__in=["PROPOSED", "FINAL"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def held_since(self) -> datetime:
        """Since when it cannot be changed any more: its record, or the commitment to it."""
        return self.sealed_at or self.recorded_at

    @property
    def is_conditional(self) -> bool:
        return bool(self.condition)

    @property
    def is_stuck(self) -> bool:
        """Whether something was to be looked for, and that failed so often that a person must look."""
        return self.next_check_at is not None and self.attempts >= self.MAX_ATTEMPTS

    @property
    def next_try_at(self) -> datetime | None:
        """When it is looked at next, should nothing that concerns it be recorded before; None where nobody looks by then."""
        if self.next_check_at is None or self.is_stuck:
            return None
        return max(self.next_check_at, self.retry_at or self.next_check_at)


class RuleVersion(Row):
    """The criteria of a prediction in one reading; written once, replaced by a higher version of the same name."""

    CENTRAL_NAME = "central"

    class Variant(models.TextChoices):
        STRICT = "STRICT", "Strict"
        CENTRAL = "CENTRAL", "Central"
        LENIENT = "LENIENT", "Lenient"
        EARLY = "EARLY", "Earliest end"
        LATE = "LATE", "Latest end"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, db_index=False, related_name="rules")
    variant = models.CharField(max_length=7, choices=Variant.choices, default=Variant.CENTRAL)
    name = models.CharField(max_length=100, help_text="Tells readings apart; the central one is named central.")
    version = models.PositiveIntegerField()
    description = models.TextField(blank=True, help_text="What this reading means, in words.")
    rule = models.JSONField(help_text="RRL/1.")
    sha256 = models.CharField(max_length=64, editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(name="rule_reads_otherwise", fields=["prediction"], condition=~Q(variant="CENTRAL")),
            models.Index(name="rule_recency", fields=["recorded_at", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(name="rule_version_counts_up", fields=["prediction", "name", "version"]),
            models.CheckConstraint(
                name="rule_named_central_is_central",
                condition=Q(variant="CENTRAL", name="central") | ~Q(variant="CENTRAL") & ~Q(name="central"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class RuleKey(Row):
    """What a rule listens for, and when; a fact with the same key and of that time makes the prediction due."""

    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="keys")
    key = models.CharField(max_length=200)
    listens_from = models.DateTimeField(help_text="The beginning of time where it is not bounded.")
    listens_until = models.DateTimeField(help_text="Excluded; the end of time where it is not bounded.")

    class Meta:
        # In this order the constraint's own index answers who listens for a key at some time.
        constraints = [
            models.UniqueConstraint(
                name="rule_key_once", fields=["key", "listens_until", "listens_from", "rule_version"]
            )
        ]

    def __str__(self) -> str:
        return self.key
