"""Answers about slices that changed are worked out anew in place, and are what they would be if nothing were held."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection

from forecasts.api import kept
from forecasts.held.answers import ANSWERS
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, make_prediction
from tests.histories import decide, forecast

from .test_held_answers import SLICES, asked_for, postgresql


@pytest.fixture(autouse=True)
def nothing_is_held():
    ANSWERS.clear()


@pytest.fixture
def change(db):
    """What changes the scorecards of a prediction that is decided already."""
    prediction = make_prediction(rules=[])
    decide(prediction, "YES")

    def happens() -> None:
        forecast(prediction, "0.2", days=1)
        settle_prediction(prediction_id=prediction.pk, now=NOW)

    return happens


def told_of(answer) -> tuple[bytes, dict[str, str]]:
    """An answer, without what differs each time."""
    apart = {"X-Request-ID", "RateLimit-Remaining", "RateLimit-Reset"}
    return answer.content, {name: value for name, value in answer.items() if name not in apart}


@pytest.mark.any_database
@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("path", SLICES)
@pytest.mark.parametrize("held", ["here", "elsewhere"])
def test_an_answer_about_a_slice_that_changed_is_renewed_to_what_it_would_be_anew(path, held, reader, change):
    first = reader.get(path)
    change()
    if held == "elsewhere":
        ANSWERS.clear()

    renewed, after = reader.get(path), reader.get(path)
    ANSWERS.clear()
    kept_for_all = reader.get(path)
    ANSWERS.clear()
    cache.clear()
    anew = reader.get(path)

    assert renewed.content != first.content
    assert told_of(renewed) == told_of(after) == told_of(kept_for_all) == told_of(anew)
    assert int(renewed["RateLimit-Remaining"]) == int(first["RateLimit-Remaining"]) - 1


@postgresql
@pytest.mark.parametrize(("quick", "is_kept"), [(0, True), (3600, False)])
def test_what_takes_long_to_work_out_is_renewed_once_for_all_processes(reader, change, monkeypatch, quick, is_kept):
    monkeypatch.setattr(kept, "QUICK_SECONDS", quick)
    reader.get("accuracy/")
    change()
    reader.get("accuracy/")
    # Another process holds nothing.
    ANSWERS.clear()

    assert (len(asked_for(reader, "accuracy/")) == 1) is is_kept


@postgresql
def test_an_answer_that_cannot_be_renewed_is_told_as_any_other_failure(reader, change):
    reader.get("accuracy/")
    change()

    def fails(execute, sql, *rest):
        if "forecasts_levelcell" in sql:
            raise OperationalError("the database is busy")
        return execute(sql, *rest)

    with connection.execute_wrapper(fails):
        refused = reader.get("accuracy/")

    assert (refused.status_code, refused["Content-Type"]) == (503, "application/problem+json")
    assert reader.get("accuracy/").status_code == 200
