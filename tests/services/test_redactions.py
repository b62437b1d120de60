"""Taking texts out of records: the proofs still hold, the ledger says who and why, and nothing else can be changed so."""

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from forecasts.ledger.entries import Batch, opens
from forecasts.ledger.redactions import COLUMNS, is_redacted, mark
from forecasts.ledger.shapes import BY_NAME
from forecasts.ledger.verifier import check_export, check_receipt, main, read_key
from forecasts.migrations._redaction import TABLES
from forecasts.models import (
    Change,
    Evidence,
    Forecaster,
    LedgerEntry,
    LedgerSalts,
    Prediction,
    RedactedSalt,
    Redaction,
    Resolution,
    Score,
    SearchText,
    Unsealing,
)
from forecasts.selectors.ledger_checks import ledger_problems
from forecasts.selectors.ledger_receipts import leaf_of, receipt_of
from forecasts.services.checkpoints import make_checkpoint
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.ledger import enter_transaction
from forecasts.services.predictions import record_rule
from forecasts.services.redactions import redact
from forecasts.services.refusal import Refused
from forecasts.services.sources import record_coverage
from tests.builders import NOW, make_forecaster, make_source, rule_that_it_occurs
from tests.doctor.attacker import attack
from tests.everything import a_row_in_every_table, desk_in
from tests.examined import breaches

pytestmark = pytest.mark.django_db
WHY = "An order of the court of 3 May 2025."


@pytest.fixture
def officer():
    return User.objects.create_superuser("officer")


@pytest.fixture(scope="class")
def history(made_once):
    return a_row_in_every_table()


def redacted(row, *, kind: str, columns, actor, reason: str = WHY) -> Redaction | None:
    """A redaction with its entry in the ledger, as a commit would make it."""
    done = redact(kind=kind, key=row.pk, columns=columns, reason=reason, actor=actor, now=NOW)
    enter_transaction(connection)
    return done


