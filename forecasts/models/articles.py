"""Where predictions come from: forecasters, topics and the articles that were published."""

import uuid
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .row import Row


class Forecaster(Row):
    """Somebody or something that forecasts; it need not have an account."""

    class Kind(models.TextChoices):
        PERSON = "PERSON", "Person"
        ORGANISATION = "ORGANISATION", "Organisation"
        OUTLET = "OUTLET", "Outlet"
        MODEL = "MODEL", "Model"
        CROWD = "CROWD", "Crowd"
        MARKET = "MARKET", "Market"
        AGGREGATE = "AGGREGATE", "Aggregate, worked out here"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(
        max_length=100, unique=True, help_text="Short name used in addresses, for example jane-doe."
    )
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PERSON)
    description = models.CharField(max_length=500, blank=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="forecaster",
        help_text="The login of this forecaster, if there is one. Nobody can resolve their own predictions.",
    )
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [
            models.Index(name="forecaster_recency", fields=["recorded_at", "id"]),
            models.Index(name="forecaster_by_name", fields=["name", "id"]),
        ]
        constraints = [
            models.CheckConstraint(name="forecaster_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class TopicQuerySet(models.QuerySet["Topic"]):
    def under(self, path: str) -> "TopicQuerySet":
        """The topic at the path and every topic below it."""
        return self.filter(Q(path=path) | Q(path__startswith=f"{path}/"))


class Topic(Row):
    """A path such as aid/military; a topic includes all below it."""

    path = models.CharField(max_length=200, unique=True, help_text="Lowercase words joined by slashes: aid/military.")
    label = models.CharField(max_length=200)

    objects = TopicQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="topic_path_is_given", condition=~Q(path=""))]

    def __str__(self) -> str:
        return self.label


class Article(Row):
    """A published text. Rows are written once; a correction is a new row that supersedes."""

    class Precision(models.TextChoices):
        INSTANT = "INSTANT", "To the minute"
        DAY = "DAY", "Day"
        MONTH = "MONTH", "Month: the day is a placeholder"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=500)
    canonical_url = models.URLField(max_length=1000, help_text="The original publication.")
    quoted_from_url = models.URLField(
        max_length=1000, blank=True, help_text="The copy the quotes are taken from, if another."
    )
    outlet = models.ForeignKey(Forecaster, on_delete=models.PROTECT, db_index=False, related_name="published_articles")
    authors = models.ManyToManyField(Forecaster, through="ArticleAuthor", related_name="articles")
    published_at = models.DateTimeField()
    published_precision = models.CharField(max_length=8, choices=Precision.choices, default=Precision.DAY)
    text = models.TextField(blank=True, help_text="The text, or the quoted passages joined by […].")
    text_is_excerpt = models.BooleanField(default=False)
    text_sha256 = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the whole text as UTF-8.")
    note = models.TextField(blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(name="article_recency", fields=["recorded_at", "id"]),
            models.Index(name="article_by_publication", fields=["published_at", "id"]),
            models.Index(name="article_by_outlet", fields=["outlet", "recorded_at", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="article_recorded_once", fields=["canonical_url", "published_at"], condition=Q(supersedes=None)
            ),
            models.CheckConstraint(
                name="article_published_before_recorded", condition=Q(published_at__lte=F("recorded_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def published_before(self) -> datetime | None:
        """The first instant by which it was published for certain; None where the instant itself is known."""
        day = self.published_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        match self.published_precision:
            case Article.Precision.DAY:
                return day + timedelta(days=1)
            case Article.Precision.MONTH:
                return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return None


class ArticleAuthor(Row):
    """One author of an article, in the order of the byline."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, db_index=False)
    forecaster = models.ForeignKey(Forecaster, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="author_named_once", fields=["article", "forecaster"]),
            models.UniqueConstraint(name="author_position_taken_once", fields=["article", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.forecaster_id} wrote {self.article_id}"
