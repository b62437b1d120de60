"""Signing the ledger, refusing to sign another history, and having signatures leave the machine."""

import subprocess
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection

from forecasts.ledger.verifier import Tampered, open_note, read_key
from forecasts.models import Checkpoint, LedgerEntry, SigningKey
from forecasts.selectors.ledger_tree import (
    check_against,
    checkpoint_problems,
    consistency_of,
    inclusion_of,
    known_keys,
    leaves,
    read_note,
)
from forecasts.services.checkpoints import Inconsistent, NoKey, make_checkpoint, retire_key, rotate_key
from forecasts.services.publishing import NotPublished, Places, publish
from tests.builders import NOW
from tests.doctor.attacker import attack
from tests.everything import desk_in
from tests.ledgers import ledger_of, rebuild

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(tmp_path):
    return desk_in(tmp_path)


def test_an_empty_ledger_is_not_signed(desk):
    assert make_checkpoint(desk=desk, now=NOW) is None


def test_a_checkpoint_says_how_large_the_ledger_is_and_its_root(desk):
    ledger_of(3, connection=connection)

    made = make_checkpoint(desk=desk, now=NOW)

    said = read_note(made.note, keys=known_keys())
    assert (said.origin, said.size, said.root.hex()) == ("forecasts.example/ledger", 3, made.root)
    check_against(said, hashes=leaves(3))
    assert (desk.folder / "last.note").read_text() == made.note


def test_nothing_new_is_signed_once(desk):
    ledger_of(2, connection=connection)

    first, again = (make_checkpoint(desk=desk, now=NOW) for _ in range(2))

    assert first.note == again.note
    assert Checkpoint.objects.count() == SigningKey.objects.count() == 1


def test_a_key_is_for_the_service_alone(desk):
    ledger_of(1, connection=connection)
    make_checkpoint(desk=desk, now=NOW)
    assert desk.key_file.stat().st_mode & 0o777 == 0o600
    desk.key_file.chmod(0o644)

    with pytest.raises(NoKey, match="Others can read .*: run chmod 600"):
        make_checkpoint(desk=desk, now=NOW)


@pytest.mark.parametrize(("text", "message"), [("", "is empty. Put the key back"), ("no key\n", "no signing key")])
def test_a_file_without_a_key_is_told(desk, text, message):
    desk.key_file.touch(mode=0o600)
    desk.key_file.write_text(text)

    with pytest.raises(NoKey, match=message):
        make_checkpoint(desk=desk, now=NOW)


def test_another_history_is_not_signed(desk):
    ledger_of(3, connection=connection)
    make_checkpoint(desk=desk, now=NOW)
    attack(LedgerEntry, "UPDATE {t} SET seq = seq")
    entries = list(LedgerEntry.objects.order_by("seq"))
    entries[1].kind = "backfill"
    rebuild(entries)
    ledger_of(4, connection=connection)

    with pytest.raises(Inconsistent, match="first 3 entries are not those of the checkpoint. Nothing is signed"):
        make_checkpoint(desk=desk, now=NOW)
    assert Checkpoint.objects.count() == 1


def test_a_second_root_of_one_size_is_not_signed(desk):
    ledger_of(3, connection=connection)
    make_checkpoint(desk=desk, now=NOW)
    attack(LedgerEntry, "UPDATE {t} SET seq = seq")
    entries = list(LedgerEntry.objects.order_by("seq"))
    entries[2].kind = "backfill"
    rebuild(entries)
    # Nor where the database has forgotten that it ever signed one.
    attack(Checkpoint, "DELETE FROM {t}")

    with pytest.raises(Inconsistent, match="first 3 entries are not those"):
        make_checkpoint(desk=desk, now=NOW)


def test_a_new_key_signs_beside_the_old_one_until_that_is_retired(desk):
    ledger_of(1, connection=connection)
    first = make_checkpoint(desk=desk, now=NOW)
    (old,) = known_keys()
    new = read_key(rotate_key(desk=desk))
    ledger_of(2, connection=connection)
    both = make_checkpoint(desk=desk, now=NOW)
    retire_key(desk=desk)
    ledger_of(3, connection=connection)
    last = make_checkpoint(desk=desk, now=NOW)

    assert open_note(both.note, keys=[old]) == open_note(both.note, keys=[new])
    assert open_note(first.note, keys=[old])
    assert open_note(last.note, keys=[new])
    with pytest.raises(Tampered, match="No key that is known"):
        open_note(last.note, keys=[old])
    assert checkpoint_problems() == []


def test_the_only_key_is_not_retired(desk):
    ledger_of(1, connection=connection)
    make_checkpoint(desk=desk, now=NOW)

    with pytest.raises(NoKey, match="the only key"):
        retire_key(desk=desk)


def test_what_a_checkpoint_holds_is_proved(desk):
    ledger_of(5, connection=connection)
    make_checkpoint(desk=desk, now=NOW)
    ledger_of(6, connection=connection)

    assert len(inclusion_of(LedgerEntry.objects.get(seq=2)).proof) == 3
    assert inclusion_of(LedgerEntry.objects.get(seq=6)) is None
    assert len(consistency_of(old_size=3, size=6)) == 4


def made(desk):
    ledger_of(2, connection=connection)
    return make_checkpoint(desk=desk, now=NOW)


def test_a_checkpoint_is_kept_in_a_folder(desk, tmp_path):
    folder = tmp_path / "elsewhere"

    sent = [publish(made(desk), places=Places(folder=folder)) for _ in range(2)]

    assert sent == [[str(folder)]] * 2
    assert [path.name for path in folder.iterdir()] == ["000000000002.note"]


def test_a_checkpoint_is_pushed_to_a_repository_that_others_watch(desk, tmp_path):
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    _git("init", "--quiet", "--bare", str(remote))
    _git("clone", "--quiet", str(remote), str(clone))
    for name, value in {"user.name": "Ledger", "user.email": "ledger@forecasts.example"}.items():
        _git("-C", str(clone), "config", name, value)

    for _ in range(2):
        publish(made(desk), places=Places(clone=clone))

    branch = _git("-C", str(clone), "branch", "--show-current").strip()
    shown = _git("-C", str(remote), "show", f"{branch}:checkpoints/000000000002.note")
    assert shown == Checkpoint.objects.get().note
    assert _git("-C", str(remote), "rev-list", "--count", branch).strip() == "1"


def test_a_checkpoint_is_sent_by_mail(desk):
    publish(made(desk), places=Places(addresses=["reader@example.org", "other@example.org"]))

    (message,) = mail.outbox
    assert message.subject == "Checkpoint of 2 entries"
    assert message.body == Checkpoint.objects.get().note
    assert (message.to, message.bcc) == ([], ["reader@example.org", "other@example.org"])


def test_one_place_that_fails_does_not_stop_the_others(desk, tmp_path):
    folder = tmp_path / "elsewhere"

    with pytest.raises(NotPublished, match="git .*nowhere"):
        publish(made(desk), places=Places(folder=folder, clone=tmp_path / "nowhere"))
    assert list(folder.iterdir())


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout


def test_the_key_file_is_written_whole(desk):
    ledger_of(1, connection=connection)
    make_checkpoint(desk=desk, now=NOW)

    assert [path.name for path in Path(desk.folder).iterdir() if path.suffix == ".new"] == []
