"""Scoring the forecasts of resolved predictions, and posting what counts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from forecasts.models import Among, Posting, Resolution, Score
from forecasts.scoring.rules import brier_score, log_score
from forecasts.selectors.counting import BASIS_POINTS, Counted, counted, outcomes_of

from .bulk import insert_values
from .rollups import Entry, post, take_marks_off

RULES = {Score.Rule.BRIER: (1, brier_score), Score.Rule.LOG: (1, log_score)}
PLACES = Decimal("0.0000000001")
TERMS = (
    "cluster", "level", "outcome", "reference", "reference_kind", "weight", "horizon_weight", "is_first", "is_last",
    "scheduled_close_at",
)  # fmt: skip
POSTING = ("forecast_id", *TERMS, "resolution_id", "sign", "takes_back_id", "recorded_at")
SCORE = ("forecast_id", "resolution_id", "rule", "rule_version", "outcome", "value", "recorded_at")
KNOWN = ("known_at", "is_retrospective")
terms_of = attrgetter(*TERMS)
posted_terms_of = attrgetter("forecast_id", *TERMS)
known_of = attrgetter(*KNOWN)


def score_predictions(*, predictions: Collection[UUID], now: datetime) -> int:
    """
    Bring scores, postings and kept sums of predictions in line with the last word on each, as it is recorded.

    The caller holds the rows of the predictions locked.

    Returns:
        As `score_under`.
    """
    current = Resolution.objects.current().filter(Among("prediction", predictions))
    resolutions = {one.prediction_id: one for one in current}
    return score_under(resolutions={pk: resolutions.get(pk) for pk in predictions}, now=now)


def score_under(*, resolutions: Mapping[UUID, Resolution | None], now: datetime) -> int:
    """
    Bring scores, postings and kept sums of predictions in line with the last word on each.

    What counts no longer is taken back, what counts anew or otherwise is posted. Running it again changes nothing. The
    caller holds the rows of the predictions locked. The number of queries does not depend on how many they are.

    Args:
        resolutions: The last word on each prediction; None where there is none.

    Returns:
        How many postings were added, without those that take back.
    """
    marked = take_marks_off(resolutions.keys())
    words = {pk: one for pk, one in resolutions.items() if one is not None}
    cases = {one.forecast_id: one for one in counted(outcomes_of(words.values()))}
    _record_scores(list(cases.values()), words=words, now=now)
    standing = {one.forecast_id: one for one in _posted(resolutions)}
    gone = [one for key, one in standing.items() if not _is_same(one, cases.get(key), words=words)]
    kept = standing.keys() - {one.forecast_id for one in gone}
    added = [one for key, one in cases.items() if key not in kept]
    insert_values(Posting, POSTING, list(_rows(gone, added, words=words, now=now)))
    post(entries=[*_taken(gone), *_added(added)], marked=marked)
    return len(added)


def _posted(predictions: Iterable[UUID]) -> Iterable[Posting]:
    """The postings of predictions that nothing has taken back, with what is asked of them."""
    rows = Posting.objects.net().filter(Among("resolution__prediction", predictions)).select_related("resolution")
    return rows.only("forecast_id", *TERMS, *(f"resolution__{name}" for name in ("prediction_id", *KNOWN)))


def _is_same(posting: Posting, case: Counted | None, *, words: Mapping[UUID, Resolution]) -> bool:
    """Whether a posting says what is to be said, be it under an earlier word on the same outcome."""
    if case is None or known_of(posting.resolution) != known_of(words[case.prediction_id]):
        return False
    return terms_of(posting) == terms_of(case)


def _rows(
    gone: Iterable[Posting], added: Iterable[Counted], *, words: Mapping[UUID, Resolution], now: datetime
) -> Iterator[tuple[Any, ...]]:
    for one in gone:
        yield *posted_terms_of(one), one.resolution_id, -1, one.pk, now
    for case in added:
        yield *posted_terms_of(case), words[case.prediction_id].pk, 1, None, now


def _taken(postings: Iterable[Posting]) -> Iterator[Entry]:
    for one in postings:
        yield Entry(one.resolution.prediction_id, one.forecast_id, one, -1)


def _added(cases: Iterable[Counted]) -> Iterator[Entry]:
    for one in cases:
        yield Entry(one.prediction_id, one.forecast_id, one, 1)


def _record_scores(cases: Sequence[Counted], *, words: Mapping[UUID, Resolution], now: datetime) -> None:
    """Record the scores that are not recorded yet."""
    under = {pk: words[pk].pk for pk in {one.prediction_id for one in cases}}
    recorded = set(
        Score.objects.filter(resolution__in=set(under.values())).values_list("forecast", "resolution", "rule")
    )
    rows = []
    for rule, (version, score) in RULES.items():
        values = _values(cases, score=score)
        for one in cases:
            key = (one.forecast_id, under[one.prediction_id], rule)
            if key not in recorded:
                rows.append((*key, version, *values[one.level, one.outcome], now))
    insert_values(Score, SCORE, rows)


def _values(cases: Iterable[Counted], *, score: Any) -> Mapping[tuple[int, int], tuple[Decimal, Decimal]]:
    """The outcome and the score of each level and outcome there are, worked out once."""
    pairs = sorted({(one.level, one.outcome) for one in cases})
    fcst, obs = ([pair[place] / BASIS_POINTS for pair in pairs] for place in (0, 1))
    found = zip(pairs, obs, score(fcst, obs), strict=True)
    return {pair: (Decimal(repr(share)), _rounded(value)) for pair, share, value in found}


def _rounded(value: Any) -> Decimal:
    return Decimal(repr(float(value))).quantize(PLACES)
