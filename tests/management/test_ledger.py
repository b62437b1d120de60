"""The ledger from the command line, and what it hands out checked without us."""

import hashlib
import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from forecasts.ledger.notes import checkpoint_text, signed_note
from forecasts.ledger.verifier import Checkpoint as Said
from forecasts.ledger.verifier import Tampered, check_export, leaf_hash, main
from forecasts.models import Checkpoint, Forecaster, LedgerEntry, LedgerHead
from forecasts.services.checkpoints import desk, signers_of
from forecasts.services.ledger import enter_transaction
from tests.builders import make_event, make_prediction
from tests.doctor.attacker import attack
from tests.ledgers import ledger_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.LEDGER_NAME = "forecasts.example/ledger"
    settings.LEDGER_KEY_FILE = tmp_path / "ledger.key"
    settings.LEDGER_FOLDER = str(tmp_path / "published")


def ledger(*arguments: str) -> str:
    out = StringIO()
    call_command("ledger", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def refused(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("ledger", *arguments, stdout=out, stderr=out)
    return error.value.returncode, out.getvalue() + str(error.value)


def test_a_sound_ledger_is_said_to_be_whole(tmp_path):
    ledger_of(3, connection=connection)
    note = ledger("checkpoint")
    assert note.startswith("forecasts.example/ledger\n3\n")

    published = tmp_path / "published" / "000000000003.note"
    told = ledger("verify", "--tables", "--against", str(published))

    assert told == "The ledger is whole, and holds every record: 3 entries, 1 checkpoints held against it.\n"


def test_a_changed_record_ends_in_1():
    ledger_of(2, connection=connection)
    attack(Forecaster, "UPDATE {t} SET name = 'Somebody Else' WHERE slug = 'person-01'")

    code, told = refused("verify", "--tables")

    assert code == 1
    assert "is not what entry 1 holds" in told


def test_a_checkpoint_that_does_not_fit_ends_in_3(tmp_path):
    ledger_of(2, connection=connection)
    ledger("checkpoint")
    note = (tmp_path / "published" / "000000000002.note").read_text()
    forged = tmp_path / "forged.note"
    forged.write_text(note.replace("\n2\n", "\n1\n"))

    code, told = refused("verify", "--against", str(forged))

    assert code == 3
    assert "signature by forecasts.example/ledger is wrong" in told


def _mirror(folder, *, forge=None):
    """A mirror that kept every checkpoint; with `forge`, one that was shown another third entry, signed by the same key."""
    folder.mkdir()
    for checkpoint in Checkpoint.objects.order_by("size"):
        (folder / f"{checkpoint.size}.note").write_text(checkpoint.note)
    if forge:
        signers = signers_of(desk())
        said = Said(desk().name, 3, leaf_hash(b"another history"))
        (folder / "3.note").write_text(signed_note(checkpoint_text(said), signers=signers))
    return folder


@pytest.fixture
def mirrors(tmp_path):
    for size in (1, 2, 3):
        ledger_of(size, connection=connection)
        ledger("checkpoint")
    return _mirror(tmp_path / "mine"), _mirror(tmp_path / "theirs", forge=True)


def test_the_checkpoints_of_a_mirror_that_saw_the_same_all_fit(mirrors):
    mine, _ = mirrors

    assert "3 entries, 3 checkpoints held against it" in ledger("verify", "--against", str(mine))


def test_two_mirrors_that_were_shown_two_histories_are_told(mirrors):
    mine, theirs = mirrors

    code, told = refused("verify", "--against", str(mine), "--against", str(theirs))

    assert code == 3
    assert f"INCONSISTENT: {theirs}/3.note: fork. The first 3 entries are not those of the checkpoint." in told
    assert (
        f"split view: {mine}/3.note and {theirs}/3.note are signed as the first 3 entries of forecasts.example/ledger"
        in told
    )
    assert "2 misfits among 6 checkpoints" in told


def test_a_ledger_that_was_cut_back_is_told_as_a_rollback(mirrors):
    mine, _ = mirrors
    attack(LedgerEntry, "DELETE FROM {t} WHERE seq = 3")
    LedgerHead.objects.update(seq=2, hash=LedgerEntry.objects.get(seq=2).hash)
    attack(Checkpoint, "DELETE FROM {t} WHERE size = 3")

    code, told = refused("verify", "--against", str(mine))

    assert code == 3
    assert f"{mine}/3.note: rollback. The checkpoint is of 3 entries; the ledger has 2." in told


def test_a_file_that_is_not_there_is_told(tmp_path):
    code, told = refused("verify", "--against", str(tmp_path / "nothing"))

    assert code == 1
    assert "cannot be read" in told


def test_keys_are_rotated_by_hand():
    ledger_of(1, connection=connection)
    ledger("checkpoint")
    assert "signed with this key too: forecasts.example/ledger+" in ledger("rotate-key")
    assert "No more is signed with forecasts.example/ledger+" in ledger("retire-key")

    assert refused("retire-key")[1].startswith("This is the only key")


def test_what_was_recorded_before_is_entered():
    assert ledger("backfill") == "Entered 0 rows that had no entry.\n"


@pytest.fixture
def export(tmp_path):
    make_prediction()
    enter_transaction(connection)
    make_event()
    enter_transaction(connection)
    ledger_of(3, connection=connection)
    ledger("checkpoint")
    ledger("export", str(tmp_path / "export"))
    return tmp_path / "export"


def test_an_export_is_checked_by_what_it_brings_alone(export, tmp_path):
    # Isolated: neither our packages nor what is installed can be imported.
    given = [str(export), str(tmp_path / "published" / "000000000005.note")]
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(export / "verify_ledger.py"), *given],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.stdout.startswith("OK: 5 entries, 1 checkpoints of yours."), checked.stderr
    assert checked.returncode == 0


def test_the_same_ledger_is_exported_as_the_same_bytes(export, tmp_path):
    ledger("export", str(tmp_path / "again"))

    assert (export / "manifest.json").read_bytes() == (tmp_path / "again" / "manifest.json").read_bytes()


def test_every_record_can_be_read_in_an_export(export):
    rows = [json.loads(line) for line in (export / "rows.ndjson").read_text().splitlines()]

    bodies = [json.loads(row["body"]) for row in rows]
    assert {"prediction", "rule", "forecast", "event", "forecaster"} <= {body["table"] for body in bodies}


def _lines(path):
    return path.read_text().splitlines(keepends=True)


def _change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


FORGERIES = {
    "a body": (lambda e: _change(e / "rows.ndjson", "0.7", "0.9"), "is not what was recorded"),
    "a commitment": (lambda e: _change(e / "rows.ndjson", '"commitment": "', '"commitment": "00'), "no row|not what"),
    "a row gone": (
        lambda e: (e / "rows.ndjson").write_text("".join(_lines(e / "rows.ndjson")[1:])),
        "Row 0 .* is missing",
    ),
    "a row twice": (
        lambda e: (e / "rows.ndjson").write_text("".join([*_lines(e / "rows.ndjson"), _lines(e / "rows.ndjson")[-1]])),
        "Row 1 of entry 5 is missing",
    ),
    "a header": (
        lambda e: _change(e / "ledger.ndjson", '"kind":"record"', '"kind":"backfill"'),
        "Entry 2 does not refer",
    ),
    "the last header": (
        lambda e: (e / "ledger.ndjson").write_text("".join(_lines(e / "ledger.ndjson")[:-1])),
        "rows of entry 5, which is not there",
    ),
    "a header gone": (
        lambda e: (e / "ledger.ndjson").write_text("".join(_lines(e / "ledger.ndjson")[1:])),
        "Entry 1 is missing",
    ),
    "two headers swapped": (
        lambda e: (e / "ledger.ndjson").write_text(
            "".join([_lines(e / "ledger.ndjson")[1], _lines(e / "ledger.ndjson")[0], *_lines(e / "ledger.ndjson")[2:]])
        ),
        "Entry 1 is missing",
    ),
    "a checkpoint": (
        lambda e: _change(next((e / "checkpoints").iterdir()), "\n5\n", "\n4\n"),
        "signature by forecasts.example/ledger is wrong",
    ),
    "a key": (lambda e: (e / "keys.txt").write_text(""), "No key that is known"),
    "a file, and not the manifest": (
        lambda e: _change(e / "FORMAT.md", "ledger", "Ledger"),
        "FORMAT.md is not the file",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_an_export_that_was_tampered_with_is_found(export, name):
    forge, message = FORGERIES[name]
    forge(export)
    if "manifest" not in name:
        _fix_the_manifest(export)

    with pytest.raises(Tampered, match=message):
        check_export(export)
    assert main([str(export)]) == 1


def _fix_the_manifest(folder) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in manifest["sha256"]}
    (folder / "manifest.json").write_text(json.dumps({"sha256": digests}))


def test_another_history_is_found_by_a_checkpoint_that_was_kept(export, tmp_path, capsys):
    held = tmp_path / "published" / "000000000005.note"
    lines = _lines(export / "ledger.ndjson")[:4]
    (export / "ledger.ndjson").write_text("".join(lines))
    rows = [line for line in _lines(export / "rows.ndjson") if '"seq": 5,' not in line]
    (export / "rows.ndjson").write_text("".join(rows))
    for path in (export / "checkpoints").iterdir():
        path.unlink()
    manifest = json.loads((export / "manifest.json").read_text())
    manifest["sha256"] = {name: digest for name, digest in manifest["sha256"].items() if "checkpoints" not in name}
    (export / "manifest.json").write_text(json.dumps(manifest))
    _fix_the_manifest(export)

    assert main([str(export)]) == 0
    assert main([str(export), str(held)]) == 3
    assert "The checkpoint is of 5 entries; the ledger has 4" in capsys.readouterr().out


def test_an_entry_count_is_that_of_the_ledger(export):
    assert len(_lines(export / "ledger.ndjson")) == LedgerEntry.objects.count() == 5
