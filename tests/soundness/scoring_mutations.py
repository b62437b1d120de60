"""Faults that somebody could make in scores and scorecards, with the tests that must notice each."""

from tests.soundness.mutations import Mutation

SCORING, SELECTORS, SERVICES, FEEDS = (f"forecasts/{name}/" for name in ("scoring", "selectors", "services", "feeds"))
PARTIAL = ("tests/services/test_partial_outcomes.py",)
SUMS = ("tests/services/test_rollups.py",)
IMPORTS = ("tests/services/test_forecast_imports.py",)
FILES = ("tests/feeds/test_forecast_files.py",)
UNWEIGHED = (
    "tests/selectors/test_coverage.py::test_what_is_resolved_by_a_forecast_that_is_not_weighed_is_counted_as_without_weight",
)
ANY_SLICE = ("tests/soundness/test_any_slice.py",)


def core(*names: str) -> tuple[str, ...]:
    """The tests of these parts of the core."""
    return tuple(f"tests/scoring/test_{name}.py" for name in names)


def only(name: str, test: str) -> tuple[str, ...]:
    """One test of a part of the core, where others that take longer come before it."""
    return (f"tests/scoring/test_{name}.py::test_{test}",)


def failure_of_others(name: str) -> tuple[str, ...]:
    """The test of one thing that others got wrong."""
    return (f"tests/soundness/test_failures_of_others.py::test_{name}",)


IN_TIME = "made_at < moment if made_before is None else made_before <= moment"
TIES = "level, place = np.unique(table[:, 0], return_inverse=True)"
NO_TIES = "place = np.argsort(np.argsort(table[:, 0], kind='stable')); level = np.sort(table[:, 0])"
BRIER = "return outcomes * (1 - probabilities) ** 2 + (1 - outcomes) * probabilities**2"
SCHEDULED = "(max(until, since) - since) / (closes - opens)"
SHARES = "{Verdict.YES: BASIS_POINTS, Verdict.NO: 0}"
SMALL = "self.clusters * residuals / ((self.clusters - 1) * (n**2"
OTHERS = "100 * (gains - (total - gains) / (n - 1))"

