"""Where predictions come from: forecasters, topics and articles."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Article, ArticleAuthor, Forecaster, Topic
from forecasts.services.articles import record_article, record_forecaster, record_topic
from forecasts.services.bylines import forecasters_named

from .article_text import text_page, text_url
from .fields import LinesField, day_input, line_text, long_text, time_input
from .recording import RecordAdmin, RecordForm, already_recorded
from .rows import KeptRows


class ForecasterForm(RecordForm):
    """Somebody or something that forecasts."""

    name = forms.CharField(
        max_length=200, widget=line_text(), help_text=_("As readers will see it: Jane Doe, or Kyiv (as reported).")
    )
    slug = forms.SlugField(
        max_length=100, label=_("Short name"), help_text=_("Used in addresses: jane-doe. It never changes.")
    )
    kind = forms.ChoiceField(choices=Forecaster.Kind.choices)
    description = forms.CharField(
        max_length=500,
        required=False,
        widget=long_text(2),
        help_text=_("Who that is, in a sentence: “Professor at …”."),
    )

    def record(self, *, now: datetime, actor: Any) -> Forecaster:
        known = Forecaster.objects.filter(slug=self.cleaned_data["slug"]).first()
        if known:
            raise already_recorded(
                "slug", known, told=gettext("“%(slug)s” is taken by %(known)s.") % {"slug": known.slug, "known": known}
            )
        return record_forecaster(now=now, **self.cleaned_data)


@admin.register(Forecaster)
class ForecasterAdmin(RecordAdmin):
    form_class = ForecasterForm
    list_display = ("name", "slug", "kind", "description")
    list_filter = ("kind",)
    search_fields = ("name", "slug")
    ordering = ("name", "pk")
    fields = ("name", "slug", "kind", "description", "account", "recorded_at")
    readonly_fields = ("slug", "kind", "recorded_at")
    # The box that Django would search accounts with has no name for screen readers.
    raw_id_fields = ("account",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)


class TopicForm(RecordForm):
    """A topic; those above it are recorded with it."""

    path = forms.CharField(
        max_length=200,
        widget=line_text(),
        help_text=_("Lowercase words joined by slashes: aid/military. It never changes."),
    )
    label = forms.CharField(
        max_length=200,
        required=False,
        widget=line_text(),
        help_text=_("As readers will see it. Empty: made from the path."),
    )

    def record(self, *, now: datetime, actor: Any) -> Topic:
        known = Topic.objects.filter(path=self.cleaned_data["path"]).first()
        if known:
            raise already_recorded(
                "path",
                known,
                told=gettext("“%(path)s” is recorded as %(known)s.") % {"path": known.path, "known": known},
            )
        return record_topic(**self.cleaned_data)


@admin.register(Topic)
class TopicAdmin(RecordAdmin):
    form_class = TopicForm
    list_display = ("path", "label")
    search_fields = ("path", "label")
    ordering = ("path",)
    fields = ("path", "label")
    readonly_fields = ("path",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)


class ArticleForm(RecordForm):
    """A published text with its byline."""

    title = forms.CharField(max_length=500, widget=line_text())
    canonical_url = forms.URLField(
        max_length=1000,
        label=_("Address"),
        assume_scheme="https",
        widget=line_text(),
        help_text=_("Where it was first published."),
    )
    quoted_from_url = forms.URLField(
        max_length=1000, required=False, label=_("Quoted from"), assume_scheme="https", widget=line_text(),
        help_text=_("The copy that you read, if it is another page."),
    )  # fmt: skip
    outlet = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField", "list": "forecasters", "autocomplete": "off"}),
        help_text=_("Who published it. A name that is not known yet is added."),
    )
    authors = LinesField(
        suggestions="forecasters",
        help_text=_(
            "In the order of the byline, separated by commas: Jane Doe, John Smith. New names are added. "
            "Empty: the outlet itself."
        ),
    )
    published_on = forms.DateField(widget=day_input(), help_text=_("The day of publication, in UTC."))
    published_time = forms.TimeField(
        required=False, label=_("At"), widget=time_input(), help_text=_("UTC; empty when only the day is known.")
    )
    is_month_only = forms.BooleanField(
        required=False, label=_("Only the month is known"), help_text=_("The day above is then shown as a placeholder.")
    )
    text = forms.CharField(
        required=False, widget=long_text(14), strip=False,
        help_text=_("Paste the text. Quotes of predictions are checked against it, and shown in it."),
    )  # fmt: skip
    text_is_excerpt = forms.BooleanField(
        required=False,
        label=_("These are passages only"),
        help_text=_("Tick when the text is not whole; join passages by […]."),
    )
    note = forms.CharField(
        required=False, widget=long_text(2), help_text=_("For readers: which copy, what is uncertain.")
    )

    aliases = {"published_at": "published_on"}
    fieldsets = (
        (None, {"fields": ["title", "canonical_url", "quoted_from_url", "outlet", "authors"]}),
        ("Publication", {"fields": [("published_on", "published_time"), "is_month_only"]}),
        (
            "Text",
            {
                "fields": ["text", "text_is_excerpt", "note"],
                "description": _("The next page shows it sentence by sentence."),
            },
        ),
    )

    def clean_text(self) -> str:
        """Forms send line ends of their own; places in the text are counted without them."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("is_month_only") and values.get("published_time"):
            self.add_error("published_time", gettext("Leave the time empty when only the month is known."))
        return values

    def record(self, *, now: datetime, actor: Any) -> Article:
        values = dict(self.cleaned_data)
        published_at = _moment(values.pop("published_on"), values["published_time"])
        precision = _precision(month_only=values.pop("is_month_only"), at=values.pop("published_time"))
        (outlet,) = forecasters_named(names=[values["outlet"]], kind=Forecaster.Kind.OUTLET, field="outlet", now=now)
        authors = forecasters_named(names=values["authors"], kind=Forecaster.Kind.PERSON, field="authors", now=now)
        values |= {"outlet": outlet, "authors": authors or [outlet]}
        article, is_new = record_article(
            now=now, recorded_by=actor, published_at=published_at, published_precision=precision, **values
        )
        if not is_new:
            raise already_recorded("canonical_url", article, told=gettext("This article is recorded already."))
        return article


