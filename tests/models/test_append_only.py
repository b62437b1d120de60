"""The database itself refuses to change records, whichever way the change comes."""

import importlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.serializers import deserialize, serialize
from django.db import DatabaseError, connection, transaction

from forecasts.models import Article, Prediction
from forecasts.selectors.guards import CHANGING, append_only
from tests.builders import NOW
from tests.everything import a_row_in_every_table, redact_something

APPEND_ONLY = (
    *importlib.import_module("forecasts.migrations.0002_append_only").APPEND_ONLY,
    "judgement",
    "eventmerge",
    "posting",
    "change",
    "ledgerentry",
    "ledgersalts",
    "signingkey",
    "checkpoint",
    "sealed",
    "unsealing",
    "redaction",
    "redactedsalt",
)
MODELS = [apps.get_model("forecasts", name) for name in APPEND_ONLY]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="class")
def history(made_once):
    prediction = a_row_in_every_table()
    redact_something()
    return prediction


def test_every_table_is_either_append_only_or_known_to_change():
    names = {model._meta.model_name for model in apps.get_app_config("forecasts").get_models()}

    assert names == set(APPEND_ONLY) | CHANGING
    assert {model._meta.model_name for model in append_only()} == set(APPEND_ONLY)


class TestARowInEveryTable:
    def test_no_way_of_changing_a_record_is_open(self, history, record_property):
        refused = {
            (model.__name__, name): _is_refused(way)
            for model in MODELS
            for name, way in _ways_of_changing(model).items()
        }

        assert [way for way, is_refused in refused.items() if not is_refused] == []
        record_property("times", len(refused))

    def test_the_refusal_says_what_it_refused(self, history):
        with (
            pytest.raises(DatabaseError, match="append-only: UPDATE of forecasts_article is refused"),
            transaction.atomic(),
        ):
            Article.objects.update(title="Another title")

    def test_the_claim_of_a_prediction_cannot_be_changed(self, history):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Prediction.objects.filter(pk=history.pk).update(statement="Something safer.")

    def test_whose_its_deadline_is_cannot_be_changed(self, history):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Prediction.objects.filter(pk=history.pk).update(deadline_basis="IMPLIED")

    def test_the_state_of_a_prediction_can(self, history):
        moved = Prediction.objects.filter(pk=history.pk).update(next_check_at=NOW + timedelta(days=1))

        assert moved == 1

    def test_a_prediction_cannot_be_deleted(self, history):
        with pytest.raises(DatabaseError, match="append-only|PROTECT|protected"), transaction.atomic():
            Prediction.objects.filter(pk=history.pk)._raw_delete(using="default")


def _ways_of_changing(model) -> dict[str, Callable[[], object]]:
    row = model.objects.first()
    assert row is not None, f"the history lacks a row of {model.__name__}"
    table, column = model._meta.db_table, model._meta.pk.column
    ways = {
        "save": row.save,
        "update": lambda: model.objects.filter(pk=row.pk).update(**{model._meta.pk.attname: row.pk}),
        "delete": row.delete,
        "query delete": lambda: model.objects.filter(pk=row.pk)._raw_delete(using="default"),
        "raw update": lambda: _run(f"UPDATE {table} SET {column} = {column}"),
        "raw delete": lambda: _run(f"DELETE FROM {table}"),
        "bulk update": lambda: model.objects.bulk_update([row], [_a_column_of(model)]),
        "upsert": lambda: model.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["pk"], update_fields=[_a_column_of(model)]
        ),
        "fixture": lambda: _load(serialize("json", [row])),
    }
    if connection.vendor == "sqlite":
        ways["replace"] = lambda: _run(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        # The database does not fire ordinary triggers for a replica.
        ways["as a replica"] = lambda: _run(f"SET LOCAL session_replication_role = replica; DELETE FROM {table}")

    return ways


def _a_column_of(model) -> str:
    return next(field.name for field in model._meta.concrete_fields if not field.primary_key)


def _load(fixture: str) -> None:
    for row in deserialize("json", fixture):
        row.save()


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
