"""Scoring the forecasts of resolved predictions, and posting what counts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from forecasts.models import Among, Posting, Resolution, Score
from forecasts.scoring.rules import brier_score, log_score
from forecasts.selectors.counting import BASIS_POINTS, Counted, counted, outcomes_of

from .bulk import insert_rows
from .rollups import Entry, post

RULES = {Score.Rule.BRIER: (1, brier_score), Score.Rule.LOG: (1, log_score)}
PLACES = Decimal("0.0000000001")
TERMS = (
    "cluster", "level", "outcome", "reference", "reference_kind", "weight", "horizon_weight", "is_first", "is_last",
    "scheduled_close_at",
)  # fmt: skip
KNOWN = ("known_at", "is_retrospective")


@dataclass(frozen=True)
class _Case:
    """A forecast that counts, and the resolution it counts under."""

    counted: Counted
    resolution: Resolution


def score_predictions(*, predictions: Collection[UUID], now: datetime) -> list[Posting]:
    """
    Bring scores, postings and kept sums of predictions in line with the last word on each, as it is recorded.

    The caller holds the rows of the predictions locked.

    Returns:
        As `score_under`.
    """
    current = Resolution.objects.current().filter(Among("prediction", predictions))
    resolutions = {one.prediction_id: one for one in current}
    return score_under(resolutions={pk: resolutions.get(pk) for pk in predictions}, now=now)


def score_under(*, resolutions: Mapping[UUID, Resolution | None], now: datetime) -> list[Posting]:
    """
    Bring scores, postings and kept sums of predictions in line with the last word on each.

    What counts no longer is taken back, what counts anew or otherwise is posted. Running it again changes nothing. The
    caller holds the rows of the predictions locked. The number of queries does not depend on how many they are.

    Args:
        resolutions: The last word on each prediction; None where there is none.

    Returns:
        The postings that were added, without those that take back.
    """
    current = {pk: one for pk, one in resolutions.items() if one is not None}
    found = counted(outcomes_of(current.values()))
    cases = {one.forecast_id: _Case(one, current[one.prediction_id]) for one in found}
    _record_scores(list(cases.values()), now=now)
    standing = {one.forecast_id: one for one in _posted(resolutions)}
    gone = [one for key, one in standing.items() if key not in cases or not _is_same(one, cases[key])]
    kept = standing.keys() - {one.forecast_id for one in gone}
    added = [_posting(case, now=now) for key, case in cases.items() if key not in kept]
    insert_rows(Posting, [*(_taken_back(one, now=now) for one in gone), *added])
    post(entries=[*_entries(gone, sign=-1), *_entries(added, sign=1)], predictions=list(resolutions))
    return added


def _posted(predictions: Iterable[UUID]) -> Iterable[Posting]:
    """The postings of predictions that nothing has taken back, with what is asked of them."""
    rows = Posting.objects.net().filter(Among("resolution__prediction", predictions)).select_related("resolution")
    return rows.only("forecast_id", *TERMS, *(f"resolution__{name}" for name in ("prediction_id", *KNOWN)))


def _is_same(posting: Posting, case: _Case) -> bool:
    """Whether a posting says what is to be said, be it under an earlier word on the same outcome."""
    one, other = posting.resolution, case.resolution
    is_alike = all(getattr(one, name) == getattr(other, name) for name in KNOWN)
    return is_alike and all(getattr(posting, term) == getattr(case.counted, term) for term in TERMS)


def _posting(case: _Case, *, now: datetime) -> Posting:
    terms = {term: getattr(case.counted, term) for term in TERMS}
    return Posting(forecast_id=case.counted.forecast_id, resolution=case.resolution, sign=1, recorded_at=now, **terms)


def _taken_back(posting: Posting, *, now: datetime) -> Posting:
    terms = {term: getattr(posting, term) for term in TERMS}
    return Posting(
        forecast_id=posting.forecast_id,
        resolution_id=posting.resolution_id,
        sign=-1,
        takes_back=posting,
        recorded_at=now,
        **terms,
    )


def _entries(postings: Iterable[Posting], *, sign: int) -> list[Entry]:
    return [Entry(posting, sign) for posting in postings]


def _record_scores(cases: Sequence[_Case], *, now: datetime) -> None:
    """Record the scores that are not recorded yet."""
    under = {case.resolution.pk for case in cases}
    recorded = set(Score.objects.filter(resolution__in=under).values_list("forecast", "resolution", "rule"))
    fcst = [case.counted.level / BASIS_POINTS for case in cases]
    obs = [case.counted.outcome / BASIS_POINTS for case in cases]
    rows = []
    for rule, (version, score) in RULES.items():
        for case, outcome, value in zip(cases, obs, score(fcst, obs), strict=True):
            if (case.counted.forecast_id, case.resolution.pk, rule) not in recorded:
                row = Score(
                    forecast_id=case.counted.forecast_id,
                    resolution=case.resolution,
                    rule=rule,
                    rule_version=version,
                    outcome=Decimal(repr(outcome)),
                    value=Decimal(repr(float(value))).quantize(PLACES),
                    recorded_at=now,
                )
                rows.append(row)
    insert_rows(Score, rows)
