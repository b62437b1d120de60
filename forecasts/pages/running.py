"""How the score of a scorecard came about: the mean after each outcome, as a picture and as rows of a table."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from forecasts.charts.running import Standing, running_line
from forecasts.scoring.levels import BASIS_POINTS, WHOLE
from forecasts.scoring.running import MIN_EVENTS, Settled, Stand, latest_brier, running_brier
from forecasts.selectors.scorecards import Scorecard


@dataclass(frozen=True)
class Running:
    """The picture with its rows, the newest first; or what to say in their place."""

    drawing: SafeString | None
    rows: tuple[Stand, ...]
    told: str


def running_of(card: Scorecard, *, name: str) -> Running | None:
    """The mean Brier score over time; None where nothing is scored."""
    if not card.calls:
        return None
    if card.summary.n_clusters < MIN_EVENTS:
        told = f"Not drawn below {MIN_EVENTS} independent events: it would leap with each of them."
        return Running(None, (), told)
    stands = _stands(card)
    if len(stands) < 2:
        return Running(None, (), "Not drawn: all outcomes became known at one time.")
    drawn = [
        Standing(one.at, one.n, one.brier, *((one.interval.low, one.interval.high) if one.interval else ()))
        for one in stands
    ]
    told = "" if drawn[0].low is not None else f"The last {len(card.calls)} calls, after all before; without a band."
    title = f"Mean Brier score over time: {name}"
    drawing = SafeString(running_line(drawn, id_prefix="running", title=title))
    return Running(drawing, tuple(reversed(stands)), told)


def _stands(card: Scorecard) -> tuple[Stand, ...]:
    settled = [
        Settled(
            call.known_at,
            call.cluster,
            round(call.probability * BASIS_POINTS),
            round(call.outcome * BASIS_POINTS),
            round(call.weight * WHOLE),
        )
        for call in card.calls
        if call.known_at is not None
    ]
    if card.n_calls <= len(card.calls):
        return running_brier(settled)
    return latest_brier(settled, totals=card.sample.totals, n=card.n_calls)
