"""Rows in numbers that are checked and recorded one after the other, by the service that records a single one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.permissions import holds
from forecasts.api.problems import flat_errors
from forecasts.api.serializers.articles import NewArticle, NewForecaster, NewTopic
from forecasts.api.serializers.base import Body
from forecasts.api.serializers.events import NewEntity, NewMilestone, NewObservation, NewSource
from forecasts.api.serializers.forecasts import NewLexicon
from forecasts.api.serializers.predictions import NewPrediction, NewRule
from forecasts.api.serializers.resolutions import NewDisputeOf, NewVerdictOf
from forecasts.feeds.objects import ObjectRow
from forecasts.models import ApiToken, Forecaster, Topic
from forecasts.services.articles import record_article, record_forecaster, record_topic
from forecasts.services.batches import RowResult, one_by_one
from forecasts.services.refusal import Refused
from forecasts.services.sources import record_milestone, record_observation
from forecasts.services.verdict_batches import Row, record_decisions
from forecasts.services.verdicts import append_dispute_once, append_verdict_once

from .bulk import BulkEndpoint, Record, in_bulk
from .events import entity_from, source_from
from .forecasts import lexicon_from
from .predictions import log_from, refuse_own, rule_from

Write = Callable[[dict[str, Any]], tuple[object, bool]]


class OneByOneEndpoint(BulkEndpoint):
    """Rows that are checked and recorded one after the other, in transactions of a thousand."""

    body_class: type[Body]

    def rank(self, row: ObjectRow) -> str:
        """What the rows of a transaction are ordered by before they are recorded; those of one rank stay in their order."""
        return ""

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        """Record one row; what it is found by, and whether it is new."""
        raise NotImplementedError

    def recording(self, *, now: datetime) -> Record:
        def write(values: dict[str, Any]) -> tuple[object, bool]:
            return self.write(_checked(self.body_class, values), now=now)

        return lambda rows: self.record(
            [(row.index, row.values) for row in sorted(rows, key=self.rank)], write=write, now=now
        )

    def record(self, rows: Sequence[Row], *, write: Write, now: datetime) -> list[RowResult]:
        """Record rows in one transaction."""
        return one_by_one(rows, write=write)


class ForecasterBulkView(OneByOneEndpoint):
    """Forecasters in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewForecaster

    @in_bulk(NewForecaster, name="forecasters")
    def post(self, request: Request) -> Response:
        """Record forecasters; a slug that is recorded already counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        is_new = not Forecaster.objects.filter(slug=body["slug"]).exists()
        return record_forecaster(**body, now=now).slug, is_new


class TopicBulkView(OneByOneEndpoint):
    """Topics in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewTopic

    @in_bulk(NewTopic, name="topics")
    def post(self, request: Request) -> Response:
        """Record topics and those above them; a path that is recorded already counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        is_new = not Topic.objects.filter(path=body["path"]).exists()
        return record_topic(**body).path, is_new


class ArticleBulkView(OneByOneEndpoint):
    """Articles in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewArticle

    @in_bulk(NewArticle, name="articles")
    def post(self, request: Request) -> Response:
        """Record articles; the same address and date again count as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        article, is_new = record_article(**body, now=now, recorded_by=self.account)
        return article.pk, is_new


class LexiconBulkView(OneByOneEndpoint):
    """Lexicons in numbers."""

    write_scope = ApiToken.Scope.ADMIN
    body_class = NewLexicon

    @in_bulk(NewLexicon, name="lexicons")
    def post(self, request: Request) -> Response:
        """Record lexicons, or their next versions; the phrases of the newest version again count as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        lexicon, is_new = lexicon_from(body, now=now)
        return lexicon.code, is_new


class PredictionBulkView(OneByOneEndpoint):
    """Predictions in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewPrediction

    @in_bulk(NewPrediction, name="predictions")
    def post(self, request: Request) -> Response:
        """Log predictions, each whole: with its rules and its forecast."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction, is_new = log_from(body, token=self.token, account=self.account, now=now)
        return prediction.pk, is_new


class AboutPredictions(OneByOneEndpoint):
    """Rows that are each about a recorded prediction."""

    def rank(self, row: ObjectRow) -> str:
        # Predictions are locked in the order of their keys everywhere, or two batches could wait for each other.
        return str(row.values.get("prediction"))


