"""Whatever a transaction records is in one entry of the ledger, whichever way it was written."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from forecasts.ledger.shapes import SHAPES
from forecasts.models import Change, Forecaster, LedgerEntry, LedgerHead, LedgerSalts, Prediction
from forecasts.selectors.ledger_checks import ledger_problems
from forecasts.selectors.ledger_rows import leaves_of, model_of
from forecasts.services.ledger import enter_transaction, read_ahead
from forecasts.services.ledger_backfill import backfill
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, make_event, make_forecaster, make_prediction, make_topic
from tests.everything import a_row_in_every_table, redact_something

pytestmark = pytest.mark.django_db

# What a record is found by, worked out of others, or an account's own: nothing that anybody vouches for.
NO_RECORDS = {
    "apitoken", "change", "checkpoint", "clustercell", "delivery", "eventkey", "jobrun", "keptanswer", "ledgerentry", "ledgerhead",
    "ledgersalts", "levelcell", "posting", "predictioncounts", "rulekey", "scope", "sealedcontent", "searchtext", "signingkey", "topicoutcomes",
    "uncounted", "upload", "webhook",
}  # fmt: skip
# Columns that say where a row stands in a queue, whose login it is, or what its own row says already.
LEFT_OUT = {
    "prediction": {"next_check_at", "checked_at", "attempts", "retry_at", "last_error"},
    "forecaster": {"account_id"},
    "articleauthor": {"id", "article_id"},
    "lexiconentry": {"lexicon_id"},
    "witness": {"id", "evaluation_id"},
    "event": {"id"},
    "redactedsalt": {"id", "redaction_id"},
}


def entered() -> LedgerEntry:
    entry = enter_transaction(connection)
    assert entry is not None
    return entry


def shapes_in(entry: LedgerEntry) -> set[str]:
    return {leaf.shape for leaf in leaves_of([entry])[entry.seq]}


def test_every_column_of_every_record_is_committed_to():
    held = {}
    for shape in SHAPES:
        held.setdefault(shape.model, set()).update(column for column in shape.columns if "." not in column)
        for column in shape.columns:
            model, _, name = column.rpartition(".")
            held.setdefault(model or shape.model, set()).add(name)
        for part in shape.parts:
            held.setdefault(part.model, set()).update(part.columns)

    columns = {
        model._meta.model_name: {field.attname for field in model._meta.concrete_fields}
        - LEFT_OUT.get(model._meta.model_name, set())
        for model in apps.get_app_config("forecasts").get_models()
        if model._meta.model_name not in NO_RECORDS
    }
    assert {name: found - LEFT_OUT.get(name, set()) for name, found in held.items()} == columns


def test_every_kind_of_record_gets_into_the_ledger():
    a_row_in_every_table()
    redact_something()

    first, second = LedgerEntry.objects.order_by("seq")
    assert shapes_in(first) == {shape.name for shape in SHAPES} - {"redaction"}
    assert shapes_in(second) == {"redaction", "evidence"}
    assert ledger_problems() == []


def test_a_transaction_leaves_one_entry_and_running_it_again_none():
    make_prediction()
    first = entered()
    make_event()
    second = entered()

    assert enter_transaction(connection) is None
    assert [first.seq, second.seq] == [1, 2]
    assert second.prev == first.hash
    assert LedgerHead.objects.get().hash == second.hash
    assert shapes_in(first) >= {"prediction", "prediction_state", "rule", "forecast", "article"}
    assert shapes_in(second) >= {"event", "evidence", "source"}


def test_an_entry_is_dated_by_the_database():
    make_forecaster()

    assert abs(entered().recorded_at - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_change_of_a_description_is_entered_and_only_the_last_is_held_against_the_row():
    ada = make_forecaster()
    entered()
    Forecaster.objects.filter(pk=ada.pk).update(name="Ada King")
    again = entered()

    assert shapes_in(again) == {"forecaster"}
    assert ledger_problems() == []


def test_a_verdict_is_entered_with_its_scores_and_the_state_of_its_prediction():
    prediction = make_prediction()
    entered()
    editor = User.objects.create_user("editor")
    record_verdict(
        prediction_id=prediction.pk, verdict="YES", reason="The ministry's own statement.", actor=editor, now=NOW
    )

    assert shapes_in(entered()) == {"resolution", "score", "prediction_state"}


def test_what_changes_no_record_leaves_no_entry():
    prediction = make_prediction()
    entered()
    Prediction.objects.filter(pk=prediction.pk).update(next_check_at=NOW)

    assert enter_transaction(connection) is None


def test_rows_from_before_the_ledger_are_entered_by_hand_once():
    make_prediction()
    # As they were noted before the feed knew the keys of rows.
    n_rows = sum(model_of(shape)._base_manager.count() for shape in SHAPES)
    _run("DROP TRIGGER forecasts_change_no_update" if connection.vendor == "sqlite" else _without("no_change"))
    Change.objects.update(row_key=None)
    assert any("prediction" in problem and "ledger backfill" in problem for problem in ledger_problems())

    n_entered = backfill()

    assert n_entered == n_rows
    assert backfill() == 0
    assert LedgerEntry.objects.get().kind == LedgerEntry.Kind.BACKFILL
    assert ledger_problems() == []


def test_a_change_after_the_backfill_is_held_with_what_was_there_before():
    prediction = make_prediction()
    _run("DROP TRIGGER forecasts_change_no_update" if connection.vendor == "sqlite" else _without("no_change"))
    Change.objects.update(row_key=None)
    Prediction.objects.filter(pk=prediction.pk).update(review_reasons=["WORDING"])
    entered()

    backfill()

    assert ledger_problems() == []


def _without(trigger: str) -> str:
    return f"ALTER TABLE forecasts_change DISABLE TRIGGER forecasts_change_{trigger}"


def _run(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


SLIPS = {
    "a gap": ("seq", 3, "seq does not continue the chain"),
    "a second time": ("seq", 1, "seq does not continue the chain|UNIQUE|unique"),
    "another predecessor": ("prev", "0" * 64, "prev is not the hash of the last entry"),
    "dated back": ("recorded_at", timedelta(seconds=-60), "off the clock of the database"),
    "dated ahead": ("recorded_at", timedelta(seconds=60), "off the clock of the database"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_the_database_refuses_an_entry_that_does_not_continue_the_chain(name):
    field, value, message = SLIPS[name]
    make_forecaster()
    last = entered()
    # From now, not from when this module was read: a run of all tests lasts minutes.
    changed = {field: datetime.now(UTC) + value if isinstance(value, timedelta) else value}
    given = {
        "seq": 2,
        "kind": "record",
        "recorded_at": datetime.now(UTC),
        "prev": last.hash,
        "root": "",
        "n_rows": 0,
        "header": "",
        "hash": "",
        "commitments": b"",
        "era": 0,
        "transaction_number": 0,
        "listed": [],
    }

    with pytest.raises(DatabaseError, match=message), transaction.atomic():
        LedgerEntry(**{**given, **changed}).save(force_insert=True)
    LedgerEntry(**given).save(force_insert=True)


def test_a_clock_that_was_put_back_stops_nothing():
    make_forecaster()
    entered()
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    _past_the_guards(ahead)
    make_forecaster("grace-hopper")

    assert entered().recorded_at == ahead


def _past_the_guards(ahead: datetime) -> None:
    """As if the clock had been an hour ahead at the last entry."""
    table = LedgerEntry._meta.db_table
    guard = f"{table}_no_update" if connection.vendor == "sqlite" else f"{table}_no_change"
    _run(f"DROP TRIGGER {guard}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))
    LedgerEntry.objects.update(recorded_at=ahead)
    LedgerHead.objects.update(recorded_at=ahead)


def test_a_failure_to_enter_leaves_nothing():
    make_forecaster()
    LedgerHead.objects.create(hash="0" * 64, seq=41)

    with pytest.raises(DatabaseError, match="seq does not continue"), transaction.atomic():
        enter_transaction(connection)
    assert LedgerSalts.objects.count() == 0


def test_headers_tell_nothing_of_what_was_recorded():
    make_prediction()

    assert set(json.loads(entered().header)) == {
        "kind", "ledger", "prev", "recorded_at", "root", "rows", "seq", "v",
    }  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_every_commit_enters_what_it_recorded():
    a_row_in_every_table()

    assert LedgerEntry.objects.count() > 10
    assert ledger_problems() == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_written_past_the_connections_of_the_service_is_found():
    make_forecaster()
    _run("INSERT INTO forecasts_topic (path, label) VALUES ('by/hand', 'By hand')")

    (problem,) = ledger_problems()
    assert "topic" in problem
    assert "written past the service" in problem
    assert backfill() == 1
    assert ledger_problems() == []


@pytest.mark.postgresql
def test_what_was_read_ahead_is_entered_as_it_is_at_the_commit(committed):
    with transaction.atomic():
        first = make_prediction(title="As it was read ahead")
        read_ahead(connection)
        Prediction.objects.filter(pk=first.pk).update(status=Prediction.Status.NEEDS_REVIEW)
        make_forecaster("late-comer")

    assert ledger_problems() == []
    assert LedgerEntry.objects.count() == 1


@pytest.mark.postgresql
def test_what_was_read_ahead_of_something_given_up_is_never_entered(committed):
    with transaction.atomic():
        make_forecaster("never-there")
        read_ahead(connection)
        transaction.set_rollback(True)
    with transaction.atomic():
        make_forecaster("kept")
        with transaction.atomic():
            make_topic("given-up")
            read_ahead(connection)
            transaction.set_rollback(True)

    assert ledger_problems() == []
    assert {leaf.shape for leaf in leaves_of([LedgerEntry.objects.get()])[1]} == {"forecaster"}
