"""Scorecards as pages: of a forecaster, an outlet, a topic, an article; each narrowed by the form above it."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from forecasts.held.answers import Passing, pass_at
from forecasts.models import Article, Forecaster, RuleVersion, Topic
from forecasts.selectors.articles import listed_topics
from forecasts.selectors.cohorts import cohort_of
from forecasts.selectors.scorecards import Scorecard, reread_scorecard, told_scorecard, with_bands
from forecasts.selectors.slices import Slice

from .details import detail_lines, reading_lines, words_as_csv
from .drawings import calibration_of, calls_of
from .figures import INTERVAL_METHODS, figure_lines
from .holding import for_the_day, held, start_of_day
from .levels import level_lines
from .listing import UnreadableListing, calls_table, read_listing
from .narrowing import Narrowed, narrowed, nothing_left
from .running import running_of
from .wording import caution, cohort_told, coverage_lines

READINGS = "readings"


@require_safe
@held
def forecaster(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    about = {
        "forecaster": chosen,
        "is_outlet": chosen.kind == Forecaster.Kind.OUTLET,
    }
    return _page(request, "forecaster", whole=Slice(forecaster=chosen.slug), name=chosen.name, about=about)


@require_safe
@held
def outlet(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = _outlet(slug)
    return _page(request, "outlet", whole=Slice(outlet=chosen.slug), name=chosen.name, about={"outlet": chosen})


@require_safe
@held
def topic(request: HttpRequest, path: str) -> HttpResponse:
    chosen = get_object_or_404(Topic, path=path)
    about = {"topic": chosen, "below": SimpleLazyObject(lambda: listed_topics(under=chosen.path))}
    return _page(request, "topic", whole=Slice(topic=chosen.path), name=chosen.label, about=about)


@require_safe
@held
def article(request: HttpRequest, article_id: UUID) -> HttpResponse:
    chosen = get_object_or_404(Article.objects.select_related("outlet"), pk=article_id)
    whole = Slice(article=str(chosen.pk))
    return _page(request, "article_scorecard", whole=whole, name=chosen.title, about={"article": chosen})


@require_safe
@held
def forecaster_words(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    return _words(request, whole=Slice(forecaster=chosen.slug), name=chosen.slug)


@require_safe
@held
def outlet_words(request: HttpRequest, slug: str) -> HttpResponse:
    return _words(request, whole=Slice(outlet=_outlet(slug).slug), name=slug)


@require_safe
@held
def topic_words(request: HttpRequest, path: str) -> HttpResponse:
    chosen = get_object_or_404(Topic, path=path)
    return _words(request, whole=Slice(topic=chosen.path), name=chosen.path.replace("/", "-"))


@require_safe
@held
def article_words(request: HttpRequest, article_id: UUID) -> HttpResponse:
    chosen = get_object_or_404(Article, pk=article_id)
    return _words(request, whole=Slice(article=str(chosen.pk)), name=str(chosen.pk))


def _outlet(slug: str) -> Forecaster:
    """Whoever is an outlet, or published an article all the same."""
    publishers = Q(kind=Forecaster.Kind.OUTLET) | Q(pk__in=Article.objects.values("outlet"))
    return get_object_or_404(Forecaster.objects.filter(publishers), slug=slug)


def _page(request: HttpRequest, template: str, *, whole: Slice, name: str, about: dict[str, object]) -> HttpResponse:
    now = timezone.now()
    asked = narrowed(request.GET, whole=whole, now=now)
    context = {"asked": asked, **about}
    try:
        listing = read_listing(request.GET)
    except UnreadableListing as error:
        return render(request, f"forecasts/{template}.html", context | {"fault": str(error)}, status=400)
    if asked.chosen is None:
        return render(request, f"forecasts/{template}.html", context, status=400)
    if request.GET.get("part") == READINGS:
        return _readings(request, whole=asked.chosen, now=now, context=context | {"name": name})
    card = with_bands(told_scorecard(asked.chosen, now=now, listing=listing))
    # Of what was due before today, which is also what its link leads to.
    cohort = cohort_of(asked.chosen, coverage=card.coverage, n_rows=card.n_calls, now=start_of_day(now), is_whole=False)
    context |= _card_context(card, asked=asked, name=name) | {"cohort": cohort_told(cohort), "today": f"{now:%Y-%m-%d}"}
    page = render_to_string(f"forecasts/{template}.html", context, request)
    return for_the_day(_kind_of(asked.chosen, now=now)(page), now=now)


def _kind_of(chosen: Slice, *, now: datetime) -> type[HttpResponse]:
    """How long an answer about a slice holds: for this instant alone where rules are evaluated as of it."""
    is_read_otherwise = chosen.variant != RuleVersion.Variant.CENTRAL and chosen.as_of is None
    return Passing if is_read_otherwise or now in (chosen.as_of, chosen.as_recorded) else HttpResponse


def _readings(request: HttpRequest, *, whole: Slice, now: datetime, context: dict[str, object]) -> HttpResponse:
    """
    How much of a scorecard hangs on how words, rules and deadlines are read: apart, since each is decided anew.

    Decided as of now; it holds until time alone may decide otherwise, or until there is a fact that was not known yet.
    """
    card = reread_scorecard(whole, now=now)
    lines = reading_lines(card.reread) if card.reread else None
    page = render_to_string("forecasts/readings.html", context | {"card": card, "lines": lines}, request)
    kind, until = _kind_of(whole, now=now), card.reread.until if card.reread and whole.as_of is None else None
    if until is None:
        return kind(page)
    return pass_at(kind(page), until) if until > now else Passing(page)


def _card_context(card: Scorecard, *, asked: Narrowed, name: str) -> dict[str, object]:
    interval = card.summary.brier_interval
    return {
        "card": card,
        "caution": nothing_left(card, asked=asked) or caution(card),
        "coverage": coverage_lines(card),
        "details": detail_lines(card.told),
        "figures": figure_lines(card),
        "interval_method": INTERVAL_METHODS[interval.method] if interval else "",
        "table": calls_table(card.listed, page_query=asked.page_query) if card.listed else None,
        "running": running_of(card, name=name),
        "strip": calls_of(card, name=name) if card.calls else None,
        "diagram": calibration_of(card, name=name),
        "levels": level_lines(card),
    }


def _words(request: HttpRequest, *, whole: Slice, name: str) -> HttpResponse:
    """The table of words as CSV, or what is wrong with the filters."""
    now = timezone.now()
    asked = narrowed(request.GET, whole=whole, now=now)
    if asked.chosen is None:
        faults = (f"{field}: {fault}" for field, found in asked.form.errors.items() for fault in found)
        return HttpResponse("\n".join(faults), status=400, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'attachment; filename="{name}-words.csv"'}
    content = words_as_csv(told_scorecard(asked.chosen, now=now).told)
    kind = _kind_of(asked.chosen, now=now)
    return kind(content, content_type="text/csv; charset=utf-8", headers=headers)