class RuleBulkView(AboutPredictions):
    """Rules in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewRule

    @in_bulk(NewRule, name="rules")
    def post(self, request: Request) -> Response:
        """Record rules for predictions: other readings, or next versions; the newest version again counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        rule, is_new = rule_from(body, token=self.token, account=self.account, now=now)
        return rule.pk, is_new


class Decisions(AboutPredictions):
    """Rows that each add to the record of a prediction."""

    def record(self, rows: Sequence[Row], *, write: Write, now: datetime) -> list[RowResult]:
        return record_decisions(rows, write=write, now=now)


class VerdictBulkView(Decisions):
    """Verdicts by people in numbers."""

    write_scope = ApiToken.Scope.RESOLVE
    body_class = NewVerdictOf

    @in_bulk(NewVerdictOf, name="verdicts")
    def post(self, request: Request) -> Response:
        """
        Record verdicts on predictions that wait in review, or in place of earlier ones.

        What the account said last of a prediction, said again in the same words, counts as unchanged.
        """
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction = body.pop("prediction")
        refuse_own(prediction, token=self.token)
        verdict, is_new = append_verdict_once(prediction_id=prediction.pk, actor=self.account, now=now, **body)
        return verdict.pk, is_new


class DisputeBulkView(Decisions):
    """Disputes in numbers."""

    write_scope = ApiToken.Scope.RESOLVE
    body_class = NewDisputeOf

    @in_bulk(NewDisputeOf, name="disputes")
    def post(self, request: Request) -> Response:
        """Question verdicts; a dispute that stands, by the same account for the same reason, counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction = body.pop("prediction")
        disputed, is_new = append_dispute_once(prediction_id=prediction.pk, actor=self.account, now=now, **body)
        return disputed.pk, is_new


class SourceBulkView(OneByOneEndpoint):
    """Sources in numbers."""

    write_scope = ApiToken.Scope.ADMIN
    body_class = NewSource

    @in_bulk(NewSource, name="sources")
    def post(self, request: Request) -> Response:
        """Record feeds; a slug that is recorded already counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        source, is_new = source_from(body, now=now)
        return source.slug, is_new


class EntityBulkView(OneByOneEndpoint):
    """Entities in numbers."""

    write_scope = ApiToken.Scope.PREDICTION_WRITE
    body_class = NewEntity

    @in_bulk(NewEntity, name="entities")
    def post(self, request: Request) -> Response:
        """Record actors under their dotted paths; a path that is recorded already counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        entity, is_new = entity_from(body)
        return entity.path, is_new


class MilestoneBulkView(OneByOneEndpoint):
    """Milestones in numbers."""

    write_scope = ApiToken.Scope.ADMIN
    body_class = NewMilestone

    @in_bulk(NewMilestone, name="milestones")
    def post(self, request: Request) -> Response:
        """Record named dates, or their next versions; the date of the newest version again counts as unchanged."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        milestone, is_new = record_milestone(**body, now=now)
        return milestone.key, is_new


class ObservationBulkView(OneByOneEndpoint):
    """Values of series in numbers."""

    write_scope = ApiToken.Scope.EVENT_WRITE
    body_class = NewObservation

    @in_bulk(NewObservation, name="observations")
    def post(self, request: Request) -> Response:
        """Record values of series, each as released at one time."""
        return self.answer(request)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        source = body["source"]
        if not holds(self.token, ApiToken.Scope.ADMIN) and self.token.source_id != source.pk:
            own = self.token.source.slug if self.token.source else "no source"
            raise Refused({"source": [f"This token records for {own}, not for {source.slug}."]})
        observation, is_new = record_observation(**body, now=now, recorded_by=self.account)
        return observation.pk, is_new


def _checked(kind: type[Body], values: dict[str, Any]) -> dict[str, Any]:
    """
    Raises:
        Refused: With the messages of each field that is wrong, by its place.
    """
    body = kind(data=values)
    if body.is_valid():
        return body.validated_data
    errors: dict[str, list[str]] = {}
    for place, message in flat_errors(body.errors, path=""):
        errors.setdefault(place, []).append(message)
    raise Refused(errors)
