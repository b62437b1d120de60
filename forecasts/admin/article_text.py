"""An article's text, sentence by sentence: choose one, or a stretch of them, and log what it predicts."""

import re
from collections.abc import Hashable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from forecasts.models import Article, Prediction
from forecasts.texts.quotes import positions
from forecasts.texts.sentences import Sentence, paragraphs

from .wording import verdict_badge

TICKED = "s"
STRETCH = re.compile(r"(\d{1,7})-(\d{1,7})", re.ASCII)


@dataclass(frozen=True)
class Logged:
    """A prediction from the article, its number on the page, and where its quote stands; None where it has none there."""

    number: int
    prediction: Prediction
    badge: str
    span: tuple[int, int] | None


@dataclass(frozen=True)
class Choice:
    """A sentence with the predictions whose quotes it holds some of, and the address that logs one from it."""

    start: int
    end: int
    text: str
    url: str
    logged: tuple[Logged, ...]


@dataclass(frozen=True)
class Choices:
    """A paragraph of sentences; `after_gap` says that words were left out before it."""

    sentences: tuple[Choice, ...]
    after_gap: bool


def text_url(article: Article) -> str:
    """Where predictions are logged from the article."""
    return reverse("admin:forecasts_article_text", args=[article.pk])


def text_page(request: HttpRequest, *, article: Article) -> HttpResponse:
    """Show the text; where sentences are ticked, go on to the form with all from the first to the last as the quote."""
    spans = [
        tuple(map(int, found.groups())) for one in request.GET.getlist(TICKED) if (found := STRETCH.fullmatch(one))
    ]
    if spans:
        return HttpResponseRedirect(
            _log_url(article, start=min(start for start, _ in spans), end=max(end for _, end in spans))
        )
    if "log" in request.GET:
        messages.warning(
            request, gettext("Tick the first and the last sentence of the quote, then log a prediction from them.")
        )
    logged = _logged(article)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Log predictions"),
        "subtitle": article.title,
        "article": article,
        "authors": article.authors.order_by("articleauthor__position"),
        "paragraphs": choices(article, logged=logged),
        "logged": logged,
        "ticked": TICKED,
        "add_url": f"{reverse('admin:forecasts_prediction_add')}?article={article.pk}",
        "may_log": request.user.has_perm("forecasts.add_prediction"),
        "counts_alike": "\r" not in article.text,
    }
    return TemplateResponse(request, "admin/forecasts/article_text.html", context)


def quoted(article: Article, *, start: str, end: str) -> str:
    """The words between two places of the text, on one line; empty where there are none such."""
    if not STRETCH.fullmatch(f"{start}-{end}"):
        return ""
    return " ".join(article.text[int(start) : int(end)].split())


def choices(article: Article, *, logged: tuple[Logged, ...]) -> tuple[Choices, ...]:
    """The sentences of the text with what is logged from each."""
    return tuple(
        Choices(tuple(_choice(article, one, logged=logged) for one in part.sentences), part.after_gap)
        for part in paragraphs(article.text)
    )


def _choice(article: Article, sentence: Sentence, *, logged: tuple[Logged, ...]) -> Choice:
    start, end = sentence.start, sentence.end
    here = tuple(one for one in logged if one.span and one.span[0] < end and one.span[1] > start)
    return Choice(start, end, article.text[start:end], _log_url(article, start=start, end=end), here)


def _logged(article: Article) -> tuple[Logged, ...]:
    rows = article.predictions.select_related("holder").order_by("recorded_at", "pk")
    quotes: dict[Hashable, str] = {row.pk: row.quote for row in rows}
    places = positions(article.text, quotes)
    return tuple(
        Logged(number, row, verdict_badge(row), places.get(row.pk)) for number, row in enumerate(rows, start=1)
    )


def _log_url(article: Article, *, start: int, end: int) -> str:
    return f"{reverse('admin:forecasts_prediction_add')}?article={article.pk}&start={start}&end={end}"