SCORING_MUTATIONS = (
    Mutation("what was made at the instant of knowing counts", SELECTORS + "counting.py", IN_TIME, IN_TIME.replace("made_at < moment", "made_at <= moment"), failure_of_others("what_is_said_once_the_outcome_is_known_earns_nothing")),
    Mutation("what is made too late counts", SELECTORS + "counting.py", IN_TIME, "True", failure_of_others("what_is_said_once_the_outcome_is_known_earns_nothing")),
    Mutation("bins include their upper edge", SCORING + "decomposition.py", "levels.level * n_bins // BASIS_POINTS", "(levels.level * n_bins - 1) // BASIS_POINTS", only("decomposition", "five_parts_add_up_in_any_number_of_bins")),
    Mutation("the last bin excludes 1", SCORING + "decomposition.py", "np.minimum(levels.level * n_bins // BASIS_POINTS, n_bins - 1)", "levels.level * n_bins // BASIS_POINTS", failure_of_others("every_probability_falls_in_exactly_one_bin")),
    Mutation("ties are not added up before pooling", SCORING + "levels.py", TIES, NO_TIES, core("decomposition", "calibration")),
    Mutation("pooling is not weighted", SCORING + "levels.py", "isotonic_regression(self.shares, weights=self.weights)", "isotonic_regression(self.shares)", core("decomposition")),
    Mutation("peers are compared with themselves too", SCORING + "peers.py", OTHERS, "100 * (gains - total / n)", core("peers")),
    Mutation("peer scores over time divide by all", SCORING + "peers.py", "np.divide(1.0, standing - 1,", "np.divide(1.0, standing,", core("peers")),
    Mutation("time that passed is the divisor", SCORING + "weighting.py", SCHEDULED, SCHEDULED.replace("closes", "last"), core("weighting")),
    Mutation("standing time goes on after the outcome", SCORING + "weighting.py", "last = min(ends, closes)", "last = closes", core("weighting")),
    Mutation("the Brier score is clipped", SCORING + "rules.py", BRIER, "probabilities = np.clip(probabilities, LOG_CLIP, 1 - LOG_CLIP)\n    " + BRIER, core("rules")),
    Mutation("the log score is not clipped", SCORING + "statistics.py", "min(max(level / BASIS_POINTS, LOG_CLIP), 1 - LOG_CLIP)", "min(max(level / BASIS_POINTS, 1e-6), 1 - 1e-6)", core("statistics")),
    Mutation("annulled counts as No", SELECTORS + "counting.py", SHARES, SHARES.replace("}", ", Verdict.ANNULLED: 0}"), failure_of_others("another_verdict_leaves_exactly_the_scores_it_should")),
    Mutation("ambiguous counts as half", SELECTORS + "counting.py", SHARES, SHARES.replace("}", ", Verdict.AMBIGUOUS: 5_000}"), failure_of_others("another_verdict_leaves_exactly_the_scores_it_should")),
    Mutation("in part counts as Yes", SELECTORS + "counting.py", "return round(share * BASIS_POINTS)", "return BASIS_POINTS", PARTIAL),
    Mutation("in part is not counted as resolved", SELECTORS + "counting.py", "SETTLED = (Verdict.YES, Verdict.NO, Verdict.PARTLY)", "SETTLED = (Verdict.YES, Verdict.NO)", PARTIAL),
    Mutation("another share is the same verdict", SERVICES + "verdicts.py", "if final is None or (final.verdict, final.share) == answer:", "if final is None or final.verdict == answer[0]:", PARTIAL),
    Mutation("the error is not corrected for few events", SCORING + "statistics.py", SMALL, "residuals / (1 * (n**2", core("statistics")),
    Mutation("two readings of an event are not paired", SCORING + "rereading.py", "(late - early) ** 2", "late**2 + early**2", core("rereading")),
    Mutation("events that both read alike are certain", SCORING + "rereading.py", "squares = score**2 * known.squares - 2 * score * weight * known.with_weight + weight**2 * same.weight_squares", "squares = Fraction()", core("rereading")),
    Mutation("the bounds of words have no interval of their own", SCORING + "verbal.py", "zip(said, losses, strict=True)", "zip(said, [sum(losses) / len(said)] * len(said), strict=True)", core("verbal")),
    Mutation("the error of a list is not corrected either", SCORING + "intervals.py", "n_clusters / (n_clusters - 1) * total", "n_clusters / n_clusters * total", core("intervals")),
    Mutation("events lose one degree of freedom less", SCORING + "signed.py", "stdtrit(n_clusters - 1,", "stdtrit(n_clusters,", core("signed")),
    Mutation("events that are alike are taken for a spread of nothing", SCORING + "unseen.py", "return error * math.sqrt(events) <= ALIKE * (span[1] - span[0])", "return False", core("signed", "comparison")),
    Mutation("what was not met is asked of one side only", SCORING + "unseen.py", "math.log((1 - level) / 2) / events", "math.log(1 - level) / events", core("signed", "comparison")),
    Mutation("what hardly varied is nearly certain", SCORING + "intervals.py", "return found if reach is None else", "return found if True else", core("unseen", "leaderboard")),
    Mutation("what was not met goes the way of what was", SCORING + "unseen.py", "return (1 - math.sqrt(score)) ** 2", "return score", core("unseen")),
    Mutation("a slice holds what was recorded later", SELECTORS + "slices.py", "found &= Q(recorded_at__lte=chosen.as_recorded)", "pass", ANY_SLICE),
    Mutation("a lead of exactly so long is left out", SELECTORS + "slices.py", "resolution__known_at__gte=F", "resolution__known_at__gt=F", ANY_SLICE),
    Mutation("the last of a part of a record always weighs", SELECTORS + "recorded_coverage.py", "or bool(PARTS_A_RECORD & chosen.is_narrowed_by())", "", UNWEIGHED),
    Mutation("forecasts count as events", SELECTORS + "sums.py", "clusters[one.cluster] +=", "clusters[f'{one.cluster}{one.level}'] +=", failure_of_others("one_event_is_one_event_however_many_forecasts_hang_on_it")),
    Mutation("repeating oneself adds weight", SCORING + "weighting.py", "return [share + (place < left) for place in range(n)]", "return [WHOLE for place in range(n)]", core("weighting")),
    Mutation("what is left of a division is lost", SCORING + "weighting.py", "share + (place < left)", "share", core("weighting")),
    Mutation("one half was right", SCORING + "statistics.py", "BASIS_POINTS if level == HALF else", "2 * outcome if level == HALF else", core("statistics", "summary")),
    Mutation("ties are won", SCORING + "discrimination.py", "(failed.cumsum() - failed / 2)", "failed.cumsum()", core("discrimination")),
    Mutation("bias is the wrong way round", SCORING + "statistics.py", "level - outcome, expected", "outcome - level, expected", core("statistics")),
    Mutation("points are lost where they are saved", SCORING + "statistics.py", "against - brier", "brier - against", core("statistics")),
    Mutation("a market is compared with itself", SELECTORS + "counting.py", "rivals[place - 1].forecaster_id == row.forecaster_id", "False", SUMS),
    Mutation("what is taken back is not taken off", SERVICES + "scores.py", "[*_taken(gone), *_added(added)]", "[*_added(added)]", SUMS),
    Mutation("what a forecaster's predictions came to is added again", SERVICES + "rollups.py", "(was.by_forecaster or {}).get(slug, {})", "{}", SUMS),
    Mutation("topics do not include what lies below", SERVICES + "rollups.py", "for depth in range(1, len(steps) + 1):", "for depth in (len(steps),):", SUMS),
    Mutation("cuts are added and not averaged", SCORING + "categories.py", "(below[:, :-1] ** 2).mean(axis=1)", "(below[:, :-1] ** 2).sum(axis=1)", core("categories")),
    Mutation("rows need not add up", SCORING + "categories.py", "if abs(row.sum() - 1) > SUMS_WITHIN:", "if row.sum() > 2:", only("categories", "what_is_no_forecast_or_category_is_refused")),
    Mutation("categories count from 1", SCORING + "categories.py", "if not 0 <= outcome < n_categories:", "if not 0 <= outcome <= n_categories:", only("categories", "what_is_no_forecast_or_category_is_refused")),
    Mutation("a price is an outcome", FEEDS + "forecast_questions.py", "    if is_resolved:\n", "    if is_resolved is not None:\n", FILES),
    Mutation("both sides of a game count", FEEDS + "forecast_games.py", "ties=(0, HALF, 1))[:1]", "ties=(0, HALF, 1))", FILES),
    Mutation("rounding makes certainties", FEEDS + "cells.py", "if level in (0, 1) and level != number:", "if False:", FILES),
    Mutation("every revision is withdrawn first", FEEDS + "forecast_questions.py", "return is_same and row.made_at == withdrawal.made_at", "return False", FILES),
    Mutation("a file replaces verdicts", SERVICES + "forecast_plans.py", "answer is None or answer == (row.verdict, row.share)", "True", IMPORTS),
    Mutation("a file may resolve its own forecasts", SERVICES + "forecast_plans.py", "plan.own.add(prediction.pk)", "pass", IMPORTS),
    Mutation("an import forgets to score", SERVICES + "forecast_imports.py", "{pk for pk in plan.touched if pk in plan.answers} | {*unscored}", "set()", IMPORTS),
)  # fmt: skip
