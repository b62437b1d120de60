"""What needs doing, each kind of it as one filter of predictions or sources."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Coverage, Evaluation, Event, Prediction, Resolution, RuleVersion, Source
from forecasts.models.predictions import PredictionQuerySet

SOON = timedelta(days=3)
STALE = timedelta(days=30)
AWAITING_COVERAGE = "AWAITING_COVERAGE"


def needs_a_person(predictions: PredictionQuerySet) -> QuerySet[Prediction]:
    """Those in review, disputed, or waiting for a confirmation."""
    return predictions.awaiting_a_person()


def soon_final(predictions: PredictionQuerySet, *, now: datetime) -> QuerySet[Prediction]:
    """Those whose proposed verdict becomes final by itself within days."""
    soon = Resolution.objects.current().filter(state=Resolution.State.PROPOSED, finalises_at__lte=now + SOON)
    return predictions.filter(status=Prediction.Status.PROPOSED, pk__in=soon.values("prediction"))


def stuck(predictions: PredictionQuerySet) -> QuerySet[Prediction]:
    """Those whose checks failed too often."""
    return predictions.stuck()


def due(predictions: PredictionQuerySet, *, now: datetime) -> QuerySet[Prediction]:
    """Those that the next sweep looks at."""
    return predictions.due(now=now)


def disputed(predictions: PredictionQuerySet) -> QuerySet[Prediction]:
    """Those whose verdict is questioned."""
    return predictions.filter(status=Prediction.Status.DISPUTED)


def late(predictions: PredictionQuerySet, *, now: datetime) -> QuerySet[Prediction]:
    """Those without a verdict past their deadline or their window; `last_reason` is why."""
    undecided = _explained(predictions.filter(verdict=""))
    return undecided.filter(Q(scheduled_close_at__lte=now) | Q(last_reason=AWAITING_COVERAGE))


def overdue(predictions: PredictionQuerySet) -> QuerySet[Prediction]:
    """Those undecided after their window only because the sources are not covered that far."""
    return _explained(predictions.filter(verdict="")).filter(last_reason=AWAITING_COVERAGE)


def _explained(predictions: QuerySet[Prediction]) -> Any:
    """With `last_reason`, what the central rule's last answer rests on."""
    answers = Evaluation.objects.filter(
        rule_version__prediction=OuterRef("pk"), rule_version__name=RuleVersion.CENTRAL_NAME
    )
    newest = answers.order_by("-rule_version__version", "-number").values("reason")[:1]
    return predictions.annotate(last_reason=Subquery(newest))


def stale_sources(*, now: datetime) -> QuerySet[Source]:
    """
    Sources never covered, or not for a month, the longest first.

    `complete_to` is their coverage, `last_event_at` when the last event of theirs was recorded.
    """
    newest = Coverage.objects.filter(source=OuterRef("pk")).order_by("-recorded_at", "-pk").values("complete_to")[:1]
    last = Event.objects.filter(source=OuterRef("pk")).order_by("-recorded_at", "-pk").values("recorded_at")[:1]
    covered = Source.objects.annotate(complete_to=Subquery(newest), last_event_at=Subquery(last))
    stale = covered.filter(Q(complete_to=None) | Q(complete_to__lt=now - STALE))
    return stale.order_by(F("complete_to").asc(nulls_first=True), "pk")


class WaitingFilter(admin.SimpleListFilter):
    """The kinds of work as a filter of the list."""

    title = _("what it needs")
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("person", gettext("Waiting for a person")),
            ("due", gettext("Due now")),
            ("disputed", gettext("Disputed")),
            ("late", gettext("Past its deadline, undecided")),
            ("soon", gettext("Final within three days")),
            ("stuck", gettext("Checks that fail")),
            ("coverage", gettext("Window over, coverage missing")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        match self.value():
            case "due":
                return due(queryset, now=timezone.now())
            case "disputed":
                return disputed(queryset)
            case "late":
                return late(queryset, now=timezone.now())
            case "person":
                return needs_a_person(queryset)
            case "soon":
                return soon_final(queryset, now=timezone.now())
            case "stuck":
                return stuck(queryset)
            case "coverage":
                return overdue(queryset)
        return queryset
