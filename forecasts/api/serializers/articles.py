"""Forecasters, topics and articles."""

from rest_framework import serializers

from forecasts.api.fields import ArticleField, CodeField, ForecasterField, InstantField, NameField, WebAddressField
from forecasts.models import Article, ArticleAuthor, Forecaster, Topic
from forecasts.services.articles import SLUG, TOPIC_PATH

from .base import Answer, Body, LongText, ShortText


class ForecasterSerializer(Answer):
    class Meta:
        model = Forecaster
        fields = ["id", "slug", "name", "kind", "description", "recorded_at"]


class ForecasterNameSerializer(Answer):
    """Just enough to name somebody."""

    class Meta:
        model = Forecaster
        fields = ["slug", "name", "kind"]


class TopicSerializer(Answer):
    class Meta:
        model = Topic
        fields = ["path", "label"]


class AuthorSerializer(Answer):
    """One name of the byline."""

    slug = serializers.SlugField(source="forecaster.slug", read_only=True)
    name = serializers.CharField(source="forecaster.name", read_only=True)

    class Meta:
        model = ArticleAuthor
        fields = ["slug", "name"]


class ArticleSerializer(Answer):
    outlet = ForecasterNameSerializer(read_only=True)
    authors = AuthorSerializer(source="articleauthor_set", many=True, read_only=True)
    superseded_by = serializers.UUIDField(
        source="corrected_by", read_only=True, allow_null=True, help_text="Id of its correction."
    )

    class Meta:
        model = Article
        fields = [
            "id",
            "title",
            "canonical_url",
            "quoted_from_url",
            "outlet",
            "authors",
            "published_at",
            "published_precision",
            "text",
            "text_is_excerpt",
            "text_sha256",
            "note",
            "supersedes",
            "superseded_by",
            "recorded_at",
        ]


class NewForecaster(Body):
    slug = NameField(shape=SLUG.pattern, max_length=100, help_text="Lowercase letters, digits and hyphens: jane-doe.")
    name = serializers.CharField(max_length=200)
    kind = CodeField(choices=Forecaster.Kind.choices, default=Forecaster.Kind.PERSON)
    description = ShortText(500)


class NewTopic(Body):
    path = NameField(
        shape=TOPIC_PATH.pattern, max_length=200, help_text="Lowercase words joined by slashes: aid/military."
    )
    label = ShortText()  # type: ignore[assignment]  # A field of that name; the framework has something else under it.


class NewArticle(Body):
    title = serializers.CharField(max_length=500)
    canonical_url = WebAddressField(help_text="The original publication.")
    outlet = ForecasterField(help_text="Slug of the forecaster that published it.")
    authors = serializers.ListField(
        child=ForecasterField(), min_length=1, max_length=50, help_text="Slugs, in the order of the byline."
    )
    published_at = InstantField()
    published_precision = CodeField(choices=Article.Precision.choices, default=Article.Precision.DAY)
    quoted_from_url = WebAddressField(
        required=False, allow_blank=True, default="", help_text="The copy quoted, if another."
    )
    text = LongText(1_000_000, help_text="The text, or the quoted passages; quotes are looked for in it.")
    text_is_excerpt = serializers.BooleanField(default=False)
    text_sha256 = serializers.RegexField(
        r"^([0-9a-f]{64})?\Z",
        required=False,
        allow_blank=True,
        default="",
        help_text="Of the whole text, for an excerpt.",
    )
    note = LongText()


class NewArticleOf(NewArticle):
    """The whole record as it should have been logged; the first one stays."""

    article = ArticleField(help_text="Id of the article that is corrected.")
