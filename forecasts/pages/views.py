"""Views: an address in, a page out."""

from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Article, Event, Forecaster, Prediction, Topic
from forecasts.selectors.articles import article_page, listed_articles, listed_forecasters, listed_topics
from forecasts.selectors.events import event_page
from forecasts.selectors.home import home_page
from forecasts.selectors.predictions import prediction_page
from forecasts.selectors.scorecards import Scorecard, Slice, full_scorecard, scorecard, with_bands

from .article_text import CHOICES, marked, numbered
from .calls import calls_as_csv
from .details import detail_lines, words_as_csv
from .drawings import calibration_of, calls_of, life_of
from .figures import INTERVAL_METHODS, figure_lines
from .levels import level_lines
from .wording import caution, coverage_lines, in_short, missing

PER_PAGE = 25


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/home.html", {"page": home_page()})


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/articles.html", {"rows": _page_of(request, listed_articles())})


@require_safe
def article(request: HttpRequest, article_id: UUID) -> HttpResponse:
    try:
        page = article_page(article_id=article_id)
    except Article.DoesNotExist:
        raise Http404 from None
    claims = numbered(page.article, page.claims)
    chosen = request.GET.get("verdict", "")
    shown = [one for one in claims if chosen not in CHOICES or one.standing == chosen]
    context = {
        "page": page,
        "passages": marked(page.article, claims),
        "own": [one for one in shown if one.prediction.attribution == Prediction.Attribution.AUTHOR],
        "reported": [one for one in shown if one.prediction.attribution == Prediction.Attribution.REPORTED],
        "chosen": chosen if chosen in CHOICES else "",
        "choices": [
            (code, name, n) for code, name in CHOICES.items() if (n := sum(c.standing == code for c in claims))
        ],
        "n_claims": len(claims),
    }
    return render(request, "forecasts/article.html", context)


@require_safe
def prediction(request: HttpRequest, prediction_id: UUID) -> HttpResponse:
    try:
        page = prediction_page(prediction_id=prediction_id)
    except Prediction.DoesNotExist:
        raise Http404 from None
    context = {
        "page": page,
        "missing": missing(page),
        "in_short": in_short(page),
        "life": life_of(page, now=timezone.now()) if page.central or page.resolution else None,
    }
    return render(request, "forecasts/prediction.html", context)


@require_safe
def forecasters(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/forecasters.html", {"rows": _page_of(request, listed_forecasters())})


@require_safe
def forecaster(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    card = with_bands(full_scorecard(Slice(forecaster=chosen.slug), now=timezone.now()))
    return render(request, "forecasts/forecaster.html", {"forecaster": chosen, **_card_context(card, name=chosen.name)})


@require_safe
def forecaster_calls(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    return _csv(calls_as_csv(scorecard(Slice(forecaster=chosen.slug))), name=f"{chosen.slug}-calls")


@require_safe
def forecaster_words(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    return _csv(words_as_csv(full_scorecard(Slice(forecaster=chosen.slug)).details), name=f"{chosen.slug}-words")


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/topics.html", {"rows": listed_topics()})


@require_safe
def topic(request: HttpRequest, path: str) -> HttpResponse:
    chosen = get_object_or_404(Topic, path=path)
    card = with_bands(full_scorecard(Slice(topic=chosen.path), now=timezone.now()))
    context = {"topic": chosen, "below": listed_topics(under=chosen.path), **_card_context(card, name=chosen.label)}
    return render(request, "forecasts/topic.html", context)


@require_safe
def topic_calls(request: HttpRequest, path: str) -> HttpResponse:
    chosen = get_object_or_404(Topic, path=path)
    return _csv(calls_as_csv(scorecard(Slice(topic=chosen.path))), name=f"{chosen.path.replace('/', '-')}-calls")


@require_safe
def topic_words(request: HttpRequest, path: str) -> HttpResponse:
    chosen = get_object_or_404(Topic, path=path)
    words = words_as_csv(full_scorecard(Slice(topic=chosen.path)).details)
    return _csv(words, name=f"{chosen.path.replace('/', '-')}-words")


@require_safe
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    try:
        return render(request, "forecasts/event.html", {"page": event_page(event_id=event_id)})
    except Event.DoesNotExist:
        raise Http404 from None


@require_safe
def scoring(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/scoring.html")


def _page_of(request: HttpRequest, rows: QuerySet) -> Page:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _card_context(card: Scorecard, *, name: str) -> dict[str, object]:
    interval = card.summary.brier_interval
    return {
        "card": card,
        "api_filter": urlencode({field: getattr(card.slice, field) for field in sorted(card.slice.is_narrowed_by())}),
        "caution": caution(card),
        "coverage": coverage_lines(card),
        "details": detail_lines(card.details),
        "figures": figure_lines(card),
        "interval_method": INTERVAL_METHODS[interval.method] if interval else "",
        "strip": calls_of(card, name=name) if card.calls else None,
        "diagram": calibration_of(card, name=name),
        "levels": level_lines(card),
    }


def _csv(content: str, *, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
