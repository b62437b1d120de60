"""Scorecards on other people's pages: a badge, and what oEmbed asks for to show one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from forecasts.charts.badge import badge
from forecasts.models import Forecaster, Topic
from forecasts.scoring.summary import ScoreSummary
from forecasts.selectors.scorecards import scorecard
from forecasts.selectors.slices import Slice

from .holding import held

WIDTH, HEIGHT = 360, 60


def told(summary: ScoreSummary) -> str:
    """The headline in a few words: the score with its interval and sample, or that there is none."""
    if summary.mean_brier is None or summary.brier_interval is None:
        return "nothing settled yet"
    low, high = summary.brier_interval.low, summary.brier_interval.high
    return f"Brier {summary.mean_brier:.3f} ({low:.2f} to {high:.2f}), n = {summary.n:g}"


@require_safe
@held
def forecaster_badge(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    return _badge(Slice(forecaster=chosen.slug), name=chosen.name)


@require_safe
@held
def outlet_badge(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    return _badge(Slice(outlet=chosen.slug), name=chosen.name)


@require_safe
@held
def topic_badge(request: HttpRequest, path: str) -> HttpResponse:
    chosen = get_object_or_404(Topic, path=path)
    return _badge(Slice(topic=chosen.path), name=chosen.label)


def _badge(chosen: Slice, *, name: str) -> HttpResponse:
    summary = scorecard(chosen, now=timezone.now()).summary
    drawn = badge("Aftercast", told(summary), description=f"{name}: {told(summary)}. {summary.statement}")
    return HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8", headers={"Cache-Control": "max-age=300"})


@require_safe
@xframe_options_exempt
@held
def oembed(request: HttpRequest) -> HttpResponse:
    """
    What stands in another page for the address of a scorecard: its badge, leading to it.

    As https://oembed.com has it: 404 for an address of any other page, 501 for a format other than JSON.
    """
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only format=json is served.", status=501, content_type="text/plain; charset=utf-8")
    name, keys = _page_of(request)
    title = _title(name, keys)
    card = request.build_absolute_uri(reverse(f"pages:{name}", kwargs=keys))
    image = request.build_absolute_uri(reverse(f"pages:{name}-badge", kwargs=keys))
    html = format_html('<a href="{}"><img src="{}" alt="Aftercast: {}"></a>', card, image, title)
    return JsonResponse(
        {
            "version": "1.0", "type": "rich", "title": title, "provider_name": "Aftercast", "cache_age": 300,
            "provider_url": request.build_absolute_uri(reverse("pages:home")), "html": html, "width": WIDTH, "height": HEIGHT,
        }
    )  # fmt: skip


def _page_of(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """The name of the scorecard's page and its keys, from the address that was asked about."""
    try:
        asked = urlsplit(request.GET.get("url", ""))
        found = resolve(asked.path)
    except (ValueError, Resolver404):
        raise Http404 from None
    is_scorecard = found.namespace == "pages" and found.url_name in ("forecaster", "outlet", "topic")
    if asked.netloc != request.get_host() or not is_scorecard:
        raise Http404
    return str(found.url_name), dict(found.kwargs)


def _title(name: str, keys: Mapping[str, Any]) -> str:
    if name == "topic":
        return get_object_or_404(Topic, path=keys["path"]).label
    return get_object_or_404(Forecaster, slug=keys["slug"]).name
