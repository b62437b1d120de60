"""Whole tables as rows of plain values, however long they are: read on by their key, a part at a time."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet

from forecasts.feeds.periods import PERIODS
from forecasts.models import EventVersion, Evidence, Forecast, Prediction, Resolution, Score

from .events import latest_versions

PART = 2000


@dataclass(frozen=True)
class Column:
    """A column of an export: its name, what it says, and how it is read off a row."""

    name: str
    meaning: str
    read: Callable[[Any], object]


def rows_of(rows: QuerySet[Any], *, columns: Sequence[Column]) -> Iterator[list[object]]:
    """Yield the values of each row, in the order of the key."""
    return ([column.read(row) for column in columns] for row in whole_rows(rows))


def whole_rows(rows: QuerySet[Any]) -> Iterator[Any]:
    """
    Yield each row, in the order of the key.

    No more than 2,000 rows are held. What is recorded meanwhile may or may not be among them.
    """
    last: object = None
    while True:
        part = list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:PART])
        yield from part
        if len(part) < PART:
            return
        last = part[-1].pk


def as_cell(value: object) -> object:
    """A value as one cell: times with their offset, lists with semicolons between, objects as JSON."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _plain(name: str, meaning: str) -> Column:
    def read(row: Model) -> object:
        value: object = row
        for part in name.split("__"):
            value = None if value is None else getattr(value, part)
        return value

    return Column(name.split("__")[0] if "__" in name else name.removesuffix("_id"), meaning, read)


def _called(name: str, column: Column) -> Column:
    return Column(name, column.meaning, column.read)


