"""The pictures of scorecards, which other sites show beside links to them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from forecasts.charts.picture import Pictured, Score, scorecard_picture
from forecasts.models import Article, Forecaster, Topic
from forecasts.scoring.summary import ScoreSummary
from forecasts.scoring.tiers import Tier
from forecasts.selectors.scorecards import headline
from forecasts.selectors.slices import Slice

from .holding import held

CAUTIONS = {Tier.RECORD_ONLY: "too few to judge by", Tier.PROVISIONAL: "still few"}


@require_safe
@held
def forecaster_picture(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    whole = Slice(forecaster=chosen.slug)
    return _picture(whole, kind=str(chosen.get_kind_display()), name=chosen.name, short_name=chosen.slug)


@require_safe
@held
def outlet_picture(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Forecaster, slug=slug)
    return _picture(Slice(outlet=chosen.slug), kind="Published by", name=chosen.name, short_name=chosen.slug)


@require_safe
@held
def topic_picture(request: HttpRequest, path: str) -> HttpResponse:
    chosen = get_object_or_404(Topic, path=path)
    return _picture(Slice(topic=chosen.path), kind="Topic", name=chosen.label, short_name=chosen.path)


@require_safe
@held
def article_picture(request: HttpRequest, article_id: UUID) -> HttpResponse:
    chosen = get_object_or_404(Article, pk=article_id)
    whole = Slice(article=str(chosen.pk))
    return _picture(whole, kind="Article", name=chosen.title, short_name=f"Article of {chosen.published_at:%Y-%m-%d}")


def _picture(chosen: Slice, *, kind: str, name: str, short_name: str) -> HttpResponse:
    summary = headline(chosen)
    named = {"kind": kind, "name": name, "short_name": short_name}
    pictured = Pictured(**named, score=_score(summary), told=_told(summary), caution=CAUTIONS.get(summary.tier, ""))
    return HttpResponse(scorecard_picture(pictured), content_type="image/png", headers={"Cache-Control": "max-age=300"})


def _score(summary: ScoreSummary) -> Score | None:
    if summary.mean_brier is None or summary.brier_interval is None:
        return None
    return Score(mean=summary.mean_brier, low=summary.brier_interval.low, high=summary.brier_interval.high)


def _told(summary: ScoreSummary) -> str:
    if summary.mean_brier is None or summary.brier_interval is None:
        return "Nothing is settled yet, so there is no score."
    low, high = summary.brier_interval.low, summary.brier_interval.high
    calls = "1 settled call" if summary.n == 1 else f"{summary.n:,} settled calls"
    events = "1 event" if summary.n_clusters == 1 else f"{summary.n_clusters:,} events"
    return f"95% interval {low:.2f} to {high:.2f}; {calls} on {events}"
