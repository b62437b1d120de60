"""The application's role on PostgreSQL can do the application's work, and nothing to what is recorded."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from config.checks import check_guards, check_role
from forecasts.models import Prediction, Resolution
from forecasts.selectors.guards import append_only
from forecasts.selectors.privileges import current_role, differences, wanted_privileges
from forecasts.services.hardening import CannotHarden, harden
from tests.builders import make_prediction
from tests.everything import a_row_in_every_table

KEYS = {model._meta.db_table: model._meta.pk.column for model in append_only()}
WAYS = {
    "update": "UPDATE {t} SET {key} = {key}",
    "delete": "DELETE FROM {t}",
    "truncate": "TRUNCATE {t} CASCADE",
    "disable the triggers": "ALTER TABLE {t} DISABLE TRIGGER ALL",
    "drop the table": "DROP TABLE {t} CASCADE",
    "drop the trigger": "DROP TRIGGER {t}_no_change ON {t}",
    "replace the function": "CREATE OR REPLACE FUNCTION forecasts_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "add a rule": "CREATE RULE quietly AS ON INSERT TO {t} DO INSTEAD NOTHING",
    "upsert": "INSERT INTO {t} SELECT * FROM {t} ON CONFLICT ({key}) DO UPDATE SET {key} = EXCLUDED.{key}",
    "update within a query": "WITH x AS (UPDATE {t} SET {key} = {key} RETURNING 1) SELECT * FROM x",
    "copy from a program": "COPY {t} FROM PROGRAM 'true'",
    "act as a replica": "SET session_replication_role = replica",
    "become the owner": "ALTER TABLE {t} OWNER TO {role}",
}

REFUSALS = "append-only|permission denied|must be owner|must be superuser"

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def role() -> str:
    """A role of this database alone: roles belong to the whole cluster. It goes with the transaction of the test."""
    name = f"{connection.settings_dict['NAME']}_app".replace("-", "_")
    harden(role=name)
    return name


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield
        cursor.execute("RESET ROLE")


def refusal(statement: str) -> str:
    """Why the database refuses a statement; empty where it does not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(error)
    return ""


def test_the_role_can_do_the_applications_work(role):
    with acting_as(role):
        prediction = a_row_in_every_table()

    assert prediction.resolutions.count() == 1


def test_every_way_of_changing_a_record_is_refused_to_the_role(role, record_property):
    a_row_in_every_table()
    with acting_as(role):
        told = {
            (way, table): refusal(statement.format(t=table, key=key, role=role))
            for way, statement in WAYS.items()
            for table, key in KEYS.items()
        }

    assert len(told) > 250
    assert {what: why for what, why in told.items() if not re.search(REFUSALS, why)} == {}
    record_property("times", len(told))


def test_the_owner_cannot_truncate_records_by_mistake_either(role):
    assert "append-only: TRUNCATE of forecasts_resolution is refused" in refusal(
        "TRUNCATE forecasts_resolution CASCADE"
    )


def test_the_role_changes_the_state_of_a_prediction_and_not_its_claim(role):
    prediction = make_prediction()
    with acting_as(role):
        moved = Prediction.objects.filter(pk=prediction.pk).update(attempts=1)
        told = refusal("UPDATE forecasts_prediction SET statement = 'Something safer.'")

    assert moved == 1
    assert "permission denied for table forecasts_prediction" in told


def test_running_it_again_changes_nothing(role):
    assert differences(role) == []
    assert harden(role=role) == []


def test_what_was_granted_beyond_is_taken_back(role):
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE, TRUNCATE ON forecasts_score TO {role}")
        cursor.execute("GRANT UPDATE (value) ON forecasts_score TO PUBLIC")

    done = harden(role=role)

    assert f"REVOKE UPDATE ON forecasts_score FROM PUBLIC, {role}" in done
    assert f"REVOKE TRUNCATE ON forecasts_score FROM PUBLIC, {role}" in done
    assert differences(role) == []


def test_migrations_are_read_and_not_written(role):
    assert wanted_privileges()["django_migrations"] == {"SELECT"}
    with acting_as(role):
        assert "permission denied" in refusal("DELETE FROM django_migrations")


def test_a_role_that_owns_the_tables_is_refused():
    with pytest.raises(CannotHarden, match="owns the tables, belongs to the role that does, or is a superuser"):
        harden(role=current_role())


def test_a_name_that_is_none_is_refused():
    with pytest.raises(CannotHarden, match="“app; DROP” is no name for a role"):
        harden(role="app; DROP")


def test_a_dry_run_says_what_it_would_do_and_does_nothing():
    output, name = StringIO(), f"{connection.settings_dict['NAME']}_dry".replace("-", "_")

    call_command("harden", "--role", name, "--dry-run", stdout=output)

    assert f"CREATE ROLE {name} LOGIN" in output.getvalue()
    assert "statements would be run." in output.getvalue()
    assert refusal(f"SET LOCAL ROLE {name}") != ""


def test_the_role_gets_the_password_that_a_variable_holds(role, monkeypatch):
    monkeypatch.setenv("APP_PASSWORD", "s3cret'; --")
    output = StringIO()

    call_command("harden", "--role", role, "--password-from", "APP_PASSWORD", stdout=output)

    assert output.getvalue() == "Nothing to do: all is as it should be.\n"
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role])
        assert cursor.fetchone()[0].startswith("SCRAM-SHA-256$")


def test_a_variable_that_holds_nothing_is_refused():
    with pytest.raises(CommandError, match="The variable NOWHERE is not set, or empty"):
        call_command("harden", "--password-from", "NOWHERE")


def test_the_command_says_why_it_cannot():
    with pytest.raises(CommandError, match="owns the tables"):
        call_command("harden", "--role", current_role())


def test_an_application_that_connects_as_owner_is_warned(role):
    assert [one.id for one in check_role()] == ["aftercast.W003"]
    with acting_as(role):
        assert check_role() == []


def test_a_role_that_can_do_more_than_it_may_is_warned(role):
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON forecasts_score TO {role}")
    with acting_as(role):
        (warning,) = check_role()

    assert "DELETE on forecasts_score" in warning.msg


def test_a_missing_guard_is_an_error():
    assert check_guards() == []
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER forecasts_score_no_change ON forecasts_score")

    assert [one.id for one in check_guards()] == ["aftercast.E002"]


def test_records_can_still_be_added_after_all_that(role):
    with acting_as(role):
        make_prediction()

    assert not Resolution.objects.exists()
