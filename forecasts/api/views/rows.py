"""The rows of resources that are shown in several places, and what each can be given together with."""

from django.db.models import Exists, OuterRef, Prefetch, Subquery

from forecasts.api.includes import Include, Many, One
from forecasts.api.serializers.articles import ArticleSerializer
from forecasts.api.serializers.events import SourceSerializer
from forecasts.api.serializers.forecasts import ForecastSerializer
from forecasts.api.serializers.predictions import PredictionSerializer, RuleSerializer
from forecasts.api.serializers.resolutions import EvaluationSerializer, ResolutionSerializer, ScoreSerializer
from forecasts.api.serializers.shown import read_before
from forecasts.models import (
    Article,
    ArticleAuthor,
    Coverage,
    Evaluation,
    Forecast,
    Prediction,
    Resolution,
    RuleVersion,
    Score,
    Source,
)

BYLINE = Prefetch(
    "articleauthor_set",
    ArticleAuthor.objects.select_related("forecaster").order_by("position"),
    to_attr=read_before("articleauthor_set"),
)
RULE_NAMES = Prefetch(
    "rules", RuleVersion.objects.defer("rule").order_by("name", "version"), to_attr=read_before("rules")
)

CORRECTIONS = Article.objects.filter(supersedes=OuterRef("pk")).values("pk")[:1]
ARTICLES = (
    Article.objects.select_related("outlet").prefetch_related(BYLINE).annotate(corrected_by=Subquery(CORRECTIONS))
)
PREDICTIONS = Prediction.objects.select_related("holder", "topic").prefetch_related(RULE_NAMES)
FORECASTS = Forecast.objects.select_related("forecaster", "lexicon_entry__lexicon")
EVALUATIONS = Evaluation.objects.select_related("rule_version")
RESOLUTIONS = Resolution.objects.annotate(is_current=~Exists(Resolution.objects.filter(supersedes=OuterRef("pk"))))
SCORES = Score.objects.select_related("forecast__forecaster", "resolution").annotate(
    is_current=~Exists(Resolution.objects.filter(supersedes=OuterRef("resolution")))
)
CURRENT_SCORES = SCORES.filter(is_current=True)
STATED = Coverage.objects.filter(source=OuterRef("pk")).order_by("-recorded_at", "-pk").values("complete_to")[:1]
SOURCES = Source.objects.annotate(complete_to=Subquery(STATED))

OF_PREDICTIONS: dict[str, Include] = {
    "article": One(ARTICLES, ArticleSerializer, key="article_id"),
    "rules": Many(RuleVersion.objects.all(), RuleSerializer, "prediction_id", "rules", "prediction={}"),
    "forecasts": Many(
        FORECASTS, ForecastSerializer, "prediction_id", "forecasts", "prediction={}", order=("-made_at", "-id")
    ),
    "resolution": One(RESOLUTIONS.filter(is_current=True), ResolutionSerializer, key="pk", column="prediction_id"),
    "scores": Many(CURRENT_SCORES, ScoreSerializer, "forecast__prediction_id", "scores", "prediction={}&current=true"),
}
OF_FORECASTS: dict[str, Include] = {
    "prediction": One(PREDICTIONS, PredictionSerializer, key="prediction_id"),
    "scores": Many(CURRENT_SCORES, ScoreSerializer, "forecast_id", "scores", "forecast={}&current=true"),
}
OF_RESOLUTIONS: dict[str, Include] = {
    "prediction": One(PREDICTIONS, PredictionSerializer, key="prediction_id"),
    "evaluation": One(EVALUATIONS, EvaluationSerializer, key="evaluation_id"),
}
OF_ARTICLES: dict[str, Include] = {
    "predictions": Many(PREDICTIONS, PredictionSerializer, "article_id", "predictions", "article={}"),
}
OF_EVENTS: dict[str, Include] = {
    "source": One(SOURCES, SourceSerializer, key="event.source_id"),
    "evaluations": Many(
        EVALUATIONS,
        EvaluationSerializer,
        "witnesses__event_version__event_id",
        "evaluations",
        "event={}",
        key="event_id",
    ),
    "resolutions": Many(
        RESOLUTIONS,
        ResolutionSerializer,
        "evaluation__witnesses__event_version__event_id",
        "resolutions",
        "event={}",
        key="event_id",
    ),
}
