"""What rows in numbers cost over the API, against one request each and against handing the same rows to the database."""

import json
import os
import time
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from forecasts.models import ApiToken, Event, Forecast, Forecaster, Prediction
from forecasts.services.ledger import enter_transaction
from forecasts.services.tokens import issue_token
from tests.benchmarks.crowds import analyse, copy_prediction
from tests.benchmarks.ratios import compare, seconds
from tests.benchmarks.test_import import rows_for, write_rows
from tests.builders import NOW, make_forecaster, make_prediction, make_source, make_world

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(1800)]

FULL = os.environ.get("BENCH_FULL") == "1"
N_ROWS = 50_000 if FULL else 10_000
N_SINGLE, N_ONE_BY_ONE = 100, 500
AGAINST = "COPY" if connection.vendor == "postgresql" else "executemany"


@pytest.fixture
def program():
    account = User.objects.create_user("editor")
    _, text = issue_token(name="bench", account=account, scopes=[ApiToken.Scope.ADMIN], now=NOW)
    return Client(headers={"authorization": f"Bearer {text}"})


def test_forecasts_in_numbers(program, capsys):
    _predictions(2 * N_ROWS + N_SINGLE)
    keys = [str(key) for key in Prediction.objects.order_by("pk").values_list("pk", flat=True)]
    single, sent = keys[:N_SINGLE], keys[N_SINGLE : N_SINGLE + N_ROWS]
    other = keys[N_SINGLE + N_ROWS : N_SINGLE + 2 * N_ROWS]
    each = seconds(lambda: [_post(program, "forecasts/", _forecast(key)) for key in single], rounds=1) / N_SINGLE
    rows = [_forecast(key) for key in sent]
    peer = make_forecaster("copied")
    copies = _copies(on=other, by=peer)
    _send(program, "bulk/forecasts/", [_forecast(keys[-1])])

    def ours():
        _send(program, "bulk/forecasts/", rows)
        # As the commit would; what the entry costs belongs to what the rows cost.
        enter_transaction(connection)
        connection.check_constraints()

    def limit():
        write_rows(Forecast, *copies)
        connection.check_constraints()

    with capsys.disabled():
        what = f"sending {N_ROWS:,} forecasts in numbers ({connection.vendor})"
        _tell(
            compare(
                what,
                ours=ours,
                limit=limit,
                against=f"{AGAINST} of the same rows",
                rounds=1,
                clock=time.perf_counter,
                before=lambda: enter_transaction(connection),
            ),
            each=each,
        )
    assert (
        Forecast.objects.filter(prediction__in=sent).count()
        == Forecast.objects.filter(forecaster=peer).count()
        == N_ROWS
    )


def test_events_in_numbers(program, capsys):
    make_world()
    make_prediction()
    sending, writing = make_source(slug="sending"), make_source(slug="writing")
    alone, first = make_source(slug="alone"), make_source(slug="first")
    each = (
        seconds(
            lambda: [_post(program, "events/", _event(number, source=alone)) for number in range(N_SINGLE)], rounds=1
        )
        / N_SINGLE
    )
    _send(program, "bulk/events/", [_event(number, source=first) for number in range(N_ROWS)])
    rows = [_event(number, source=sending) for number in range(N_ROWS)]
    copies = rows_for(writing, like=first)

    def ours():
        _send(program, "bulk/events/", rows)
        enter_transaction(connection)
        connection.check_constraints()

    def limit():
        for model, (columns, values) in copies.items():
            write_rows(model, columns, values)
        connection.check_constraints()

    with capsys.disabled():
        what = f"sending {N_ROWS:,} events in numbers ({connection.vendor})"
        _tell(
            compare(
                what,
                ours=ours,
                limit=limit,
                against=f"{AGAINST} of the same rows",
                rounds=1,
                clock=time.perf_counter,
                before=lambda: enter_transaction(connection),
            ),
            each=each,
        )
    assert Event.objects.filter(source=sending).count() == Event.objects.filter(source=writing).count() == N_ROWS


