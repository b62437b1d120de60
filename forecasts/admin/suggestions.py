"""What fields offer while one types: the values that may be entered, each with what it means."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext

from forecasts.feeds.codes import ACTION_CODES, CONTEXTS, EVENT_TYPES, MODES
from forecasts.feeds.deadline_words import DEADLINE_WORDS
from forecasts.models import (
    Article,
    Entity,
    Forecaster,
    LexiconEntry,
    Milestone,
    Observation,
    Prediction,
    Source,
    Topic,
)

MOST, MOST_RECENT = 2000, 300


def _articles() -> dict[str, str]:
    newest = Article.objects.order_by("-recorded_at", "-pk").values_list("title", "outlet__name", "published_at")
    return {title: f"{outlet}, {at:%Y-%m-%d}" for title, outlet, at in newest[:MOST_RECENT]}


def _predictions() -> dict[str, str]:
    return dict(Prediction.objects.order_by("-recorded_at", "-pk").values_list("title", "holder__name")[:MOST_RECENT])


def _forecasters() -> dict[str, str]:
    named = Forecaster.objects.exclude(kind=Forecaster.Kind.AGGREGATE)
    return dict.fromkeys(named.order_by("name").values_list("name", flat=True).distinct()[:MOST], "")


def _sources() -> dict[str, str]:
    return dict(Source.objects.order_by("slug").values_list("slug", "name")[:MOST])


def _entities() -> dict[str, str]:
    return dict(Entity.objects.order_by("path").values_list("path", "label")[:MOST])


def _topics() -> dict[str, str]:
    return dict(Topic.objects.order_by("path").values_list("path", "label")[:MOST])


def _milestones() -> dict[str, str]:
    return dict(Milestone.objects.order_by("key", "version").values_list("key", "label")[:MOST])


def _series() -> dict[str, str]:
    found = Observation.objects.order_by("series", "unit").values_list("series", "unit").distinct()
    return dict(found[:MOST])


def _accounts() -> dict[str, str]:
    return dict.fromkeys(User.objects.order_by("username").values_list("username", flat=True)[:MOST], "")


def read_phrases() -> dict[str, str]:
    """Each phrase of the newest lexicons with how it is read: 0.7 (0.6 to 0.8), or that it says no probability."""
    entries = LexiconEntry.objects.order_by("phrase", "lexicon__code", "lexicon__version")
    found = entries.values_list("phrase", "lexicon__code", "point", "low", "high")
    newest = {(phrase, code): _read_as(point, low, high) for phrase, code, point, low, high in found}
    told: dict[str, list[str]] = {}
    for (phrase, code), reading in newest.items():
        told.setdefault(phrase, []).append(f"{code}: {reading}")
    return {phrase: "; ".join(readings) for phrase, readings in told.items()}


def _read_as(point: Decimal | None, low: Decimal | None, high: Decimal | None) -> str:
    if point is None:
        return gettext("says no probability")
    if low is None or high is None:
        return f"{point.normalize():f}"
    read = {"point": f"{point.normalize():f}", "low": f"{low.normalize():f}", "high": f"{high.normalize():f}"}
    return gettext("%(point)s (%(low)s to %(high)s)") % read


SUGGESTIONS: dict[str, Callable[[], Mapping[Any, str]]] = {
    "accounts": _accounts,
    "action-codes": lambda: ACTION_CODES,
    "articles": _articles,
    "contexts": lambda: CONTEXTS,
    "deadline-words": lambda: {row.words: row.basis for row in DEADLINE_WORDS},
    "entities": _entities,
    "event-types": lambda: EVENT_TYPES,
    "forecasters": _forecasters,
    "milestones": _milestones,
    "modes": lambda: MODES,
    "phrases": read_phrases,
    "predictions": _predictions,
    "series": _series,
    "sources": _sources,
    "topics": _topics,
}
