"""What scores add up to: signed postings, which are the truth, and the sums of them that are kept."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from .articles import Topic
from .forecasts import Forecast
from .predictions import Prediction
from .resolutions import Resolution
from .row import Row

WHOLE = 1_000_000  # The weight of one forecaster on one prediction, in millionths.


class PostingQuerySet(models.QuerySet["Posting"]):
    def net(self) -> "PostingQuerySet":
        """Postings that nothing has taken back."""
        taking_back = Posting.objects.filter(takes_back=OuterRef("pk"))
        return self.filter(~Exists(taking_back), sign=1)


class Posting(Row):
    """
    That a forecast counts under a resolution, or counts no longer; written once, like a line in a ledger.

    A forecaster has one unit of weight on a prediction. `weight` divides it equally among the forecasts that count,
    `horizon_weight` by how long each stood, as shares of the whole time that was scheduled. Everything is an integer,
    so that sums are exact and a posting taken back leaves nothing behind.
    """

    class Reference(models.TextChoices):
        MARKET = "MARKET", "The market at that time"
        CROWD = "CROWD", "The crowd at that time"
        BASE_RATE = "BASE_RATE", "The base rate of its topic at that time"
        IGNORANCE = "IGNORANCE", "One half"

    forecast = models.ForeignKey(Forecast, on_delete=models.PROTECT, related_name="postings")
    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="postings")
    sign = models.SmallIntegerField(help_text="1 where it begins to count, -1 where it is taken back.")
    takes_back = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="taken_back_by")
    cluster = models.CharField(max_length=200, help_text="The event that the outcome hangs on.")
    level = models.SmallIntegerField(help_text="The probability in basis points.")
    outcome = models.SmallIntegerField(help_text="The share of it that came true, in basis points.")
    reference = models.SmallIntegerField(help_text="What it is compared with, in basis points.")
    reference_kind = models.CharField(max_length=9, choices=Reference.choices)
    weight = models.IntegerField(help_text="Millionths.")
    horizon_weight = models.IntegerField(help_text="Millionths; 0 where no end was scheduled.")
    is_first = models.BooleanField()
    is_last = models.BooleanField()
    scheduled_close_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()

    objects = PostingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="posting_takes_back_by_minus",
                condition=Q(sign=1, takes_back=None) | Q(sign=-1, takes_back__isnull=False),
            ),
            models.CheckConstraint(name="posting_level_is_on_the_grid", condition=Q(level__gte=0, level__lte=10_000)),
            models.CheckConstraint(name="posting_outcome_is_a_share", condition=Q(outcome__gte=0, outcome__lte=10_000)),
            models.CheckConstraint(
                name="posting_weight_is_a_share",
                condition=Q(weight__gte=0, weight__lte=WHOLE, horizon_weight__gte=0, horizon_weight__lte=WHOLE),
            ),
        ]

    def __str__(self) -> str:
        return f"{'+' if self.sign > 0 else '−'} {self.level / 10_000:.0%}"


class Scope(Row):
    """A set of postings whose sums are kept up to date: all, those of a topic, an outlet or a forecaster."""

    class Kind(models.TextChoices):
        ALL = "ALL", "All"
        TOPIC = "TOPIC", "Topic and all below it"
        OUTLET = "OUTLET", "Outlet"
        FORECASTER = "FORECASTER", "Forecaster"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=200, blank=True, help_text="The slug or the path; empty for all.")
    totals = models.JSONField(default=dict, help_text="Integers over the clusters; they outgrow 64 bits.")
    counts = models.JSONField(default=dict, help_text="How many of its predictions stand how.")
    revision = models.BigIntegerField(default=0, help_text="Counts the changes.")

    class Meta:
        constraints = [models.UniqueConstraint(name="scope_once", fields=["kind", "key"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}".strip()


class LevelCell(Row):
    """How much weight a scope has at one probability, and how much of it came true; words apart from numbers."""

    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, db_index=False, related_name="levels")
    level = models.SmallIntegerField()
    lexicon_entry = models.BigIntegerField(default=0, help_text="The reading of the words; 0 for a number.")
    weight = models.BigIntegerField()
    hits = models.BigIntegerField(help_text="Weight times outcome.")
    rows = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="level_cell_once", fields=["scope", "level", "lexicon_entry"])]

    def __str__(self) -> str:
        return f"{self.level / 10_000:.0%}: {self.hits} of {self.weight}"


class ClusterCell(Row):
    """The sums of one event within a scope."""

    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, db_index=False, related_name="clusters")
    cluster = models.CharField(max_length=200)
    sums = models.JSONField(default=list, help_text="Integers; they outgrow 64 bits.")

    class Meta:
        constraints = [models.UniqueConstraint(name="cluster_cell_once", fields=["scope", "cluster"])]

    def __str__(self) -> str:
        return self.cluster


class TopicOutcomes(Row):
    """How many outcomes of a topic, and of all below it, could first be known on a day, and how much of them came true."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, db_index=False, related_name="outcomes")
    known_on = models.DateField(help_text="In UTC.")
    number = models.IntegerField()
    came_true = models.BigIntegerField(help_text="In basis points, added up.")

    class Meta:
        verbose_name_plural = "topic outcomes"
        constraints = [models.UniqueConstraint(name="topic_outcomes_once", fields=["topic", "known_on"])]

    def __str__(self) -> str:
        return f"{self.known_on}: {self.number}"


class PredictionCounts(Row):
    """
    What a prediction adds to the counts of the scopes it belongs to, by when it was last counted.

    And to the outcomes of its topics, where it was settled: on which day, in UTC, that could be known, and how much came true.
    """

    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, primary_key=True, related_name="counts")
    counts = models.JSONField(default=dict)
    by_forecaster = models.JSONField(
        null=True, help_text="By their slugs, the same for those who have to do with it and whose sums are kept."
    )
    known_on = models.DateField(null=True)
    came_true = models.SmallIntegerField(null=True, help_text="In basis points.")

    def __str__(self) -> str:
        return ", ".join(f"{number} {name}" for name, number in sorted(self.counts.items()) if number)


class Uncounted(Row):
    """
    That something about a prediction was recorded since it was last counted.

    Triggers write it with the prediction, a rule, a forecast or a resolution, so that no writer can forget it and none waits
    for another. Whoever counts the prediction again removes it.
    """

    # Without a constraint: rows come with every forecast and stay for a minute.
    prediction = models.ForeignKey(
        Prediction, on_delete=models.DO_NOTHING, db_constraint=False, related_name="uncounted"
    )

    def __str__(self) -> str:
        return str(self.prediction_id)