class TestARowInEveryTable:
    def test_the_text_is_gone_and_the_ledger_is_whole(self, history, officer):
        secret = history.statement

        done = redacted(history, kind="prediction", columns=["statement", "title"], actor=officer)

        history.refresh_from_db()
        assert (history.statement, history.title) == (mark(done.pk), mark(done.pk))
        assert history.outcome == "military aid is sent"
        assert ledger_problems() == []
        assert breaches(now=NOW) == []
        assert not SearchText.objects.filter(body__contains=secret.lower()).exists()
        assert Score.objects.filter(forecast__prediction=history).exists()

    def test_the_redaction_is_an_entry_with_who_and_why(self, history, officer):
        before = LedgerEntry.objects.count()

        done = redacted(history, kind="prediction", columns=["statement"], actor=officer)

        assert LedgerEntry.objects.count() == before + 1
        body = json.loads(receipt_of(kind="redaction", key=str(done.pk)).body)["row"]
        assert (body["reason"], body["columns"], body["recorded_by_id"]) == (WHY, ["statement"], officer.pk)
        assert body["salts"] == [{"seq": 1, "position": RedactedSalt.objects.get().position}]

    def test_nothing_opens_the_old_commitment_any_more(self, history, officer):
        leaf = leaf_of("prediction", history.pk)
        body = receipt_of(kind="prediction", key=str(history.pk)).body.encode()

        redacted(history, kind="prediction", columns=["statement"], actor=officer)

        position = RedactedSalt.objects.get().position
        entry, salts = LedgerEntry.objects.get(seq=1), LedgerSalts.objects.get(seq=1)
        batch = Batch(bytes(entry.commitments), bytes(salts.salts))
        assert batch.salt(position) == bytes(16)
        assert not opens(batch, position=position, body=body)
        assert batch.salt(position + 1) != bytes(16)
        assert leaf.key in {one.row_key for one in Redaction.objects.all()}

    def test_receipts_and_checkpoints_from_before_still_prove_what_they_proved(self, history, officer, tmp_path):
        held = receipt_of(kind="prediction", key=str(history.pk))
        keys = [read_key(text) for text in held.keys]

        redacted(history, kind="prediction", columns=["statement"], actor=officer)
        make_checkpoint(desk=desk_in(tmp_path), now=NOW)

        assert check_receipt(vars(held), keys=keys).seq == 1
        after = receipt_of(kind="prediction", key=str(history.pk))
        assert "[redacted #" in after.body
        assert check_receipt(vars(after), keys=[read_key(text) for text in after.keys]).seq == 2

    def test_the_verifier_says_redacted_and_not_tampered(self, history, officer, tmp_path, settings, capsys):
        settings.LEDGER_KEY_FILE = tmp_path / "ledger.key"
        redacted(history, kind="prediction", columns=["statement"], actor=officer)
        out = StringIO()
        call_command("ledger", "verify", "--tables", stdout=out)
        call_command("ledger", "export", str(tmp_path / "export"), stdout=StringIO())

        assert f"Redacted, and not tampered with: prediction {history.pk} (statement). {WHY}".replace(
            "-", ""
        ) in out.getvalue().replace("-", "")
        check_export(tmp_path / "export")
        assert main([str(tmp_path / "export")]) == 0
        assert "1 rows were redacted" in capsys.readouterr().out
        assert "sends military aid before" not in (tmp_path / "export" / "rows.ndjson").read_text()

    def test_what_is_left_of_a_redacted_record_is_still_watched(self, history, officer):
        redacted(history, kind="prediction", columns=["statement"], actor=officer)
        attack(Prediction, "UPDATE {t} SET outcome = 'something else' WHERE id = %s", history.pk)

        assert any(
            f"prediction {leaf_of('prediction', history.pk).key} is not what entry 2 holds" in one
            for one in ledger_problems()
        )

    def test_a_salt_that_was_not_forgotten_is_told(self, history, officer):
        before = bytes(LedgerSalts.objects.get(seq=1).salts)
        redacted(history, kind="prediction", columns=["statement"], actor=officer)
        attack(LedgerSalts, "DELETE FROM {t} WHERE seq = 1")
        LedgerSalts.objects.create(seq=1, salts=before)

        assert any("was redacted, and its salt is still there" in one for one in ledger_problems())

    def test_running_it_again_adds_nothing_and_more_can_be_taken_out(self, history, officer):
        redacted(history, kind="prediction", columns=["statement"], actor=officer)

        assert redacted(history, kind="prediction", columns=["statement"], actor=officer) is None
        assert redacted(history, kind="prediction", columns=["statement", "outcome"], actor=officer).columns == [
            "outcome"
        ]
        assert ledger_problems() == []
        assert RedactedSalt.objects.count() == 2

    @pytest.mark.parametrize(
        ("given", "field", "told"),
        [
            ({"kind": "score"}, "kind", "“score” is nothing that can be redacted"),
            ({"columns": ["probability"]}, "columns", "probability cannot be redacted of prediction"),
            ({"columns": []}, "columns", "Nothing cannot be redacted"),
            ({"reason": "why"}, "reason", "Say why, in 10 letters at least"),
            ({"key": uuid4()}, "key", "There is no prediction"),
            ({"key": "no-key"}, "key", "There is no prediction no-key"),
        ],
    )
    def test_what_cannot_be_redacted_is_refused_with_what_to_do(self, history, officer, given, field, told):
        asked = {"kind": "prediction", "key": history.pk, "columns": ["statement"], "reason": WHY} | given

        with pytest.raises(Refused) as refusal:
            redact(**asked, actor=officer, now=NOW)

        assert told in " ".join(refusal.value.message_dict[field])
        assert not Redaction.objects.exists()

    def test_beside_a_redaction_no_other_change_is_let_through(self, history, officer):
        other = Prediction.objects.exclude(pk=history.pk).first()
        note = a_note_of(history, columns=["statement"], actor=officer)
        mine = Prediction.objects.filter(pk=history.pk)
        gone = mark(note.pk)
        ways = {
            "another text": lambda: mine.update(statement="Something safer."),
            "another mark": lambda: mine.update(statement=mark(note.pk + 1)),
            "another column": lambda: mine.update(outcome=gone),
            "one more column": lambda: mine.update(statement=gone, outcome=gone),
            "a date with it": lambda: mine.update(statement=gone, issued_at=NOW),
            "another row": lambda: Prediction.objects.filter(pk=other.pk).update(statement=gone),
            "another table": lambda: Resolution.objects.update(reason=gone),
            "the row deleted": lambda: mine._raw_delete(using="default"),
            "a salt that is not listed": lambda: LedgerSalts.objects.update(
                salts=bytes(len(bytes(LedgerSalts.objects.get().salts)))
            ),
            "the redaction changed": lambda: Redaction.objects.update(reason="Because."),
            "the salts reassigned": lambda: RedactedSalt.objects.update(position=0),
        }
        RedactedSalt.objects.create(redaction=note, seq=99, position=0)

        assert [name for name, way in ways.items() if not is_refused(way)] == []
        assert mine.update(statement=gone) == 1

    def test_a_redaction_of_an_earlier_transaction_opens_nothing(self, history, officer):
        note = a_note_of(history, columns=["statement"], actor=officer)
        RedactedSalt.objects.create(redaction=note, seq=1, position=0)
        enter_transaction(connection)
        if connection.vendor == "postgresql":
            # The next transaction, as far as the guards can tell.
            attack(Change, "UPDATE {t} SET transaction_number = 1 WHERE kind = 'redaction'")

        assert is_refused(lambda: Prediction.objects.filter(pk=history.pk).update(statement=mark(note.pk)))
        salts = bytes(LedgerSalts.objects.get(seq=1).salts)
        assert is_refused(lambda: LedgerSalts.objects.filter(seq=1).update(salts=bytes(16) + salts[16:]))

    def test_the_command_names_who_answers_and_where_the_words_still_stand(self, history, officer):
        Evidence.objects.create(
            event=Evidence.objects.first().event, url="https://elsewhere.example/", owner="x", quote=f"He said: {history.outcome}.", recorded_at=NOW
        )  # fmt: skip
        out = StringIO()

        call_command("ledger", "redact", "prediction", str(history.pk), "outcome", reason=WHY, by="officer", stdout=out)
        call_command("ledger", "redact", "prediction", str(history.pk), "outcome", reason=WHY, by="officer", stdout=out)

        assert f"Took outcome out of prediction {history.pk}: redaction #" in out.getvalue()
        assert "The same words still stand in evidence" in out.getvalue()
        assert "Nothing was left to take out." in out.getvalue()
        with pytest.raises(CommandError, match="There is no superuser “nobody”: one has to answer for it"):
            call_command("ledger", "redact", "prediction", str(history.pk), "note", reason=WHY, by="nobody")

    def test_pages_say_that_and_why_something_was_taken_out(self, history, officer, client):
        redacted(history, kind="prediction", columns=["statement"], actor=officer)

        page = client.get(f"/predictions/{history.pk}/").content.decode()

        assert WHY in page
        assert "sends military aid before" not in page


