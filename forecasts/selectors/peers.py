"""Everybody on one prediction against the others, by how long each forecast stood."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import fsum, inf
from typing import Final
from uuid import UUID

from forecasts.models import Forecast, Prediction, Resolution
from forecasts.scoring.levels import BASIS_POINTS
from forecasts.scoring.peers import Scheduled, peer_scores, spot_peer_scores
from forecasts.scoring.thresholds import NOTHING, Absent, Missing

from .counting import Counted, Outcome, counted, outcomes_of
from .opinions import own_forecasts

MAX_LISTED: Final = 1_000
UNSCHEDULED: Final = Absent(
    Missing.NOT_SCHEDULED,
    "When this prediction was bound to be decided is not recorded: there is no time to divide by.",
)


@dataclass(frozen=True, kw_only=True)
class PeerLine:
    """
    What a forecaster earned on the prediction, all their forecasts together; `n` is how many those are.

    `spot` is the peer score of the one that stood when the outcome could be known.
    """

    forecaster: str
    peer: float
    spot: float
    baseline: float
    coverage: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Peers:
    """
    The forecasters of a prediction, the highest peer score first, `MAX_LISTED` at most; or why there are no scores.

    `ends_at` is when the outcome could be known.
    """

    prediction_id: UUID
    opens_at: datetime
    closes_at: datetime | None
    ends_at: datetime | None
    lines: tuple[PeerLine, ...]
    n_forecasters: int
    absent: Absent | None


@dataclass(frozen=True, slots=True)
class _Stood:
    """A forecast that counts, and from when until when it stood, in seconds."""

    forecaster: str
    probability: float
    since: float
    until: float


def peers_on(*, prediction_id: UUID) -> Peers:
    """
    Return the peer and baseline score of everybody who forecast a prediction, under the last word on it.

    Crowds and markets take no part. A forecast stands until its forecaster's next one, or their withdrawal.

    Raises:
        Prediction.DoesNotExist: There is no such prediction.
    """
    prediction = Prediction.objects.get(pk=prediction_id)
    outcome = outcomes_of(Resolution.objects.current().filter(prediction=prediction)).get(prediction.pk)
    absent = _why_absent(prediction, outcome)
    lines = [] if absent or outcome is None else _lines(prediction, outcome=outcome)
    return Peers(
        prediction_id=prediction.pk,
        opens_at=prediction.issued_at,
        closes_at=prediction.scheduled_close_at,
        ends_at=min(outcome.moments, default=None) if outcome else None,
        lines=tuple(sorted(lines, key=lambda line: (-line.peer, line.forecaster))[:MAX_LISTED]),
        n_forecasters=len(lines),
        absent=absent,
    )


def _why_absent(prediction: Prediction, outcome: Outcome | None) -> Absent | None:
    if outcome is None:
        return NOTHING
    closes = prediction.scheduled_close_at
    return UNSCHEDULED if closes is None or closes <= prediction.issued_at else None


def _lines(prediction: Prediction, *, outcome: Outcome) -> list[PeerLine]:
    stood = _standing(prediction, counted({prediction.pk: outcome}))
    scheduled = _scheduled(prediction, outcome)
    fcst, share = [one.probability for one in stood], outcome.share / BASIS_POINTS
    since, until = [one.since for one in stood], [one.until for one in stood]
    found = peer_scores(fcst, share, since=since, until=until, scheduled=scheduled)
    spot = spot_peer_scores(fcst, share, since=since, until=until, at=scheduled.last)
    rows = zip(stood, found.peer.tolist(), spot.tolist(), found.baseline.tolist(), found.coverage.tolist(), strict=True)
    by_forecaster: dict[str, list[Sequence[float]]] = defaultdict(list)
    for one, *scores in rows:
        by_forecaster[one.forecaster].append(scores)
    return [_line(forecaster, scores) for forecaster, scores in by_forecaster.items()]


def _line(forecaster: str, scores: Sequence[Sequence[float]]) -> PeerLine:
    peer, spot, baseline, coverage = (fsum(column) for column in zip(*scores, strict=True))
    return PeerLine(forecaster=forecaster, peer=peer, spot=spot, baseline=baseline, coverage=coverage, n=len(scores))


def _standing(prediction: Prediction, rows: Iterable[Counted]) -> list[_Stood]:
    counts = {row.forecast_id for row in rows}
    made: dict[str, list[Forecast]] = defaultdict(list)
    given = own_forecasts().filter(prediction=prediction)
    for one in given.select_related("forecaster").order_by("made_at", "pk"):
        made[one.forecaster.slug].append(one)
    return [
        _Stood(slug, one.value, one.made_at.timestamp(), next_one.made_at.timestamp() if next_one else inf)
        for slug, forecasts in made.items()
        for one, next_one in pairwise([*forecasts, None])
        if one is not None and one.pk in counts
    ]


def _scheduled(prediction: Prediction, outcome: Outcome) -> Scheduled:
    closes = prediction.scheduled_close_at or prediction.issued_at
    ends = min((*outcome.moments, closes))
    return Scheduled(prediction.issued_at.timestamp(), closes.timestamp(), ends.timestamp())
