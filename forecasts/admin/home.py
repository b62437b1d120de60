"""The first page: what needs doing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.db.models import Count, Max, QuerySet, Value
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from forecasts.models import JobRun, Prediction

from . import worklist
from .wording import in_words, verdict_badge, waiting_for

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
    waiting = {"pulse": pulse(now=now), "work": work(now=now), "stale_sources": worklist.stale_sources(now=now)[:SHOWN]}
    shown = waiting if request.user.has_perm("forecasts.view_prediction") else {}
    return AdminSite.index(admin.site, request, {**shown, **(extra_context or {})})


def work(*, now: datetime) -> list[Work]:
    """Every kind of work on predictions, the most pressing first."""
    everything = Prediction.objects.all()
    kinds = (
        ("person", gettext("Waiting for a person"), gettext("Nothing waits for a person."), worklist.needs_a_person(everything)),
        ("disputed", gettext("Disputed"), gettext("No verdict is disputed."), worklist.disputed(everything)),
        ("stuck", gettext("Checks that fail"), gettext("No check fails."), worklist.stuck(everything)),
        (
            "late", gettext("Past its deadline, undecided"), gettext("Nothing is past its deadline without a verdict."),
            worklist.late(everything, now=now),
        ),
        ("soon", gettext("Final within three days"), gettext("Nothing becomes final soon."), worklist.soon_final(everything, now=now)),
    )  # fmt: skip
    counts = _counts({key: found for key, *_, found in kinds})
    return [_work(key, title=title, empty=empty, found=found, count=counts[key]) for key, title, empty, found in kinds]


def _counts(kinds: Mapping[str, QuerySet[Prediction]]) -> Mapping[str, int]:
    """How many there are of each kind, in one question."""
    counted = [
        Prediction.objects.filter(pk__in=found.order_by().values("pk")).values_list(Value(key)).annotate(n=Count("pk"))
        for key, found in kinds.items()
    ]
    return dict(counted[0].union(*counted[1:], all=True))


def _why_late(row: Any) -> str:
    """Why a prediction past its deadline has no verdict; empty for any other."""
    return in_words(getattr(row, "last_reason", None) or "")


@dataclass(frozen=True)
class Pulse:
    """How the jobs are doing: when a sweep last looked at a prediction, how many are due now, how each job last went."""

    last_check_at: datetime | None
    due: int
    url: str
    jobs: tuple[JobRun, ...]

    @property
    def is_failing(self) -> bool:
        return any(job.last_error for job in self.jobs)


def pulse(*, now: datetime) -> Pulse:
    """What the last sweeps came to."""
    everything = Prediction.objects.all()
    last = everything.aggregate(last=Max("checked_at"))["last"]
    return Pulse(
        last_check_at=last,
        due=worklist.due(everything, now=now).count(),
        url=f"{reverse('admin:forecasts_prediction_changelist')}?needs=due",
        jobs=tuple(JobRun.objects.order_by("name")),
    )


def _work(key: str, *, title: str, empty: str, found: QuerySet[Prediction], count: int) -> Work:
    first = found.select_related("holder").order_by("checked_at", "pk")[:SHOWN] if count else ()
    rows = tuple((row, verdict_badge(row), waiting_for(row) or _why_late(row)) for row in first)
    return Work(title, empty, count, rows, f"{reverse('admin:forecasts_prediction_changelist')}?needs={key}")