PREDICTIONS = (
    _plain("id", "Of the prediction"),
    _plain("title", "What it is called"),
    _plain("statement", "The claim as one sentence"),
    _plain("condition", "The if-part; empty where there is none"),
    _plain("outcome", "The then-part"),
    _plain("quote", "The words of the article"),
    _plain("holder__slug", "Slug of whose claim it is"),
    _plain("topic__path", "Path of the topic"),
    _plain("article_id", "Id of the article; empty where there is none"),
    _called("article_url", _plain("article__canonical_url", "Where the article was published")),
    _called("outlet", _plain("article__outlet__slug", "Slug of who published it")),
    _plain("attribution", "AUTHOR, or REPORTED for a belief of somebody else"),
    _plain("issued_at", "When it was published"),
    _plain("scheduled_close_at", "When it was bound to be decided; empty where that could not be said"),
    _plain("status", "OPEN, NEEDS_REVIEW, PROPOSED, FINAL or DISPUTED"),
    _plain("verdict", "Empty while it is open"),
    _plain("cluster_key", "Predictions with the same key hang on the same event"),
    _plain("recorded_at", "When it was logged"),
)
FORECASTS = (
    _plain("id", "Of the forecast"),
    _plain("prediction_id", "Id of the prediction"),
    _plain("forecaster__slug", "Slug of who forecasts"),
    _plain("probability", "Empty for a withdrawal"),
    _plain("low", "The lower end of its range"),
    _plain("high", "The upper end of its range"),
    _plain("phrase", "The words it was read from"),
    _plain("basis", "How the words were read as a number"),
    _plain("is_scored", "Whether it counts in scores"),
    _plain("base_rate", "The share of earlier claims on its topic that had come true by then"),
    _plain("base_rate_cases", "Of how many claims; empty where there were too few"),
    _plain("base_rate_topic", "Path of the topic they are on"),
    _plain("made_at", "When it was made"),
    _plain("recorded_at", "When it was recorded"),
)
RESOLUTIONS = (
    _plain("id", "Of the resolution"),
    _plain("prediction_id", "Id of the prediction"),
    _plain("number", "Counts the resolutions of a prediction"),
    _plain("supersedes_id", "Id of the resolution it replaces"),
    _plain("verdict", "Empty where it was reopened"),
    _plain("share", "How much came true, of PARTLY"),
    _plain("state", "PROPOSED, FINAL, DISPUTED or REOPENED"),
    Column("decided_by", "MACHINE or PERSON", lambda row: "MACHINE" if row.actor_id is None else "PERSON"),
    _plain("reason_code", "Why, as a code"),
    _plain("reason", "Why, as a sentence"),
    _plain("evidence_url", "Where it can be seen"),
    _plain("side_value", "What the outcome did where the condition was not met: T, F or U"),
    _plain("happened_at", "When it came about"),
    _plain("known_at", "When it could be known"),
    _plain("recorded_at", "When the verdict was recorded"),
    _plain("is_retrospective", "Whether the prediction was logged after its outcome could be known"),
)
SCORES = (
    _plain("id", "Of the score"),
    _plain("forecast_id", "Id of the forecast"),
    _called("prediction", _plain("forecast__prediction_id", "Id of the prediction")),
    _called("forecaster", _plain("forecast__forecaster__slug", "Slug of who forecasts")),
    _called("probability", _plain("forecast__probability", "What was forecast")),
    _plain("rule", "The scoring rule; lower is better"),
    _plain("rule_version", "Of the scoring rule"),
    _plain("outcome", "1 where it happened, 0 where it did not, between them in part"),
    _plain("value", "The score"),
    _plain("resolution_id", "Id of the resolution it is under"),
    _plain("recorded_at", "When it was recorded"),
)
# By the names of `POST events/`, so that a line can be sent to another instance as it is.
EVENTS = (
    Column("source", "Slug of the source", lambda row: row.event.source.slug),
    Column("external_id", "The source's own id", lambda row: row.event.external_id),
    _plain("title", "Who did what"),
    _plain("event_type", "PLOVER type"),
    Column(
        "occurred_at", "The instant, where it is known", lambda row: row.occurred_from if _is_instant(row) else None
    ),
    Column("occurred_from", "The earliest it was", lambda row: None if _is_instant(row) else row.occurred_from),
    Column("occurred_until", "It was before this", lambda row: None if _is_instant(row) else row.occurred_until),
    Column(
        "date_precision", "DAY, WEEK, MONTH or QUARTER", lambda row: row.precision if row.precision in PERIODS else None
    ),
    _plain("announced_from", "When it was announced"),
    _plain("announced_until", "It was announced before this"),
    _plain("effective_from", "When it took effect"),
    _plain("effective_until", "It took effect before this"),
    _plain("known_at", "When it was first reported"),
    _plain("action_code", "CAMEO code"),
    _plain("modes", "PLOVER modes"),
    _plain("contexts", "PLOVER contexts"),
    _plain("topics", "Paths of topics"),
    _plain("modality", "actual, future, hypothetical, historical or negated"),
    _plain("actors", "Paths of entities"),
    _plain("recipients", "Paths of entities"),
    _plain("locations", "Paths of entities, or other places"),
    _plain("place", "A point on the map"),
    _plain("attributes", "Texts, flags, numbers and ranges"),
    _plain("status", "ACTIVE, CONTESTED or RETRACTED"),
    _plain("note", "What else is to be said"),
    Column("evidence", "Where it is reported", lambda row: [_report(one) for one in row.event.evidence.all()]),
)


def _is_instant(version: EventVersion) -> bool:
    return version.precision == EventVersion.Precision.INSTANT


def _report(evidence: Evidence) -> dict[str, str]:
    return {name: getattr(evidence, name) for name in ("url", "citation", "owner", "quote") if getattr(evidence, name)}


REPORTS = Prefetch("event__evidence", Evidence.objects.order_by("pk"))
EXPORTS: Mapping[str, tuple[Sequence[Column], QuerySet[Any]]] = {
    "predictions": (PREDICTIONS, Prediction.objects.select_related("holder", "topic", "article__outlet")),
    "forecasts": (FORECASTS, Forecast.objects.select_related("forecaster")),
    "events": (EVENTS, latest_versions().select_related("event__source").prefetch_related(REPORTS)),
    "resolutions": (
        RESOLUTIONS,
        Resolution.objects.annotate(is_current=~Exists(Resolution.objects.filter(supersedes=OuterRef("pk")))),
    ),
    "scores": (
        SCORES,
        Score.objects.select_related("forecast__forecaster").annotate(
            is_current=~Exists(Resolution.objects.filter(supersedes=OuterRef("resolution")))
        ),
    ),
}
