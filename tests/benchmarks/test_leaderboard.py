"""What it takes to rank two hundred forecasters who all forecast the same five hundred predictions."""

import time
from collections import defaultdict
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from forecasts.models import Forecast, Posting, Prediction
from forecasts.selectors.comparisons import compare_with_peers
from forecasts.selectors.difficulties import difficulties
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.slices import Slice, Weighting
from forecasts.services.verdicts import record_verdict
from tests.benchmarks.crowds import copy_rows, identifier
from tests.benchmarks.histories import (
    FORECASTERS,
    FORECASTS,
    LEVEL,
    OUTCOME,
    RESOLUTIONS,
    add_forecasters,
    add_predictions,
    look_at_rows,
    stage,
    without_triggers,
)
from tests.benchmarks.ratios import compare
from tests.builders import NOW, make_prediction

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(900)]

PEOPLE, QUESTIONS = 200, 500


def _everybody_forecasts_all(original: Prediction) -> None:
    on, by, numbers = f"(n.i / {PEOPLE})", f"(n.i %% {PEOPLE})", range(PEOPLE * QUESTIONS)
    with without_triggers():
        stage()
        add_forecasters(original.holder, count=PEOPLE, first=0)
        add_predictions(original, range(QUESTIONS))
        made = {
            "id": identifier(offset=FORECASTS),
            "prediction_id": identifier(of=on),
            "forecaster_id": identifier(of=by, offset=FORECASTERS),
            "probability": f"{LEVEL.format(seed=0)} / 10000.0",
        }
        copy_rows(Forecast.objects.filter(prediction=original), numbers, made)
        posted = {
            "forecast_id": identifier(offset=FORECASTS),
            "resolution_id": identifier(of=on, offset=RESOLUTIONS),
            "cluster": f"'event-' || {on}",
            "level": LEVEL.format(seed=0),
            "outcome": OUTCOME.format(prediction=on),
        }
        copy_rows(Posting.objects.filter(resolution__prediction=original), numbers, posted)
    look_at_rows()


ADDED_UP = """
SELECT forecaster_id, cluster, sum(sign * weight), sum(sign * CAST(weight AS bigint) * (level - outcome) * (level - outcome))
FROM forecasts_posting JOIN forecasts_forecast ON forecasts_forecast.id = forecast_id GROUP BY 1, 2
"""


def _group_by() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(ADDED_UP)
        return cursor.fetchall()


def _means() -> list[float]:
    """The mean Brier score of everybody, from what the database adds up."""
    sums: dict[object, list[int]] = defaultdict(lambda: [0, 0])
    for forecaster, _, weight, brier in _group_by():
        sums[forecaster][0] += int(weight)
        sums[forecaster][1] += int(brier)
    return sorted(brier / (weight * 10**8) for weight, brier in sums.values())


def test_a_leaderboard_takes_little_more_than_adding_up_what_it_ranks(capsys):
    original = make_prediction(rules=[], probability="0.7")
    record_verdict(
        prediction_id=original.pk,
        verdict="YES",
        reason="It happened.",
        actor=User.objects.create_user("editor"),
        now=NOW,
    )
    _everybody_forecasts_all(original)
    asked: dict[str, Callable[[], object]] = {
        "a leaderboard": lambda: leaderboard(Slice()),
        "a leaderboard of a topic": lambda: leaderboard(Slice(topic="bench")),
        "a leaderboard of an outlet's": lambda: leaderboard(Slice(outlet="outlet-1")),
        "a leaderboard of last words": lambda: leaderboard(Slice(weighting=Weighting.LAST)),
        "a leaderboard of lead times": lambda: leaderboard(Slice(lead_days_min=0)),
        "a leaderboard of numbers": lambda: leaderboard(Slice(verbal=False)),
        "a leaderboard as recorded": lambda: leaderboard(Slice(as_recorded=NOW)),
        "difficulties": lambda: difficulties(Slice(topic="bench")),
        "one against everybody": lambda: compare_with_peers(Slice(), first="crowd-1"),
    }
    with capsys.disabled():
        for what, work in asked.items():
            compare(what, ours=work, limit=_group_by, against="a bare GROUP BY", rounds=3, clock=time.perf_counter)

    board, adjusted = leaderboard(Slice()), difficulties(Slice(topic="bench"))
    means = _means()
    assert sorted(line.mean_brier for line in (*board.ranked, *board.unranked)) == pytest.approx(means, abs=1e-12)
    of_the_crowd = {line.slug: line.mean_brier for line in (*board.ranked, *board.unranked) if line.n > 1}
    assert {line.forecaster: line.mean_brier for group in adjusted.groups for line in group} == pytest.approx(
        of_the_crowd
    )