def _moment(on, at) -> datetime:
    return datetime.combine(on, at or time(), tzinfo=UTC)


def _precision(*, month_only: bool, at: time | None) -> str:
    if month_only:
        return Article.Precision.MONTH
    return Article.Precision.DAY if at is None else Article.Precision.INSTANT


class ArticleAuthorInline(KeptRows):
    model = ArticleAuthor
    verbose_name_plural = _("byline")
    fields = ("position", "forecaster")
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleAuthor]:
        return super().get_queryset(request).select_related("forecaster", "article")


@admin.register(Article)
class ArticleAdmin(RecordAdmin):
    form_class = ArticleForm
    list_display = ("title", "outlet", "published_at", "published_precision", "recorded_at")
    list_filter = ("published_at", "outlet")
    list_select_related = ("outlet",)
    search_fields = ("title", "canonical_url", "authors__name")
    ordering = ("-recorded_at", "-pk")
    inlines = (ArticleAuthorInline,)
    fields = (
        "title", "canonical_url", "quoted_from_url", "outlet", "published_at", "published_precision", "text", "text_is_excerpt",
        "text_sha256", "note", "supersedes", "recorded_at", "recorded_by",
    )  # fmt: skip
    change_form_template = "admin/forecasts/kept.html"

    def get_urls(self) -> list:
        page = self.admin_site.admin_view(self.text_view)
        return [path("<path:object_id>/text/", page, name="forecasts_article_text"), *super().get_urls()]

    def text_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The text, sentence by sentence, each a start for a prediction."""
        article = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        if article is None:
            raise Http404(gettext("There is no such article."))
        return text_page(request, article=article)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """On to its text: the predictions are why it was added."""
        return HttpResponseRedirect(text_url(obj))

    def details(self, row: Any) -> dict[str, object]:
        return {
            "more_links": [{"label": gettext("Log predictions from it"), "url": text_url(row)}],
            "linked_title": gettext("Predictions from it"),
            "linked": [(p, p.get_status_display()) for p in row.predictions.order_by("recorded_at", "pk")],
        }
