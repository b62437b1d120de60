"""What a reader is shown of articles, forecasters and topics."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from forecasts.models import Article, ArticleAuthor, Forecaster, Prediction, Topic
from forecasts.scoring.summary import ScoreSummary

from .counting import SETTLED
from .predictions import Claim, claims
from .scorecards import Slice, headline

BYLINE = Prefetch("articleauthor_set", ArticleAuthor.objects.select_related("forecaster").order_by("position"))


@dataclass(frozen=True, kw_only=True)
class Author:
    """One author of an article, and how their own claims in it turned out."""

    forecaster: Forecaster
    summary: ScoreSummary


@dataclass(frozen=True, kw_only=True)
class ArticlePage:
    """An article with its authors and every claim quoted from it."""

    article: Article
    authors: tuple[Author, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, kw_only=True)
class TopicLine:
    """A topic with how many predictions lie on it or below it, and how many of those were settled."""

    topic: Topic
    depth: int
    n_predictions: int
    n_settled: int


def listed_articles() -> QuerySet[Article]:
    """The articles that no correction supersedes, the latest first, with byline and counts."""
    return (
        Article.objects.filter(superseded_by=None)
        .select_related("outlet")
        .prefetch_related(BYLINE)
        .annotate(
            n_predictions=Count("predictions"),
            n_settled=Count("predictions", filter=Q(predictions__verdict__in=SETTLED)),
        )
        .order_by("-published_at", "-pk")
    )


def article_page(*, article_id: UUID) -> ArticlePage:
    """
    Return everything a reader is shown about one article.

    Raises:
        Article.DoesNotExist: There is no such article.
    """
    article = Article.objects.select_related("outlet", "superseded_by").prefetch_related(BYLINE).get(pk=article_id)
    people = [author.forecaster for author in article.articleauthor_set.all()]
    told = [headline(Slice(forecaster=person.slug, article=str(article.pk))) for person in people]
    return ArticlePage(
        article=article,
        authors=tuple(Author(forecaster=person, summary=one) for person, one in zip(people, told, strict=True)),
        claims=claims(Prediction.objects.filter(article=article).order_by("title", "pk")),
    )


def listed_forecasters() -> QuerySet[Forecaster]:
    """Forecasters who hold a claim, those with the most settled claims first."""
    return (
        Forecaster.objects.filter(claims__isnull=False)
        .annotate(
            n_predictions=Count("claims", distinct=True),
            n_settled=Count("claims", distinct=True, filter=Q(claims__verdict__in=SETTLED)),
        )
        .order_by("-n_settled", "-n_predictions", "name", "pk")
    )


def listed_topics(*, under: str = "") -> tuple[TopicLine, ...]:
    """Return the topics below a path, or all of them, each after the one it belongs to."""
    counts = _claims_by_topic()
    topics = Topic.objects.order_by("path")
    if under:
        topics = topics.filter(path__startswith=f"{under}/")
    first = under.count("/") + 1 if under else 0
    return tuple(
        TopicLine(
            topic=topic,
            depth=topic.path.count("/") - first,
            n_predictions=counts[topic.path][0],
            n_settled=counts[topic.path][1],
        )
        for topic in sorted(topics, key=lambda topic: topic.path.split("/"))
    )


def _claims_by_topic() -> dict[str, tuple[int, int]]:
    """How many predictions lie on each topic or below it, and how many of those were settled; none where it is not named."""
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    settled = Count("pk", filter=Q(verdict__in=SETTLED))
    rows = Prediction.objects.values_list("topic__path").annotate(n=Count("pk"), n_settled=settled).order_by()
    for path, n, n_settled in rows:
        words = path.split("/")
        for depth in range(1, len(words) + 1):
            above = "/".join(words[:depth])
            found[above] = (found[above][0] + n, found[above][1] + n_settled)
    return found
