"""Receipts: whoever keeps one needs no word of ours."""

import json
import subprocess
import sys

import pytest
from django.db import connection

from forecasts.ledger import verifier
from forecasts.ledger.merkle import check_consistency
from forecasts.ledger.verifier import Tampered, check_receipt, leaf_hash, read_key, root_of
from forecasts.models import Checkpoint, Forecast, LedgerEntry, Resolution
from forecasts.selectors.ledger_receipts import KINDS, leaf_of
from forecasts.selectors.ledger_tree import leaves
from forecasts.services.checkpoints import make_checkpoint
from forecasts.services.ledger import enter_transaction
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, make_event, make_prediction
from tests.everything import desk_in
from tests.ledgers import ledger_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def prediction():
    ledger_of(3, connection=connection)
    made = make_prediction()
    enter_transaction(connection)
    return made


def sign(folder) -> Checkpoint:
    return make_checkpoint(desk=desk_in(folder), now=NOW)


def keys_of(receipt):
    return [read_key(text) for text in receipt["keys"]]


def test_a_receipt_proves_a_prediction_to_be_in_a_signed_ledger(reader, prediction, tmp_path):
    sign(tmp_path)

    receipt = reader.get(f"ledger/receipts/prediction/{prediction.pk}/").json()

    assert check_receipt(receipt, keys=keys_of(receipt)).seq == receipt["seq"] == 4
    assert json.loads(receipt["body"])["row"]["statement"] == prediction.statement


def test_a_receipt_is_there_before_a_checkpoint_holds_it(reader, prediction):
    receipt = reader.get(f"ledger/receipts/prediction/{prediction.pk}/").json()

    assert (receipt["checkpoint"], receipt["proof"], receipt["size"]) == (None, None, None)
    assert check_receipt(receipt, keys=[]).seq == 4


def test_a_receipt_still_opens_after_the_verdict(reader, prediction, account, tmp_path):
    record_verdict(
        prediction_id=prediction.pk, verdict="YES", reason="The ministry's own statement.", actor=account, now=NOW
    )
    enter_transaction(connection)
    sign(tmp_path)

    for kind, row in (
        ("prediction", prediction),
        ("forecast", Forecast.objects.get()),
        ("resolution", Resolution.objects.get()),
    ):
        receipt = reader.get(f"ledger/receipts/{kind}/{row.pk}/").json()
        assert check_receipt(receipt, keys=keys_of(receipt)).seq == receipt["seq"]


FORGED = {
    "body": (lambda r: r | {"body": r["body"].replace("military", "Military", 1)}, "is not in entry 4"),
    "place": (lambda r: r | {"position": r["position"] - 1}, "is not in entry 4"),
    "salt": (lambda r: r | {"salt": "00" * 16}, "is not in entry 4"),
    "header": (lambda r: r | {"header": r["header"].replace('"record"', '"backfill"')}, "Entry 4 is not in the ledger"),
    "signature": (lambda r: r | {"checkpoint": r["checkpoint"].replace("\n4\n", "\n5\n")}, "signature by .* is wrong"),
    "proof": (lambda r: r | {"proof": r["proof"][:-1]}, "The proof is too short"),
    "nothing": (lambda r: {}, "This is no receipt"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_receipt_is_found(reader, prediction, tmp_path, name):
    sign(tmp_path)
    receipt = reader.get(f"ledger/receipts/prediction/{prediction.pk}/").json()
    forge, message = FORGED[name]

    with pytest.raises(Tampered, match=message):
        check_receipt(forge(receipt), keys=keys_of(receipt))


def test_a_receipt_is_checked_from_the_command_line(reader, prediction, tmp_path):
    sign(tmp_path)
    receipt = reader.get(f"ledger/receipts/prediction/{prediction.pk}/").json()
    kept = tmp_path / "receipt.json"
    kept.write_text(json.dumps(receipt))

    checked = subprocess.run(
        [sys.executable, "-I", "-S", verifier.__file__, "--receipt", str(kept), *receipt["keys"]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.stdout.startswith("OK: recorded as entry 4 at "), checked.stderr
    assert checked.stdout.endswith(", signed.\n")


@pytest.mark.parametrize(
    "path",
    ["prediction/00000000-0000-4000-8000-000000000000", "prediction/1", "score/x", "forecaster/1", "nothing/1"],
)
def test_what_is_not_in_the_ledger_has_no_receipt(reader, db, path):
    assert reader.get(f"ledger/receipts/{path}/").status_code == 404


def test_every_kind_of_record_has_a_receipt(reader, prediction):
    make_event()
    enter_transaction(connection)
    from_event = LedgerEntry.objects.order_by("-seq").first()

    assert {"prediction", "forecast", "event", "resolution", "rule", "score"} <= set(KINDS)
    assert from_event.seq == 5
    assert leaf_of("prediction", str(prediction.pk)) == leaf_of("prediction", prediction.pk)


def test_the_ledger_says_how_far_it_has_come(reader, prediction, tmp_path):
    before = reader.get("ledger/").json()
    made = sign(tmp_path)
    after = reader.get("ledger/").json()

    assert before == {"size": 4, "keys": [], "checkpoint": None}
    assert (after["size"], len(after["keys"]), after["checkpoint"]) == (4, 1, made.note)


def test_a_mirror_builds_the_tree_from_the_headers(reader, prediction):
    first = reader.get("ledger/entries/").json()
    rest = reader.get("ledger/entries/?after=2").json()

    assert [leaf_hash(line.encode()) for line in first["headers"]] == leaves(4)
    assert rest["headers"] == first["headers"][2:]
    assert first["next_after"] is None


def test_a_later_ledger_is_shown_to_continue_an_earlier_one(reader, prediction):
    answer = reader.get("ledger/consistency/?old_size=3").json()

    check_consistency(
        old_size=3,
        old_root=root_of(leaves(3)),
        size=answer["size"],
        root=root_of(leaves(4)),
        proof=[bytes.fromhex(one) for one in answer["proof"]],
    )


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("", "old_size", "“” is no number of entries"),
        ("?old_size=x", "old_size", "“x” is no number of entries"),
        ("?old_size=1&size=9", "size", "The ledger has 4 entries, not 9"),
        ("?old_size=4&size=3", "old_size", "4 is more than 3"),
        ("?old_size=1&offset=3", "offset", "offset"),
    ],
)
def test_a_malformed_question_is_told(reader, prediction, query, field, message):
    answer = reader.get(f"ledger/consistency/{query}")

    assert answer.status_code == 400
    assert [
        error["message"] for error in answer.json()["errors"] if error["field"] == field and message in error["message"]
    ]


def test_a_receipt_asks_as_much_of_a_large_entry_as_of_a_small_one(reader, prediction, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        reader.get(f"ledger/receipts/prediction/{prediction.pk}/")
