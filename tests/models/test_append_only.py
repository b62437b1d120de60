"""The database itself refuses to change records, whichever way the change comes."""

import importlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from forecasts.models import Article, Entity, Prediction
from forecasts.services.forecasts import record_lexicon
from forecasts.services.merges import merge_events
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_membership, record_milestone, record_observation
from tests.builders import NOW, answered, cover, judged_prediction, make_event, make_prediction, make_source

APPEND_ONLY = (
    *importlib.import_module("forecasts.migrations.0002_append_only").APPEND_ONLY,
    "judgement",
    "eventmerge",
    "posting",
    "change",
)
MODELS = [apps.get_model("forecasts", name) for name in APPEND_ONLY]
MUTABLE = {
    "clustercell",
    "levelcell",
    "predictioncounts",
    "scope",
    "searchtext",
    "apitoken",
    "keptanswer",
    "entity",
    "forecaster",
    "prediction",
    "source",
    "topic",
    "uncounted",
    "webhook",
    "delivery",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def history():
    """One row in every append-only table."""
    row = {"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "source": "a survey"}
    record_lexicon(code="survey", title="Survey", source="a survey", rows=[row], now=NOW)
    prediction = make_prediction()
    make_event()
    cover()
    record_milestone(key="vote.2025", label="Vote", occurs_at=NOW, now=NOW)
    person, state = (Entity.objects.get(path=path) for path in ("person.trump", "USA.GOV"))
    record_membership(member=person, group=state, now=NOW)
    released_at = datetime(2025, 2, 1, tzinfo=UTC)
    record_observation(
        source=make_source(), series="S", valid_on=date(2025, 1, 1), value=Decimal(1), released_at=released_at, now=NOW
    )
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    answered(judged_prediction())
    first, again = (make_event(external_id=name).event for name in ("told", "told-again"))
    merge_events(kept=first, merged=again, reason="The same.", now=NOW)
    return prediction


def test_every_table_is_either_append_only_or_known_to_change():
    names = {model._meta.model_name for model in apps.get_app_config("forecasts").get_models()}

    assert names == set(APPEND_ONLY) | MUTABLE


@pytest.mark.parametrize("model", MODELS, ids=APPEND_ONLY)
def test_no_way_of_changing_a_record_is_open(history, model):
    row = model.objects.first()
    assert row is not None, "the history lacks a row of this table"
    table, column = model._meta.db_table, model._meta.pk.column
    ways = {
        "save": row.save,
        "update": lambda: model.objects.filter(pk=row.pk).update(**{model._meta.pk.attname: row.pk}),
        "delete": row.delete,
        "query delete": lambda: model.objects.filter(pk=row.pk)._raw_delete(using="default"),
        "raw update": lambda: _run(f"UPDATE {table} SET {column} = {column}"),
        "raw delete": lambda: _run(f"DELETE FROM {table}"),
    }
    if connection.vendor == "sqlite":
        ways["replace"] = lambda: _run(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")

    open_ways = [name for name, way in ways.items() if not _is_refused(way)]

    assert open_ways == []


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _is_refused(way) -> bool:
    try:
        with transaction.atomic():
            way()
    except DatabaseError as error:
        return "append-only" in str(error) or "protected foreign keys" in str(error)
    return False


def test_the_refusal_says_what_it_refused(history):
    with (
        pytest.raises(DatabaseError, match="append-only: UPDATE of forecasts_article is refused"),
        transaction.atomic(),
    ):
        Article.objects.update(title="Another title")


def test_the_claim_of_a_prediction_cannot_be_changed(history):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Prediction.objects.filter(pk=history.pk).update(statement="Something safer.")


def test_whose_its_deadline_is_cannot_be_changed(history):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Prediction.objects.filter(pk=history.pk).update(deadline_basis="IMPLIED")


def test_the_state_of_a_prediction_can(history):
    moved = Prediction.objects.filter(pk=history.pk).update(next_check_at=NOW + timedelta(days=1))

    assert moved == 1


def test_a_prediction_cannot_be_deleted(history):
    with pytest.raises(DatabaseError, match="append-only|PROTECT|protected"), transaction.atomic():
        Prediction.objects.filter(pk=history.pk)._raw_delete(using="default")