def test_the_name_of_a_forecaster_is_taken_out_of_every_commitment_to_it(officer):
    a_row_in_every_table()
    ada = Forecaster.objects.get(slug="ada-byron")
    ada.name = "Ada Lovelace"
    ada.save()
    enter_transaction(connection)

    redacted(ada, kind="forecaster", columns=["name"], actor=officer)

    assert set(RedactedSalt.objects.values_list("seq", flat=True)) == {1, 2}
    assert ledger_problems() == []


def test_what_a_prediction_was_revealed_from_goes_with_it(officer):
    a_row_in_every_table()
    sealed = Prediction.objects.exclude(sealed_at=None).get()

    redacted(sealed, kind="prediction", columns=["statement"], actor=officer)

    assert all(is_redacted(text) for text in Unsealing.objects.values_list("content", "salt").get())
    assert ledger_problems() == breaches(now=NOW) == []


def test_every_text_that_may_be_taken_out_can_be(officer):
    prediction = a_row_in_every_table()
    words = wording(phrase="likely", lexicon="survey")
    record_forecast(prediction=prediction, forecaster=make_forecaster("bo-zell"), wording=words, made_at=NOW, now=NOW)
    record_coverage(source=make_source(), complete_to=NOW, note="Checked by hand.", now=NOW)
    rule = rule_that_it_occurs(event_type="COERCE")
    record_rule(prediction=prediction, rule=rule, variant="LENIENT", description="Or so.", now=NOW)
    enter_transaction(connection)

    for kind, columns in COLUMNS.items():
        rows = apps.get_model("forecasts", BY_NAME[kind].model)._default_manager
        row = rows.exclude(**dict.fromkeys(columns, "")).order_by("pk").first()
        assert row is not None, f"the history lacks a text of {kind}"
        redacted(row, kind=kind, columns=columns, actor=officer)
        row.refresh_from_db()
        assert {name for name in columns if getattr(row, name) and not is_redacted(getattr(row, name))} == set(), kind

    assert ledger_problems() == []


def test_the_guards_let_just_those_columns_through():
    assert {
        kind: (BY_NAME[kind].model, columns) for kind, columns in COLUMNS.items() if not BY_NAME[kind].is_state
    } == TABLES


def a_note_of(row, *, columns, actor) -> Redaction:
    """A redaction that only says so: what somebody would slip in who means to misuse the way through."""
    return Redaction.objects.create(
        kind="prediction", key=str(row.pk), row_key=leaf_of("prediction", row.pk).key, columns=columns, reason=WHY,
        recorded_at=NOW, recorded_by=actor,
    )  # fmt: skip


def is_refused(work) -> bool:
    try:
        with transaction.atomic():
            work()
    except DatabaseError as error:
        return "append-only" in str(error)
    return False
