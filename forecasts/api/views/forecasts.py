"""Forecasts and lexicons."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.filters import ForecastFilter, LexiconFilter
from forecasts.api.permissions import holds, require_forecaster
from forecasts.api.serializers.forecasts import (
    ForecastSerializer,
    LexiconSerializer,
    LexiconWithEntriesSerializer,
    NewForecast,
    NewLexicon,
)
from forecasts.api.serializers.terms import ForecastScoresSerializer, forecast_scores_of
from forecasts.models import ApiToken, Lexicon, LexiconEntry
from forecasts.selectors.terms import forecast_scores
from forecasts.services.forecasts import record_forecast, record_lexicon
from forecasts.services.refusal import refuse
from forecasts.tasks import hint

from .base import RECENCY, SLUG, Records, recorded
from .predictions import read_wording
from .rows import FORECASTS, OF_FORECASTS


class ForecastViewSet(Records):
    """Probabilities for predictions."""

    queryset = FORECASTS
    includes = OF_FORECASTS
    serializer_class = ForecastSerializer
    filterset_class = ForecastFilter
    orderings = RECENCY | {"made_at": ("made_at", "id")}
    write_scope = ApiToken.Scope.FORECAST_WRITE

    @extend_schema(request=NewForecast, responses={201: ForecastSerializer})
    def create(self, request: Request) -> Response:
        """Record a forecast, or withdraw the last one."""
        body, now = self.body(NewForecast), timezone.now()
        require_forecaster(self.token, body["forecaster"])
        made_at = _made_at(body.pop("made_at", None), token=self.token, now=now)
        words = read_wording(body.pop("wording"))
        forecast = recorded(
            lambda: record_forecast(**body, wording=words, made_at=made_at, now=now, recorded_by=self.account),
            field="made_at",
            address=self.address,
        )
        hint()
        return self.created(forecast)

    @extend_schema(operation_id="forecast_scores", responses=ForecastScoresSerializer)
    @action(detail=True, url_path="scores", pagination_class=None, filterset_class=None)
    def scores(self, request: Request, *args: object, **kwargs: object) -> Response:
        """What the forecast counts for: the terms of each score, or why it counts for nothing."""
        found = forecast_scores(self.get_object())
        return Response(ForecastScoresSerializer(forecast_scores_of(found)).data)


def _made_at(given: datetime | None, *, token: ApiToken, now: datetime) -> datetime:
    """
    When a forecast was made: now, unless an administrator records it for somebody.

    Raises:
        Refused: Somebody else dates a forecast.
    """
    if given is not None and not holds(token, ApiToken.Scope.ADMIN):
        raise refuse("made_at", "A forecast is made when it is recorded; only the scope admin may date one.")
    return given or now


PHRASES = Prefetch("entries", LexiconEntry.objects.order_by("id"))


class LexiconViewSet(Records):
    """Published tables of probability words, every version of each."""

    queryset = Lexicon.objects.all()
    serializer_class = LexiconSerializer
    detail_serializer_class = LexiconWithEntriesSerializer
    filterset_class = LexiconFilter
    ordering = ("code", "version")
    orderings = {"code": ("code", "version")}
    lookup_field = "code"
    lookup_value_regex = SLUG

    revisions = ("create",)
    write_scope = ApiToken.Scope.ADMIN

    @extend_schema(request=NewLexicon, responses={201: LexiconWithEntriesSerializer})
    def create(self, request: Request) -> Response:
        """
        Record a lexicon, or its next version; forecasts that were read through an earlier one stay as they were read.

        `If-Match` names the version of the same code that this one is based on.
        """
        body, now = self.body(NewLexicon), timezone.now()
        versions = Lexicon.objects.filter(code=body["code"]).order_by("version")
        with self.revising(versions, row=lambda: versions.prefetch_related(PHRASES).last()):
            lexicon = recorded(lambda: lexicon_from(body, now=now), field="entries", address=self.address)
        shown = LexiconWithEntriesSerializer(Lexicon.objects.prefetch_related(PHRASES).get(pk=lexicon.pk)).data
        return Response(shown, status=201, headers={"Location": self.address(lexicon)})

    def last_change(self, row: Lexicon) -> str:
        return f"Version {row.version} was recorded on {row.recorded_at:%Y-%m-%d %H:%M:%S} UTC."

    def get_object(self) -> Lexicon:
        """The newest version, with its phrases."""
        newest = self.get_queryset().filter(code=self.kwargs["code"]).order_by("-version").values("pk")[:1]
        self.queryset = Lexicon.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).prefetch_related(
            PHRASES
        )
        return super().get_object()


def lexicon_from(body: dict[str, Any], *, now: datetime) -> tuple[Lexicon, bool]:
    """
    Record the lexicon of a checked body; whether it is new.

    Raises:
        Refused: A value is no probability, a range is upside down, or a phrase comes twice.
    """
    rows = [_row(entry) for entry in body["entries"]]
    return record_lexicon(code=body["code"], title=body["title"], source=body["source"], rows=rows, now=now)


def _row(entry: dict[str, Any]) -> dict[str, str]:
    """A phrase of a body in the shape of a table's row."""
    numbers = {name: "" if entry[name] is None else str(entry[name]) for name in ("low", "point", "high", "spread")}
    return {
        **numbers,
        "phrase": entry["phrase"],
        "source": entry["source"],
        "hedge": "yes" if entry["is_hedge"] else "",
    }
