"""Every address below /api/v1/."""

from collections.abc import Iterator

from django.urls import path, re_path
from django.urls.resolvers import RoutePattern
from rest_framework.routers import SimpleRouter

from .views import (
    accuracy,
    articles,
    bulk,
    bulk_claims,
    bulk_facts,
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
    root,
    schema,
    sealed,
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
    "sealed": sealed.SealedViewSet,
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

IN_NUMBERS: dict[str, type[bulk.BulkEndpoint]] = {
    "articles": bulk_claims.ArticleBulkView,
    "forecasters": bulk_claims.ForecasterBulkView,
    "topics": bulk_claims.TopicBulkView,
    "predictions": bulk_claims.PredictionBulkView,
    "forecasts": bulk.ForecastBulkView,
    "rules": bulk_claims.RuleBulkView,
    "lexicons": bulk_claims.LexiconBulkView,
    "verdicts": bulk_claims.VerdictBulkView,
    "disputes": bulk_claims.DisputeBulkView,
    "reopenings": bulk_claims.ReopeningBulkView,
    "judgements": bulk_claims.JudgementBulkView,
    "article-corrections": bulk_claims.ArticleCorrectionBulkView,
    "sealed": bulk_claims.SealedBulkView,
    "reveals": bulk_claims.RevealBulkView,
    "events": bulk.EventBulkView,
    "evidence": bulk_facts.EvidenceBulkView,
    "corrections": bulk_facts.CorrectionBulkView,
    "retractions": bulk_facts.RetractionBulkView,
    "merges": bulk_facts.MergeBulkView,
    "unmerges": bulk_facts.UnmergeBulkView,
    "observations": bulk_facts.ObservationBulkView,
    "sources": bulk_facts.SourceBulkView,
    "coverage": bulk_facts.CoverageBulkView,
    "entities": bulk_facts.EntityBulkView,
    "memberships": bulk_facts.MembershipBulkView,
    "milestones": bulk_facts.MilestoneBulkView,
}

addresses = [
    # First what is asked most: addresses are tried one after the other.
    path("accuracy/", accuracy.AccuracyView.as_view(), name="accuracy"),
    path("calibration/", accuracy.CalibrationView.as_view(), name="calibration"),
    *router.urls,
    path("accuracy/calls.csv", calls.CallsCsvView.as_view(), name="calls-csv"),
    path("accuracy/cohort/", accuracy.CohortView.as_view(), name="cohort"),
    path("accuracy/figures.csv", calls.FiguresCsvView.as_view(), name="figures-csv"),
    path("accuracy/calls.ndjson", calls.CallsLinesView.as_view(), name="calls-ndjson"),
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
    *(path(f"bulk/{name}/", view.as_view(), name=f"bulk-{name}") for name, view in IN_NUMBERS.items()),
    path("imports/events/", imports.EventImportView.as_view(), name="event-import"),
    path("imports/forecasts/", imports.ForecastImportView.as_view(), name="forecast-import"),
    path("problems/", problems.ProblemListView.as_view(), name="problems"),
    path("problems/<slug:slug>/", problems.ProblemView.as_view(), name="problem"),
    path("schema/", schema.SchemaView.as_view(), name="schema"),
    path("schema/rules/", schema.RuleSchemaView.as_view(), name="rule-schema"),
    path("docs/", schema.DocsView.as_view(), name="docs"),
]


def _named() -> Iterator[str]:
    """The path of every resource: of every address that needs no name of anything recorded."""
    yield from (f"{name}/" for name, _, _ in router.registry)
    for address in addresses:
        if isinstance(address.pattern, RoutePattern):
            path_to_it, needs = str(address.pattern), address.pattern.converters.keys()
            if needs <= {"suffix"}:
                yield from sorted({path_to_it.replace("<str:suffix>", suffix) for suffix in exports.TYPES})


urlpatterns = [
    path("", root.RootView.as_view(paths=tuple(sorted(_named()))), name="root"),
    *addresses,
    re_path("", schema.NothingHere.as_view()),
]
