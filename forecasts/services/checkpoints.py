"""Signing what the ledger holds, so that whoever keeps the signature can prove a later change."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from forecasts.ledger.notes import Signer, checkpoint_text, key_text, new_signer, read_signer, signed_note, signer_text
from forecasts.ledger.verifier import Checkpoint as Said
from forecasts.ledger.verifier import Tampered, root_of
from forecasts.models import Checkpoint, SigningKey
from forecasts.selectors.ledger_tree import (
    check_against,
    known_keys,
    last_checkpoint,
    leaves,
    read_note,
    size_of_ledger,
)

LAST = "last.note"


class Inconsistent(Exception):
    """The ledger does not continue what was signed before, so it is not signed."""


class NoKey(Exception):
    """The file of keys cannot be used; the message says why."""


@dataclass(frozen=True)
class Desk:
    """
    Where checkpoints are signed.

    Args:
        name: Of the ledger: a host and a path, without a scheme.
        key_file: Private keys, one a line: a checkpoint is signed with all of them.
        folder: Where the last checkpoint is kept outside of the database, so that nobody who rewrites the one has it
            signed again.
    """

    name: str
    key_file: Path
    folder: Path


def desk() -> Desk:
    """The desk that the settings name."""
    return Desk(settings.LEDGER_NAME, settings.LEDGER_KEY_FILE, settings.LEDGER_KEY_FILE.parent / "ledger")


def make_checkpoint(*, desk: Desk, now: datetime) -> Checkpoint | None:
    """
    Sign the ledger as it is, and keep the signature; where nothing was added since, that is the last one.

    Returns:
        The checkpoint; None where there are no entries yet.
    Raises:
        Inconsistent: What was signed before is not in the ledger any more.
        NoKey: There is no key that can be used.
    """
    signers = signers_of(desk)
    _record_keys(signers, now=now)
    hashes = leaves(size_of_ledger())
    if not hashes:
        return None
    _refuse_another_history(desk, signers=signers, hashes=hashes)
    last = last_checkpoint()
    if last and last.size == len(hashes):
        return last
    said = Said(desk.name, len(hashes), root_of(hashes))
    note = signed_note(checkpoint_text(said), signers=signers)
    # First outside of the database: what is signed twice is the same, what is forgotten could be another history.
    _write(desk.folder / LAST, note)
    made, _ = Checkpoint.objects.get_or_create(
        size=said.size, defaults={"root": said.root.hex(), "note": note, "recorded_at": now}
    )
    return made


def signers_of(desk: Desk) -> list[Signer]:
    """
    The keys that sign; the first is made where there is none yet.

    Raises:
        NoKey: The file is empty, malformed, or others can read it.
    """
    if not desk.key_file.exists():
        _write(desk.key_file, f"{signer_text(_named(desk))}\n")
    if desk.key_file.stat().st_mode & 0o077:
        raise NoKey(f"Others can read {desk.key_file}: run chmod 600 {desk.key_file}.")
    lines = [line for line in desk.key_file.read_text().splitlines() if line.strip()]
    try:
        signers = [read_signer(line) for line in lines]
    except ValueError as error:
        raise NoKey(f"{desk.key_file}: {error}") from None
    if not signers:
        raise NoKey(
            f"{desk.key_file} is empty. Put the key back from a backup, or delete the file to begin with another."
        )
    return signers


def rotate_key(*, desk: Desk) -> str:
    """
    Make another key, with which checkpoints are signed too from now on; both until the old one is retired.

    Returns:
        The new public key.
    """
    signers = [*signers_of(desk), _named(desk)]
    _write(desk.key_file, "".join(f"{signer_text(one)}\n" for one in signers))
    return key_text(signers[-1].key)


def retire_key(*, desk: Desk) -> str:
    """
    Sign no more with the oldest key; what it signed can still be checked.

    Returns:
        The public key that was retired.
    Raises:
        NoKey: It is the only one.
    """
    retired, *others = signers_of(desk)
    if not others:
        raise NoKey("This is the only key: make another first, with `manage.py ledger rotate-key`.")
    _write(desk.key_file, "".join(f"{signer_text(one)}\n" for one in others))
    return key_text(retired.key)


def _named(desk: Desk) -> Signer:
    try:
        return new_signer(desk.name)
    except ValueError as error:
        raise NoKey(str(error)) from None


@transaction.atomic
def _record_keys(signers: Sequence[Signer], *, now: datetime) -> None:
    for signer in signers:
        SigningKey.objects.get_or_create(text=key_text(signer.key), defaults={"recorded_at": now})


def _refuse_another_history(desk: Desk, *, signers: Sequence[Signer], hashes: list[bytes]) -> None:
    held = desk.folder / LAST
    if not held.exists():
        return
    try:
        said = read_note(held.read_text(), keys=[*known_keys(), *(signer.key for signer in signers)])
        check_against(said, hashes=hashes)
    except Tampered as found:
        raise Inconsistent(
            f"{held}: {found} Nothing is signed. Compare with the checkpoints that were published, and with a backup."
        ) from None


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
