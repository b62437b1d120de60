"""What a reader is shown of articles, forecasters and topics."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from forecasts.models import Article, ArticleAuthor, Forecaster, Prediction, Topic

from .counting import SETTLED
from .predictions import Claim, claims
from .scorecards import Scorecard, Slice, scorecard

BYLINE = Prefetch("articleauthor_set", ArticleAuthor.objects.select_related("forecaster").order_by("position"))


@dataclass(frozen=True, kw_only=True)
class Author:
    """One author of an article, and how their own claims in it turned out."""

    forecaster: Forecaster
    card: Scorecard


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
    cards = [scorecard(Slice(forecaster=person.slug, article=str(article.pk))) for person in people]
    return ArticlePage(
        article=article,
        authors=tuple(Author(forecaster=person, card=card) for person, card in zip(people, cards, strict=True)),
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
    counts, settled = _claims_by_topic(), _claims_by_topic(verdict__in=SETTLED)
    topics = Topic.objects.order_by("path")
    if under:
        topics = topics.filter(path__startswith=f"{under}/")
    first = under.count("/") + 1 if under else 0
    return tuple(
        TopicLine(
            topic=topic,
            depth=topic.path.count("/") - first,
            n_predictions=counts[topic.path],
            n_settled=settled[topic.path],
        )
        for topic in sorted(topics, key=lambda topic: topic.path.split("/"))
    )


def _claims_by_topic(**chosen: object) -> Counter[str]:
    """How many predictions lie on each topic or below it."""
    rolled_up: Counter[str] = Counter()
    rows = Prediction.objects.filter(**chosen).values_list("topic__path").annotate(n=Count("pk")).order_by()
    for path, n in rows:
        words = path.split("/")
        for depth in range(1, len(words) + 1):
            rolled_up["/".join(words[:depth])] += n
    return rolled_up
