"""What happened: sources and their coverage, entities, milestones, events, evidence and series."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from forecasts.feeds.codes import ACTION_CODES, EVENT_TYPES
from forecasts.feeds.magnitudes import in_words

from .row import Row


class Tier(models.TextChoices):
    A = "A", "A: legal or official primary source"
    B = "B", "B: curated by people"
    C = "C", "C: wire or feed, unconfirmed"
    D = "D", "D: machine-coded; never decides"


class Source(Row):
    """A feed of events or of a series."""

    class Kind(models.TextChoices):
        CURATED = "CURATED", "Entered by people"
        REGISTER = "REGISTER", "Official register"
        SERIES = "SERIES", "Numeric series"
        NEWS = "NEWS", "News feed"
        MACHINE = "MACHINE", "Machine-coded"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.CURATED)
    tier = models.CharField(max_length=1, choices=Tier.choices, default=Tier.B)
    group = models.SlugField(max_length=60, default="wire", help_text="The coverage group that rules name.")
    settlement_lag = models.DurationField(help_text="How long after it happens an event can still be missing.")
    url = models.URLField(max_length=1000, blank=True)
    citation = models.TextField(blank=True)
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [models.Index(name="source_recency", fields=["recorded_at", "id"])]

    def __str__(self) -> str:
        return self.name


class Coverage(Row):
    """A statement that a source holds everything that happened before `complete_to`; the newest one counts."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False, related_name="coverage")
    complete_to = models.DateTimeField(help_text="Everything before this instant is recorded.")
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name_plural = "coverage"
        indexes = [models.Index(name="coverage_newest", fields=["source", "recorded_at", "id"])]
        constraints = [
            models.CheckConstraint(
                name="coverage_is_not_of_the_future", condition=Q(complete_to__lte=F("recorded_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"complete to {self.complete_to:%Y-%m-%d}"


class Entity(Row):
    """A dotted path naming an actor: USA.GOV.POTUS lies in USA.GOV, which lies in USA."""

    path = models.CharField(max_length=120, unique=True)
    label = models.CharField(max_length=200)
    wikidata = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name_plural = "entities"
        constraints = [models.CheckConstraint(name="entity_path_is_given", condition=~Q(path=""))]

    def __str__(self) -> str:
        return f"{self.label} ({self.path})"


class EntityMembership(Row):
    """That one entity belongs to another between two dates: a person to an office, a state to an alliance."""

    member = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="members")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="membership_of_another", condition=~Q(member=F("group"))),
            models.CheckConstraint(
                name="membership_starts_before_it_ends",
                condition=Q(ends_at=None) | Q(starts_at=None) | Q(starts_at__lt=F("ends_at")),
            ),
            # One for each way of being unbounded: a unique constraint does not see rows with a NULL.
            models.UniqueConstraint(
                name="membership_once",
                fields=["member", "group", "starts_at", "ends_at"],
                condition=Q(starts_at__isnull=False, ends_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="membership_without_end_once", fields=["member", "group", "starts_at"], condition=Q(ends_at=None)
            ),
            models.UniqueConstraint(
                name="membership_without_start_once", fields=["member", "group", "ends_at"], condition=Q(starts_at=None)
            ),
            models.UniqueConstraint(
                name="membership_without_bounds_once",
                fields=["member", "group"],
                condition=Q(starts_at=None, ends_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.group_id}"


class Milestone(Row):
    """A named date, such as us.inauguration.2025; a changed date is a new version."""

    key = models.CharField(max_length=100)
    version = models.PositiveIntegerField(default=1)
    label = models.CharField(max_length=200)
    occurs_at = models.DateTimeField()
    url = models.URLField(max_length=1000, blank=True)
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="milestone_version_counts_up", fields=["key", "version"])]

    def __str__(self) -> str:
        return self.label


class Event(Row):
    """
    The identity of something that happened; what is known about it stands in its versions.

    `called` is what people know it by; whoever has its latest version at hand says so.
    """

    called = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False, related_name="events")
    external_id = models.CharField(
        max_length=200, help_text="The source's own id; a digest of the content where it has none."
    )
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [models.Index(name="event_recency", fields=["-recorded_at", "-id"])]
        constraints = [models.UniqueConstraint(name="event_recorded_once", fields=["source", "external_id"])]

    def __str__(self) -> str:
        return self.called or self.external_id


class EventVersion(Row):
    """What was known about an event from `known_at` on, coded; written once, replaced by a higher version."""

    class Precision(models.TextChoices):
        INSTANT = "INSTANT", "To the minute"
        DAY = "DAY", "Day"
        WEEK = "WEEK", "Week"
        MONTH = "MONTH", "Month"
        QUARTER = "QUARTER", "Quarter"
        RANGE = "RANGE", "Some time between two dates"

    class Modality(models.TextChoices):
        ACTUAL = "actual", "It happened"
        FUTURE = "future", "Announced for later"
        HYPOTHETICAL = "hypothetical", "Talked about"
        HISTORICAL = "historical", "Looking back"
        NEGATED = "negated", "Said not to have happened"

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", "Active"
        CONTESTED = "CONTESTED", "Contested: counts as possible only"
        RETRACTED = "RETRACTED", "Retracted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False, related_name="versions")
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=500)
    note = models.TextField(blank=True)
    occurred_from = models.DateTimeField()
    occurred_until = models.DateTimeField(help_text="Excluded; equal to the start for an instant.")
    precision = models.CharField(max_length=7, choices=Precision.choices, default=Precision.DAY)
    announced_from = models.DateTimeField(null=True, blank=True, help_text="When it was announced, at the earliest.")
    announced_until = models.DateTimeField(null=True, blank=True, help_text="Excluded, unless equal to the start.")
    effective_from = models.DateTimeField(null=True, blank=True, help_text="When it took effect, at the earliest.")
    effective_until = models.DateTimeField(null=True, blank=True, help_text="Excluded, unless equal to the start.")
    event_type = models.CharField(max_length=40, help_text="PLOVER type, or an x- type of our own.")
    action_code = models.CharField(max_length=4, blank=True, help_text="CAMEO code, with its leading zero.")
    modes = models.JSONField(default=list, blank=True)
    contexts = models.JSONField(default=list, blank=True)
    topics = models.JSONField(default=list, blank=True)
    modality = models.CharField(max_length=12, choices=Modality.choices, default=Modality.ACTUAL)
    actors = models.JSONField(default=list, blank=True)
    recipients = models.JSONField(default=list, blank=True)
    locations = models.JSONField(default=list, blank=True)
    place = models.JSONField(null=True, blank=True, help_text="A name, or lat and lon in degrees, or all of them.")
    attributes = models.JSONField(default=dict, blank=True)
    tier = models.CharField(max_length=1, choices=Tier.choices)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.ACTIVE)
    reason = models.TextField(blank=True, help_text="Why this version was needed.")
    known_at = models.DateTimeField(help_text="When it was published, by the source.")
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, null=True, editable=False, related_name="+"
    )
    sha256 = models.CharField(max_length=64, editable=False)

    class Meta:
        indexes = [
            models.Index(name="event_version_by_time", fields=["occurred_from", "occurred_until"]),
            models.Index(name="event_version_by_start", fields=["occurred_from", "id"]),
            models.Index(name="event_version_recency", fields=["recorded_at", "id"]),
            models.Index(name="event_version_by_type", fields=["event_type", "recorded_at", "id"]),
            models.Index(name="event_version_by_status", fields=["status", "recorded_at", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(name="event_version_counts_up", fields=["event", "version"]),
            models.CheckConstraint(
                name="event_starts_before_it_ends", condition=Q(occurred_from__lte=F("occurred_until"))
            ),
            models.CheckConstraint(name="event_known_after_it_began", condition=Q(known_at__gte=F("occurred_from"))),
            models.CheckConstraint(name="event_known_before_recorded", condition=Q(known_at__lte=F("recorded_at"))),
            models.CheckConstraint(
                name="event_announced_from_before_until",
                condition=Q(announced_from=None, announced_until=None)
                | Q(
                    announced_from__isnull=False,
                    announced_until__isnull=False,
                    announced_from__lte=F("announced_until"),
                ),
            ),
            models.CheckConstraint(
                name="event_effective_from_before_until",
                condition=Q(effective_from=None, effective_until=None)
                | Q(
                    effective_from__isnull=False,
                    effective_until__isnull=False,
                    effective_from__lte=F("effective_until"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def event_type_label(self) -> str:
        """What the type means."""
        return EVENT_TYPES.get(self.event_type, "")

    @property
    def action_code_label(self) -> str:
        """What the CAMEO code means; empty without one."""
        return ACTION_CODES.get(self.action_code, "")

    @property
    def attributes_in_words(self) -> list[tuple[str, str]]:
        """Each attribute with its value as a reader is shown it."""
        return [(name, in_words(value)) for name, value in self.attributes.items()]


class EventKey(Row):
    """What an event version may concern; rules listen for these keys."""

    event_version = models.ForeignKey(EventVersion, on_delete=models.PROTECT, related_name="keys")
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(name="event_key_once", fields=["key", "event_version"])]

    def __str__(self) -> str:
        return self.key


class Evidence(Row):
    """Where an event is reported. Reports of one owner count once."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False, related_name="evidence")
    url = models.URLField(max_length=1000, blank=True)
    citation = models.CharField(max_length=500, blank=True, help_text="For evidence that has no address.")
    owner = models.CharField(max_length=200, help_text="Who publishes it; wire copies share an owner.")
    quote = models.TextField(blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(name="evidence_named_once", fields=["event", "url", "citation"]),
            models.CheckConstraint(name="evidence_is_somewhere", condition=~Q(url="") | ~Q(citation="")),
        ]

    def __str__(self) -> str:
        return self.url or self.citation


class EventMergeQuerySet(models.QuerySet["EventMerge"]):
    def standing(self, *, as_of: datetime | None = None) -> "EventMergeQuerySet":
        """The merges that hold now, or held at an instant: the last word on their event, and no undoing of one."""
        known = Q() if as_of is None else Q(known_at__lte=as_of)
        later = EventMerge.objects.filter(known, merged=OuterRef("merged"), number__gt=OuterRef("number"))
        return self.filter(known, ~Exists(later), kept__isnull=False)


class EventMerge(Row):
    """That an event is another one told again, from `known_at` on; a later row for it replaces this one."""

    merged = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False, related_name="merges")
    number = models.PositiveIntegerField()
    kept = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        related_name="absorbed",
        help_text="The event that counts in its place; empty where it counts by itself again.",
    )
    reason = models.TextField()
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField(editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = EventMergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="event_merge_counts_up", fields=["merged", "number"]),
            models.CheckConstraint(name="event_merged_into_another", condition=Q(kept=None) | ~Q(kept=F("merged"))),
            models.CheckConstraint(name="event_merge_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="event_merge_known_before_recorded", condition=Q(known_at__lte=F("recorded_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} in {self.kept_id}" if self.kept_id else f"{self.merged_id} by itself"


class Observation(Row):
    """One value of a series as released at one time; a revision is another row."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="observations")
    series = models.CharField(max_length=120)
    valid_on = models.DateField(help_text="The day the value is of; the first day of a month or quarter.")
    value = models.DecimalField(max_digits=24, decimal_places=8)
    unit = models.CharField(max_length=40, blank=True)
    released_at = models.DateTimeField()
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, null=True, editable=False, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(name="observation_recency", fields=["recorded_at", "id"]),
            models.Index(name="observation_by_day", fields=["valid_on", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(name="observation_released_once", fields=["series", "valid_on", "released_at"]),
            models.CheckConstraint(
                name="observation_released_before_recorded", condition=Q(released_at__lte=F("recorded_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} on {self.valid_on}: {self.value.normalize():f}"
