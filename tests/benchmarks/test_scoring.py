"""What scoring a crowd on resolution costs against the bare arithmetic and a bare write of the same rows."""

import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model

from forecasts.models import Posting, Prediction, Score
from forecasts.scoring.rules import brier_score, log_score
from forecasts.services.resolutions import append_resolution
from forecasts.services.scores import score_predictions
from tests.benchmarks.crowds import identifier
from tests.benchmarks.histories import FORECASTERS, add_forecasters, add_forecasts, the
from tests.benchmarks.ratios import compare
from tests.builders import NOW, make_prediction

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(1800)]

N_FORECASTS = 100_000


class TakenBack(Exception):
    """Ends a transaction whose rows are not wanted."""


def test_scoring_100_000_forecasts_against_numpy_and_a_bare_write(capsys):
    prediction = _decided()
    known: dict[str, tuple] = {}
    _and_back(lambda: _score_and_keep(prediction, known))
    fcst = np.array(known["levels"]) / 10_000

    def limit():
        outcomes = np.ones(len(fcst))
        assert len(brier_score(fcst, outcomes)) == len(log_score(fcst, outcomes)) == len(fcst)
        for name in ("scores", "postings"):
            _write(*known[name])

    with capsys.disabled():
        against = "numpy and " + ("COPY" if connection.vendor == "postgresql" else "executemany") + " of the same rows"
        compare(
            f"scoring {N_FORECASTS:,} forecasts on one prediction ({connection.vendor})",
            ours=lambda: _and_back(lambda: score_predictions(predictions=[prediction.pk], now=NOW)),
            limit=lambda: _and_back(limit),
            against=against,
            rounds=3,
            clock=time.perf_counter,
        )

    assert len(known["scores"][2]) == 2 * len(known["postings"][2]) == 2 * len(fcst) == 2 * (N_FORECASTS + 1)


def _decided() -> Prediction:
    """A prediction with a crowd's forecasts and a verdict under which nothing is scored yet."""
    prediction = make_prediction(rules=[])
    (first,) = prediction.forecasts.all()
    add_forecasters(prediction.holder, count=N_FORECASTS)
    add_forecasts(first, on=the(prediction), by=identifier(offset=FORECASTERS), first=1, count=N_FORECASTS)
    editor = User.objects.create_user("editor")
    append_resolution(
        prediction=prediction, now=NOW, verdict="YES", state="FINAL", reason_code="JUDGED", reason="So it was.",
        actor=editor,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return prediction


def _and_back(work: Callable[[], object]) -> None:
    """Do it, have the database check what it would check on commit, and take it back."""
    with suppress(TakenBack), transaction.atomic():
        work()
        connection.check_constraints()
        raise TakenBack


def _score_and_keep(prediction: Prediction, known: dict[str, tuple]) -> None:
    score_predictions(predictions=[prediction.pk], now=NOW)
    known["levels"] = tuple(Posting.objects.values_list("level", flat=True))
    known["scores"], known["postings"] = _rows(Score), _rows(Posting)


def _rows(model: type[Model]) -> tuple[type[Model], list[str], list[tuple]]:
    """All rows of a table, ready to be written again."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    rows = model.objects.values_list(*(field.attname for field in fields))
    values = [
        tuple(field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True))
        for row in rows
    ]
    return model, [field.column for field in fields], values


def _write(model: type[Model], columns: list[str], rows: list[tuple]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({marks})", rows)
