"""Every address below /api/v1/."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from .views import (
    accuracy,
    articles,
    bulk,
    calls,
    changes,
    comparisons,
    events,
    exports,
    forecasts,
    imports,
    ledger,
    predictions,
    problems,
    resolutions,
    schema,
    search,
    webhooks,
)

app_name = "api"

router = SimpleRouter()
for name, viewset in {
    "articles": articles.ArticleViewSet,
    "forecasters": articles.ForecasterViewSet,
    "topics": articles.TopicViewSet,
    "predictions": predictions.PredictionViewSet,
    "rules": predictions.RuleViewSet,
    "forecasts": forecasts.ForecastViewSet,
    "lexicons": forecasts.LexiconViewSet,
    "events": events.EventViewSet,
    "observations": events.ObservationViewSet,
    "sources": events.SourceViewSet,
    "entities": events.EntityViewSet,
    "milestones": events.MilestoneViewSet,
    "resolutions": resolutions.ResolutionViewSet,
    "disputes": resolutions.DisputeViewSet,
    "evaluations": resolutions.EvaluationViewSet,
    "scores": resolutions.ScoreViewSet,
    "webhooks": webhooks.WebhookViewSet,
}.items():
    router.register(name, viewset, basename=name)

urlpatterns = [
    *router.urls,
    path("accuracy/", accuracy.AccuracyView.as_view(), name="accuracy"),
    path("accuracy/calls.csv", calls.CallsCsvView.as_view(), name="calls-csv"),
    path("accuracy/calls.ndjson", calls.CallsLinesView.as_view(), name="calls-ndjson"),
    path("calibration/", accuracy.CalibrationView.as_view(), name="calibration"),
    path("changes/", changes.ChangesView.as_view(), name="changes"),
    path("ledger/", ledger.LedgerView.as_view(), name="ledger"),
    path("ledger/entries/", ledger.EntriesView.as_view(), name="ledger-entries"),
    path("ledger/consistency/", ledger.ConsistencyView.as_view(), name="ledger-consistency"),
    path("ledger/receipts/<slug:kind>/<str:key>/", ledger.ReceiptView.as_view(), name="ledger-receipt"),
    path("leaderboard/", comparisons.LeaderboardView.as_view(), name="leaderboard"),
    path("leaderboard/forecasters.csv", comparisons.LeaderboardCsvView.as_view(), name="leaderboard-csv"),
    path("leaderboard/adjusted/", comparisons.AdjustedView.as_view(), name="adjusted-leaderboard"),
    path("compare/", comparisons.CompareView.as_view(), name="compare"),
    path("compare/calls.csv", comparisons.SharedCallsCsvView.as_view(), name="compare-csv"),
    path("predictions/<uuid:prediction_id>/peer-scores/", comparisons.PeersView.as_view(), name="peer-scores"),
    path("exports/predictions.<str:suffix>", exports.PredictionExport.as_view(), name="export-predictions"),
    path("exports/forecasts.<str:suffix>", exports.ForecastExport.as_view(), name="export-forecasts"),
    path("exports/events.<str:suffix>", exports.EventExport.as_view(), name="export-events"),
    path("exports/resolutions.<str:suffix>", exports.ResolutionExport.as_view(), name="export-resolutions"),
    path("exports/scores.<str:suffix>", exports.ScoreExport.as_view(), name="export-scores"),
    path("calendar.ics", exports.CalendarView.as_view(), name="calendar"),
    path("resolutions/<uuid:resolution_id>/claim-review/", exports.ClaimReviewView.as_view(), name="claim-review"),
    path("search/", search.SearchView.as_view(), name="search"),
    path("bulk/forecasters/", bulk.ForecasterBulkView.as_view(), name="bulk-forecasters"),
    path("bulk/topics/", bulk.TopicBulkView.as_view(), name="bulk-topics"),
    path("bulk/predictions/", bulk.PredictionBulkView.as_view(), name="bulk-predictions"),
    path("bulk/forecasts/", bulk.ForecastBulkView.as_view(), name="bulk-forecasts"),
    path("bulk/events/", bulk.EventBulkView.as_view(), name="bulk-events"),
    path("bulk/observations/", bulk.ObservationBulkView.as_view(), name="bulk-observations"),
    path("imports/events/", imports.EventImportView.as_view(), name="event-import"),
    path("imports/forecasts/", imports.ForecastImportView.as_view(), name="forecast-import"),
    path("problems/", problems.ProblemListView.as_view(), name="problems"),
    path("problems/<slug:slug>/", problems.ProblemView.as_view(), name="problem"),
    path("schema/", schema.SchemaView.as_view(), name="schema"),
    path("schema/rules/", schema.RuleSchemaView.as_view(), name="rule-schema"),
    path("docs/", schema.DocsView.as_view(), name="docs"),
    re_path("", schema.NothingHere.as_view()),
]
