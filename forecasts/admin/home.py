"""The first page: what needs doing."""

from dataclasses import dataclass

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Prediction

from . import worklist
from .wording import verdict_badge, waiting_for

SHOWN = 5


@dataclass(frozen=True)
class Work:
    """One kind of work: how much of it there is, the first few, and the list with all."""

    title: str
    empty: str
    count: int
    rows: tuple[tuple[Prediction, str, str], ...]
    url: str


def index(request: HttpRequest, extra_context: dict | None = None) -> TemplateResponse:
    """The admin's first page, with the work that waits above the list of models."""
    now = timezone.now()
    waiting = {"work": work(now=now), "stale_sources": worklist.stale_sources(now=now)[:SHOWN]}
    shown = waiting if request.user.has_perm("forecasts.view_prediction") else {}
    return AdminSite.index(admin.site, request, {**shown, **(extra_context or {})})


def work(*, now) -> list[Work]:
    """Every kind of work on predictions, the most pressing first."""
    everything = Prediction.objects.all()
    kinds = (
        ("person", "Waiting for a person", "Nothing waits for a person.", worklist.needs_a_person(everything)),
        ("stuck", "Checks that fail", "No check fails.", worklist.stuck(everything)),
        ("coverage", "Window over, coverage missing", "Nothing waits for coverage.", worklist.overdue(everything)),
        ("soon", "Final within three days", "Nothing becomes final soon.", worklist.soon_final(everything, now=now)),
    )
    return [_work(key, title=title, empty=empty, found=found) for key, title, empty, found in kinds]


def _work(key: str, *, title: str, empty: str, found: QuerySet[Prediction]) -> Work:
    count = found.count()
    first = found.select_related("holder").order_by("checked_at", "pk")[:SHOWN] if count else ()
    rows = tuple((row, verdict_badge(row), waiting_for(row)) for row in first)
    return Work(title, empty, count, rows, f"{reverse('admin:forecasts_prediction_changelist')}?needs={key}")