def test_articles_and_verdicts_in_numbers(program, capsys):
    make_forecaster("the-example", kind="OUTLET"), make_forecaster("sender")
    _predictions(N_SINGLE + N_ONE_BY_ONE)
    keys = [str(key) for key in Prediction.objects.order_by("pk").values_list("pk", flat=True)]
    articles = [_article(number) for number in range(N_SINGLE + N_ONE_BY_ONE)]
    verdicts = [{"prediction": key, "verdict": "YES", "reason": "It was so announced."} for key in keys[1:]]
    for name, rows, place in (
        ("articles", articles, lambda row: "articles/"),
        ("verdicts", verdicts, lambda row: f"predictions/{row['prediction']}/verdicts/"),
    ):
        alone, together = rows[:N_SINGLE], rows[N_SINGLE : N_SINGLE + N_ONE_BY_ONE]
        bodies = [{key: value for key, value in row.items() if key != "prediction"} for row in alone]
        sent = [(place(row), body) for row, body in zip(alone, bodies, strict=True)]
        each = seconds(lambda sent=sent: [_post(program, path, body) for path, body in sent], rounds=1)
        path = f"bulk/{name}/"
        ours = seconds(lambda path=path, rows=together: _send(program, path, rows), rounds=1)
        with capsys.disabled():
            rate = (each / N_SINGLE) / (ours / len(together))
            took = ours / len(together) * 1e6
            print(
                f"\n{len(together):,} {name} in numbers ({connection.vendor}): {took:.0f} us a row, {rate:.1f} x the rate of a request each"
            )


def _article(number: int) -> dict:
    return {
        "title": "After the vote",
        "canonical_url": f"https://example.org/{number}",
        "outlet": "the-example",
        "authors": ["sender"],
        "published_at": "2025-01-06T00:00:00Z",
        "text": "Aid may stop at once.",
    }


def _tell(found, *, each: float) -> None:
    ours = found.ours_ms / 1000 / N_ROWS
    print(
        f"  {ours * 1e6:.0f} us a row: {each / ours:.0f} x the rate of a request each, {1 / found.ratio:.2f} of the rate of {AGAINST}"
    )


def _predictions(count: int) -> None:
    prediction = make_prediction(probability=None)
    make_forecaster("sender")
    copy_prediction(prediction, count=count, first=1)
    analyse()


def _forecast(prediction: str) -> dict:
    return {"prediction": prediction, "forecaster": "sender", "wording": {"probability": "0.25"}}


def _event(number: int, *, source) -> dict:
    return {
        "source": source.slug,
        "external_id": str(number),
        "title": f"Package {number} is sent",
        "event_type": "AID",
        "occurred_on": "2025-02-03",
        "topics": ["aid/military"],
        "actors": ["USA.GOV"],
        "evidence": [{"url": f"https://news.example/{number}"}],
    }


def _post(program: Client, path: str, body: dict) -> None:
    answer = program.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content


def _send(program: Client, path: str, rows: list[dict]) -> None:
    body = "\n".join(map(json.dumps, rows))
    answer = program.post(f"/api/v1/{path}", body, content_type="application/x-ndjson")
    assert answer.status_code == 200, answer.content
    assert answer.json()["recorded"] == len(rows), answer.content[:2000]


def _copies(*, on: list[str], by: Forecaster) -> tuple[list[str], list[tuple]]:
    """The columns and rows of forecasts like those that are sent, on other predictions."""
    fields = Forecast._meta.concrete_fields
    made = datetime.now(UTC)
    rows = [
        Forecast(prediction_id=key, forecaster=by, probability="0.25", made_at=made, recorded_at=made) for key in on
    ]
    values = [
        tuple(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields) for row in rows
    ]
    return [field.column for field in fields], values
