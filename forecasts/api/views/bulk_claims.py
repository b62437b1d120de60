"""In numbers: who claims what, the rules that decide it, what people say of it, and what is sealed."""

from datetime import datetime
from typing import Any

from forecasts.api.permissions import require_forecaster
from forecasts.api.serializers.articles import NewArticle, NewArticleOf, NewForecaster, NewTopic
from forecasts.api.serializers.bulk import SealedBulkAnswerSerializer
from forecasts.api.serializers.forecasts import NewLexicon
from forecasts.api.serializers.judgements import NewJudgementOf
from forecasts.api.serializers.predictions import NewPrediction, NewRule
from forecasts.api.serializers.resolutions import NewDisputeOf, NewReopeningOf, NewVerdictOf
from forecasts.api.serializers.sealed import NewRevealOf, NewSealed
from forecasts.feeds.objects import ObjectRow
from forecasts.models import ApiToken, Forecaster, Topic
from forecasts.services.articles import correct_article, record_article, record_forecaster, record_topic
from forecasts.services.batches import Fate, RowResult
from forecasts.services.judgements import answer_question
from forecasts.services.verdicts import append_dispute_once, append_reopening_once, append_verdict_once

from .bulk import in_numbers
from .forecasts import lexicon_from
from .one_by_one import Decisions, OneByOneEndpoint, OnRoutes
from .predictions import log_from, refuse_own, rule_from
from .sealed import reveal_from, salts_kept, sealed_from


