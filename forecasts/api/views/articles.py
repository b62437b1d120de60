"""Forecasters, topics and articles."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.filters import ArticleFilter, ForecasterFilter, TopicListFilter
from forecasts.api.serializers.articles import (
    ArticleSerializer,
    ForecasterSerializer,
    NewArticle,
    NewForecaster,
    NewTopic,
    TopicSerializer,
)
from forecasts.models import ApiToken, Article, Forecaster, Topic
from forecasts.services.articles import correct_article, record_article, record_forecaster, record_topic

from .base import RECENCY, SLUG, Records, recorded
from .rows import ARTICLES, OF_ARTICLES


class ArticleViewSet(Records):
    """Published texts that predictions were found in."""

    queryset = ARTICLES
    includes = OF_ARTICLES
    serializer_class = ArticleSerializer
    filterset_class = ArticleFilter
    orderings = RECENCY | {"published_at": ("published_at", "id")}
    revisions = ("corrections",)
    write_scope = ApiToken.Scope.PREDICTION_WRITE

    @extend_schema(request=NewArticle, responses={201: ArticleSerializer})
    def create(self, request: Request) -> Response:
        """Record an article; the same address and date again is refused."""
        body = self.body(NewArticle)
        article = recorded(
            lambda: record_article(**body, now=timezone.now(), recorded_by=self.account),
            field="canonical_url",
            address=self.address,
        )
        return self.created(article)

    @extend_schema(request=NewArticle, responses={201: ArticleSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def corrections(self, request: Request, **kwargs: Any) -> Response:
        """Record an article as it should have been logged; the first record stays."""
        article, body = self.get_object(), self.body(NewArticle)
        with self.revising(Article.objects.filter(pk=article.pk)):
            correction = recorded(
                lambda: correct_article(article=article, now=timezone.now(), recorded_by=self.account, **body),
                field="title",
                address=self.address,
            )
        return self.created(correction)

    def last_change(self, row: Article) -> str:
        last = Article.objects.filter(supersedes=row).first()
        return f"It was corrected on {last.recorded_at:%Y-%m-%d %H:%M:%S} UTC, by {last.pk}." if last else ""


class ForecasterViewSet(Records):
    """People, organisations, outlets, models, crowds and markets that forecast."""

    queryset = Forecaster.objects.all()
    serializer_class = ForecasterSerializer
    filterset_class = ForecasterFilter
    orderings = RECENCY | {"slug": ("slug",), "name": ("name", "id")}
    lookup_field = "slug"
    lookup_value_regex = SLUG
    write_scope = ApiToken.Scope.PREDICTION_WRITE

    @extend_schema(request=NewForecaster, responses={201: ForecasterSerializer})
    def create(self, request: Request) -> Response:
        """Record a forecaster."""
        body = self.body(NewForecaster)

        def write() -> tuple[Any, bool]:
            is_new = not Forecaster.objects.filter(slug=body["slug"]).exists()
            return record_forecaster(**body, now=timezone.now()), is_new

        return self.created(recorded(write, field="slug", address=self.address))


class TopicViewSet(Records):
    """Topics as paths; a topic includes all below it."""

    queryset = Topic.objects.all()
    serializer_class = TopicSerializer
    filterset_class = TopicListFilter
    ordering = ("path",)
    orderings = {"path": ("path",)}
    lookup_field = "path"
    lookup_value_regex = "[a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*)*"
    write_scope = ApiToken.Scope.PREDICTION_WRITE

    @extend_schema(request=NewTopic, responses={201: TopicSerializer})
    def create(self, request: Request) -> Response:
        """Record a topic and those above it."""
        body = self.body(NewTopic)

        def write() -> tuple[Any, bool]:
            is_new = not Topic.objects.filter(path=body["path"]).exists()
            return record_topic(**body), is_new

        return self.created(recorded(write, field="path", address=self.address))
