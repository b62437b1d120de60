"""Whatever somebody does to the database who owns it, the layer that should find it does."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.db import connection

from forecasts.ledger.entries import commit
from forecasts.ledger.verifier import Tampered
from forecasts.models import Change, Forecaster, LedgerEntry, LedgerHead, LedgerSalts
from forecasts.selectors.ledger_checks import chain_problems, ledger_problems, row_problems
from forecasts.selectors.ledger_rows import Leaf, bodies_of
from forecasts.selectors.ledger_tree import (
    check_against,
    checkpoint_problems,
    known_keys,
    leaves,
    read_note,
    size_of_ledger,
)
from forecasts.services.checkpoints import make_checkpoint
from tests.builders import NOW
from tests.doctor.attacker import attack
from tests.everything import desk_in
from tests.ledgers import ledger_of, rebuild

pytestmark = pytest.mark.django_db
SIZE, HELD = 12, 8


class Tampering(NamedTuple):
    """What is done, and which layers find it: the chain, the records beside it, a checkpoint that somebody holds."""

    do: Callable[[], None]
    chain: bool
    tables: bool
    checkpoint: bool


def _free() -> None:
    """Take the guards of the ledger away, and nothing else."""
    attack(LedgerEntry, "UPDATE {t} SET seq = seq")


def _all() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.order_by("seq"))


def _edit_a_record() -> None:
    Forecaster.objects.filter(slug="person-03").update(name="Somebody Else")
    # Without a word in the feed of changes.
    attack(Change, "DELETE FROM {t} WHERE action = 'CHANGED'")


def _edit_a_header() -> None:
    _free()
    entry = LedgerEntry.objects.get(seq=3)
    entry.header = entry.header.replace('"rows":1', '"rows":2')
    entry.save()


def _edit_a_header_and_its_hash() -> None:
    _free()
    entries = _all()
    entries[2].recorded_at = entries[1].recorded_at
    kept = [(one.seq, one.header, one.hash, one.prev) for one in entries[3:]]
    rebuild(entries)
    for seq, header, digest, prev in kept:
        LedgerEntry.objects.filter(seq=seq).update(header=header, hash=digest, prev=prev)


def _delete_a_middle_row() -> None:
    _free()
    LedgerEntry.objects.filter(seq=5).delete()


def _cut_the_tail() -> None:
    _free()
    LedgerEntry.objects.filter(seq__gt=10).delete()


def _cut_the_tail_and_fix_the_head() -> None:
    _free()
    rebuild(_all()[:10])


def _rewrite_an_early_entry() -> None:
    _rewrite(3)


def _rewrite_a_late_entry() -> None:
    _rewrite(11)


def _rewrite(seq: int) -> None:
    """Change a record, commit to what it is now, and chain everything anew."""
    _free()
    person = Forecaster.objects.get(slug=f"person-{seq:02}")
    Forecaster.objects.filter(pk=person.pk).update(name="Somebody Else")
    attack(Change, "DELETE FROM {t} WHERE action = 'CHANGED'")
    key = person.pk.hex if connection.vendor == "sqlite" else str(person.pk)
    leaf = Leaf("forecaster", key)
    batch = commit([bodies_of([leaf])[leaf]])
    attack(LedgerSalts, "UPDATE {t} SET seq = seq")
    LedgerSalts.objects.filter(seq=seq).update(salts=batch.salts)
    rebuild(_all(), batches={seq: batch})


def _insert_a_backdated_entry() -> None:
    _free()
    entries = _all()
    twin = LedgerEntry.objects.get(seq=4)
    twin.listed, twin.first_change, twin.last_change = [], None, None
    rebuild([*entries[:4], twin, *entries[4:]])


def _swap_two_entries() -> None:
    _free()
    entries = _all()
    entries[2], entries[5] = entries[5], entries[2]
    for entry in entries:
        entry.recorded_at = entries[0].recorded_at
    rebuild(entries)


def _cut_back() -> None:
    _free()
    rebuild(_all()[:6])


TAMPERINGS = {
    "a record, and nothing of the ledger": Tampering(_edit_a_record, chain=False, tables=True, checkpoint=False),
    "a header": Tampering(_edit_a_header, chain=True, tables=False, checkpoint=True),
    "a header and its hash": Tampering(_edit_a_header_and_its_hash, chain=True, tables=False, checkpoint=True),
    "a middle entry gone": Tampering(_delete_a_middle_row, chain=True, tables=True, checkpoint=True),
    "the tail cut": Tampering(_cut_the_tail, chain=True, tables=True, checkpoint=False),
    "the tail cut and the head fixed": Tampering(
        _cut_the_tail_and_fix_the_head, chain=False, tables=True, checkpoint=False
    ),
    "an early entry rewritten, all chained anew": Tampering(
        _rewrite_an_early_entry, chain=False, tables=False, checkpoint=True
    ),
    "a late entry rewritten, all chained anew": Tampering(
        _rewrite_a_late_entry, chain=False, tables=False, checkpoint=False
    ),
    "an entry slipped in, all chained anew": Tampering(
        _insert_a_backdated_entry, chain=False, tables=True, checkpoint=True
    ),
    "two entries swapped, all chained anew": Tampering(_swap_two_entries, chain=False, tables=True, checkpoint=True),
    "cut back to before the checkpoint": Tampering(_cut_back, chain=False, tables=True, checkpoint=True),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_by_the_layer_that_should(name, tmp_path):
    ledger_of(HELD, connection=connection)
    held = make_checkpoint(desk=desk_in(tmp_path), now=NOW).note
    keys = known_keys()
    ledger_of(SIZE, connection=connection)
    assert ledger_problems() + checkpoint_problems() == []
    tampering = TAMPERINGS[name]

    tampering.do()

    found = {"chain": chain_problems() != [], "tables": beside() != [], "checkpoint": misfit(held, keys=keys) != ""}
    assert found == {name: getattr(tampering, name) for name in found}


def beside() -> list[str]:
    """What is wrong with the records, beside a chain that may be whole, as whoever comes later sees it."""
    for model in (Change, LedgerEntry):
        shift = "transaction_number - 1" if connection.vendor == "postgresql" else "0"
        attack(model, f"UPDATE {{t}} SET transaction_number = {shift}")
    return [problem for problem in ledger_problems() if problem not in chain_problems()]


def misfit(note: str, *, keys) -> str:
    try:
        check_against(read_note(note, keys=keys), hashes=leaves(size_of_ledger()))
    except Tampered as found:
        return str(found)
    return ""


def test_an_empty_ledger_is_whole():
    assert ledger_problems() == []


def test_a_lost_head_is_found():
    ledger_of(2, connection=connection)
    LedgerHead.objects.all().delete()

    assert chain_problems() == ["The ledger has lost its head, or all its entries."]


def test_forgotten_salts_are_found():
    ledger_of(1, connection=connection)
    attack(LedgerSalts, "DELETE FROM {t}")

    (problem,) = row_problems()
    assert "is not what entry 1 holds" in problem