@in_numbers(NewForecaster, name="forecasters", scope=ApiToken.Scope.PREDICTION_WRITE)
class ForecasterBulkView(OneByOneEndpoint):
    """Record forecasters; a slug that is recorded already counts as unchanged."""

    ordered_by = ("slug",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        is_new = not Forecaster.objects.filter(slug=body["slug"]).exists()
        return record_forecaster(**body, now=now).slug, is_new


@in_numbers(NewTopic, name="topics", scope=ApiToken.Scope.PREDICTION_WRITE)
class TopicBulkView(OneByOneEndpoint):
    """Record topics and those above them; a path that is recorded already counts as unchanged."""

    def rank(self, row: ObjectRow) -> tuple[str, ...]:
        # Word by word: those above come before those below, whoever records them.
        return tuple(str(row.values.get("path")).split("/"))

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        is_new = not Topic.objects.filter(path=body["path"]).exists()
        return record_topic(**body).path, is_new


@in_numbers(NewArticle, name="articles", scope=ApiToken.Scope.PREDICTION_WRITE)
class ArticleBulkView(OneByOneEndpoint):
    """Record articles; the same address and date again count as unchanged."""

    ordered_by = ("canonical_url", "published_at")

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        article, is_new = record_article(**body, now=now, recorded_by=self.account)
        return article.pk, is_new


@in_numbers(NewArticleOf, name="article_corrections", scope=ApiToken.Scope.PREDICTION_WRITE)
class ArticleCorrectionBulkView(OneByOneEndpoint):
    """Record articles as they should have been logged; the content of the correction again counts as unchanged."""

    ordered_by = ("article",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        correction, is_new = correct_article(**body, now=now, recorded_by=self.account)
        return correction.pk, is_new


@in_numbers(NewLexicon, name="lexicons", scope=ApiToken.Scope.ADMIN)
class LexiconBulkView(OneByOneEndpoint):
    """Record lexicons, or their next versions; the phrases of the newest version again count as unchanged."""

    ordered_by = ("code",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        lexicon, is_new = lexicon_from(body, now=now)
        return lexicon.code, is_new


@in_numbers(NewPrediction, name="predictions", scope=ApiToken.Scope.PREDICTION_WRITE)
class PredictionBulkView(OnRoutes):
    """Log predictions, each whole: with its rules and its forecast."""

    ordered_by = ("article", "holder", "statement")

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction, is_new = log_from(body, token=self.token, account=self.account, now=now)
        return prediction.pk, is_new


@in_numbers(NewRule, name="rules", scope=ApiToken.Scope.PREDICTION_WRITE)
class RuleBulkView(OnRoutes):
    """Record rules for predictions: other readings, or next versions; the newest version again counts as unchanged."""

    ordered_by = ("prediction",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        rule, is_new = rule_from(body, token=self.token, account=self.account, now=now)
        return rule.pk, is_new


@in_numbers(NewVerdictOf, name="verdicts", scope=ApiToken.Scope.RESOLVE)
class VerdictBulkView(Decisions):
    """
    Record verdicts on predictions that wait in review, or in place of earlier ones.

    What the account said last of a prediction, said again in the same words, counts as unchanged.
    """

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction = body.pop("prediction")
        refuse_own(prediction, token=self.token)
        verdict, is_new = append_verdict_once(prediction_id=prediction.pk, actor=self.account, now=now, **body)
        return verdict.pk, is_new


@in_numbers(NewDisputeOf, name="disputes", scope=ApiToken.Scope.RESOLVE)
class DisputeBulkView(Decisions):
    """Question verdicts; a dispute that stands, by the same account for the same reason, counts as unchanged."""

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction = body.pop("prediction")
        disputed, is_new = append_dispute_once(prediction_id=prediction.pk, actor=self.account, now=now, **body)
        return disputed.pk, is_new


@in_numbers(NewReopeningOf, name="reopenings", scope=ApiToken.Scope.RESOLVE)
class ReopeningBulkView(Decisions):
    """Withdraw verdicts without others in their place; what the account withdrew last, for the same reason, counts as unchanged."""

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction = body.pop("prediction")
        refuse_own(prediction, token=self.token)
        reopened, is_new = append_reopening_once(prediction_id=prediction.pk, actor=self.account, now=now, **body)
        return reopened.pk, is_new


@in_numbers(NewJudgementOf, name="judgements", scope=ApiToken.Scope.RESOLVE)
class JudgementBulkView(OneByOneEndpoint):
    """Answer questions that rules leave to people, found by their prediction; the same answer again counts as unchanged."""

    ordered_by = ("prediction",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        prediction = body.pop("prediction")
        refuse_own(prediction, token=self.token)
        _, is_new = answer_question(prediction_id=prediction.pk, actor=self.account, now=now, **body)
        return prediction.pk, is_new


@in_numbers(NewSealed, name="sealed", scope=ApiToken.Scope.FORECAST_WRITE, answer=SealedBulkAnswerSerializer)
class SealedBulkView(OneByOneEndpoint):
    """
    Seal predictions and forecasts; a commitment that is recorded already counts as unchanged.

    A content that is kept here is sealed with a salt of its own each time it is sent, and its `opening_salt` shown once.
    """

    ordered_by = ("commitment",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        self.require(require_forecaster, body["forecaster"], field="forecaster")
        row, is_new = sealed_from(body, account=self.account, now=now)
        return row.commitment, is_new

    def told(self, results: list[RowResult], *, mode: str) -> dict[str, Any]:
        answer = super().told(results, mode=mode)
        salts = salts_kept(result.key for result in results if result.fate is Fate.RECORDED)
        rows = [row | {"opening_salt": salts.get(row["id"])} for row in answer["results"]]
        return answer | {"results": rows}


@in_numbers(NewRevealOf, name="reveals", scope=ApiToken.Scope.FORECAST_WRITE)
class RevealBulkView(OnRoutes):
    """Reveal what was sealed, each as of when it was sealed; what is revealed already counts as unchanged."""

    ordered_by = ("sealed",)

    def write(self, body: dict[str, Any], *, now: datetime) -> tuple[object, bool]:
        sealed = body["sealed"]
        self.require(require_forecaster, sealed.forecaster, field="sealed")
        _, is_new = reveal_from(body, sealed=sealed, account=self.account, now=now)
        return sealed.commitment, is_new
