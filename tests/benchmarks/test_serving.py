"""How many answers the web server gives, as a share of those of an empty view of the framework in the same process."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client

from forecasts.models import ApiToken, Forecast, Prediction
from forecasts.services.rebuilds import rebuild_scopes
from forecasts.services.tokens import issue_token
from forecasts.services.verdicts import record_verdict
from tests.benchmarks.crowds import analyse, copy_prediction, identifier
from tests.benchmarks.histories import add_forecasts, grow, the
from tests.benchmarks.ratios import keep
from tests.benchmarks.servers import WRK, Server, Share, load, serving, share
from tests.builders import NOW, make_prediction

N_LISTED, N_FORECASTS = 300, 10_000

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.timeout(1800),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not WRK, reason="wrk is not installed, so nothing can ask as fast as the server answers"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the goals are set for PostgreSQL: give DATABASE_URL"),
]


@dataclass(frozen=True)
class Asked:
    """One way of asking, and the shares of the empty view's rate that it is to have: where nothing changed, and made anew."""

    what: str
    path: str
    goal: float
    goal_anew: float
    headers: Mapping[str, str] = field(default_factory=dict)


WORKED_OUT = [
    Asked("accuracy", "/api/v1/accuracy/?topic=bench", 0.6, 0.25),
    Asked("calibration", "/api/v1/calibration/?topic=bench", 0.6, 0.25),
]


def test_the_rates_of_answers_as_shares_of_an_empty_view(capsys):
    prediction, bearer = _world()
    detail = f"/api/v1/predictions/{prediction.pk}/"
    etag = Client().get(detail).headers["ETag"]
    ways = [
        Asked("a prediction", detail, 0.5, 0.5),
        Asked("a list of 100 predictions", "/api/v1/predictions/?topic=aid/military&page_size=100", 0.3, 0.3),
        Asked("a list of 100 forecasts", "/api/v1/forecasts/?page_size=100", 0.3, 0.3),
        Asked("accuracy, the slice unchanged", "/api/v1/accuracy/?topic=bench", 0.6, 0.6),
        Asked("calibration, the slice unchanged", "/api/v1/calibration/?topic=bench", 0.6, 0.6),
        Asked("a prediction that the reader has", detail, 0.8, 0.8, {"If-None-Match": etag}),
    ]
    with serving() as server:
        _warm(server, ways)
        held = [(way, share(server, way.path, of="/empty/", headers=way.headers)) for way in ways]
        shown = share(server, detail, of=detail, headers={"Authorization": bearer})
    with serving(DJANGO_SETTINGS_MODULE="tests.benchmarks.served_written") as server:
        _warm(server, ways)
        elsewhere = [(way, share(server, way.path, of="/empty/", headers=way.headers)) for way in ways]
    cache.clear()
    with serving(HELD_ANSWERS_MB="0") as server:
        _warm(server, ways)
        anew = [(way, share(server, way.path, of="/empty/", headers=way.headers)) for way in ways]
    with serving(DJANGO_SETTINGS_MODULE="tests.benchmarks.served_counted") as server:
        _warm(server, WORKED_OUT)
        counted = [(way, share(server, way.path, of="/empty/", headers=way.headers)) for way in WORKED_OUT]
    with serving(HELD_ANSWERS_MB="0", DJANGO_SETTINGS_MODULE="tests.benchmarks.served_worked_out") as server:
        _warm(server, WORKED_OUT)
        worked_out = [(way, share(server, way.path, of="/empty/", headers=way.headers)) for way in WORKED_OUT]

    with capsys.disabled():
        print("\nShares of the rate of an empty view (gunicorn with one process, PostgreSQL), nothing written since:")
        for way, one in held:
            _tell(way.what, one, goal=way.goal)
        _tell("a token shown, of the same without", shown, goal=0.9)
        print("The same where something else was written before every request:")
        for way, one in elsewhere:
            _tell(f"{way.what}, after a write elsewhere", one, goal=way.goal)
        print("The same made anew each time, so that this process holds nothing (scorecards are kept in Redis):")
        for way, one in anew:
            _tell(f"{way.what}, made anew", one, goal=way.goal_anew)
        print("Answers about a slice that was counted anew before every request, worked out from its cells on:")
        for way, one in counted:
            _tell(f"{way.what}, counted anew", one, goal=way.goal_anew)
        print("Answers about a slice worked out each time, from the parameters on, nothing held or kept:")
        for way, one in worked_out:
            _tell(f"{way.what}, worked out", one, goal=way.goal_anew)
    assert (
        sum(one.n_failed for one in [shown, *(one for _, one in [*held, *elsewhere, *anew, *counted, *worked_out])])
        == 0
    )


def _world() -> tuple[Prediction, str]:
    """Predictions to list, forecasts to score, and the token of a reader."""
    editor = User.objects.create_user("editor")
    original = make_prediction(statement="It is decided.", rules=[])
    record_verdict(prediction_id=original.pk, verdict="YES", reason="It happened.", actor=editor, now=NOW)
    grow(original, forecasts=N_FORECASTS, first=0)
    prediction = make_prediction()
    forecast = Forecast.objects.get(prediction=prediction)
    copy_prediction(prediction, count=N_LISTED, first=N_FORECASTS)
    add_forecasts(forecast, on=identifier(), by=the(prediction.holder), first=N_FORECASTS, count=N_LISTED)
    rebuild_scopes()
    analyse()
    _, text = issue_token(name="bench", account=editor, scopes=[ApiToken.Scope.READ], now=NOW)
    return prediction, f"Bearer {text}"


def _warm(server: Server, ways: list[Asked]) -> None:
    for way in ways:
        load(server, way.path, headers=way.headers)


def _tell(what: str, one: Share, *, goal: float) -> None:
    reached = [name for name, share in (("clock", one.by_clock), ("CPU time", one.by_cpu)) if share >= goal]
    verdict = {0: "MISSED", 1: f"reached by the {reached[0]} alone" if reached else "", 2: "reached"}[len(reached)]
    print(
        f"  {what}: {one.by_clock:.2f} by the clock, {one.by_cpu:.2f} by the server's CPU time (goal {goal}, {verdict}); "
        f"p99 {one.tail:.1f} x the median, the empty view's {one.tail_of_limit:.1f}; "
        f"{one.ours.rate:,.0f}/s against {one.limit.rate:,.0f}/s, "
        f"{one.ours.cpu_ms:.2f} ms against {one.limit.cpu_ms:.2f} ms of CPU time; {one.n_failed} failed"
    )
    keep(f"serving {what}", asdict(one) | {"goal": goal})
