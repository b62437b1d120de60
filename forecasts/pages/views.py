"""Views: an address in, a page out."""

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Article, Event, Prediction, Sealed
from forecasts.selectors.articles import article_page, listed_articles, listed_forecasters, listed_topics
from forecasts.selectors.events import event_page
from forecasts.selectors.home import home_page
from forecasts.selectors.predictions import prediction_page
from forecasts.selectors.sealed import sealed_item

from .article_text import CHOICES, marked, numbered
from .drawings import life_of
from .holding import for_the_day, held, start_of_day
from .wording import in_short, missing

PER_PAGE = 25


@require_safe
@held
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/home.html", {"page": home_page()})


@require_safe
@held
def articles(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/articles.html", {"rows": _page_of(request, listed_articles())})


@require_safe
@held
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
@held
def prediction(request: HttpRequest, prediction_id: UUID) -> HttpResponse:
    try:
        page = prediction_page(prediction_id=prediction_id)
    except Prediction.DoesNotExist:
        raise Http404 from None
    now = timezone.now()
    context = {
        "page": page,
        "missing": missing(page),
        "in_short": in_short(page),
        "life": life_of(page, today=start_of_day(now)) if page.central or page.resolution else None,
    }
    answer = render(request, "forecasts/prediction.html", context)
    return answer if page.resolution else for_the_day(answer, now=now)


@require_safe
@held
def forecasters(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/forecasters.html", {"rows": _page_of(request, listed_forecasters())})


@require_safe
@held
def sealed(request: HttpRequest, commitment: str) -> HttpResponse:
    try:
        item = sealed_item(commitment=commitment)
    except Sealed.DoesNotExist:
        raise Http404 from None
    return render(request, "forecasts/sealed.html", {"item": item})


@require_safe
@held
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "forecasts/topics.html", {"rows": listed_topics()})


@require_safe
@held
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    try:
        return render(request, "forecasts/event.html", {"page": event_page(event_id=event_id)})
    except Event.DoesNotExist:
        raise Http404 from None


def _page_of(request: HttpRequest, rows: QuerySet) -> Page:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
