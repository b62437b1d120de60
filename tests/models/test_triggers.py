"""Migrations that change a table keep the triggers that guard it: SQLite makes such a table anew."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

REDACTION = importlib.import_module("forecasts.migrations._redaction")
GUARDS = importlib.import_module("forecasts.migrations.0002_append_only")
NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'",
}


@pytest.mark.django_db
def test_every_trigger_is_there_after_all_migrations():
    statements = {"sqlite": GUARDS.sqlite_statements, "postgresql": GUARDS.postgresql_statements}[connection.vendor]()
    wanted = {statement.split()[2] for statement in statements if statement.startswith("CREATE TRIGGER")}
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}

    wanted |= {f"forecasts_{name}_uncounted" for name in ("prediction", "forecast", "resolution", "ruleversion")}

    assert len(wanted) > 20
    assert wanted <= found


@pytest.mark.django_db
def test_a_guard_that_is_put_back_names_no_column_that_goes_next():
    schema_editor = SimpleNamespace(connection=connection)

    (guard,) = [
        text for text in REDACTION._sqlite_before(schema_editor) if "TRIGGER forecasts_prediction_no_update BEF" in text
    ]

    assert 'OLD."statement"' in guard
    assert "sealed_at" not in guard
    assert "deadline_basis" not in guard


@pytest.mark.django_db
def test_every_table_of_records_is_told_to_mirrors_or_belongs_to_one_that_is():
    told_with_another = {
        "articleauthor", "event", "eventkey", "lexiconentry", "posting", "redactedsalt", "rulekey", "witness", "change",
    }  # fmt: skip
    unwatched = {
        "apitoken", "checkpoint", "clustercell", "delivery", "jobrun", "keptanswer", "ledgerentry", "ledgerhead", "ledgersalts", "levelcell", "predictioncounts", "scope", "sealedcontent", "searchtext", "signingkey", "topicoutcomes", "uncounted", "upload", "webhook",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor])
        triggers = {name for (name,) in cursor.fetchall()}

    for model in apps.get_app_config("forecasts").get_models():
        name = model._meta.model_name
        is_told = f"{model._meta.db_table}_noted_insert" in triggers
        assert is_told != (name in told_with_another | unwatched), f"{name}: `watch`, or `watch_anew` in its migration"


@pytest.mark.postgresql
@pytest.mark.django_db
def test_every_table_leaves_word_of_what_is_written_in_it_unless_no_answer_that_is_held_shows_it():
    unshown = {
        "apitoken", "change", "delivery", "jobrun", "keptanswer", "ledgerhead", "ledgersalts", "signingkey", "webhook",
        "checkpoint", "redactedsalt", "sealedcontent", "upload", "topicoutcomes",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NAMES["postgresql"])
        triggers = {name for (name,) in cursor.fetchall()}

    for model in apps.get_app_config("forecasts").get_models():
        is_traced = f"{model._meta.db_table}_written" in triggers
        assert is_traced != (model._meta.model_name in unshown), f"{model.__name__}: `trace` in its migration"
