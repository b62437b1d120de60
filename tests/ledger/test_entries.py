"""Commitments to rows, and the headers over them."""

from datetime import UTC, datetime

import pytest

from forecasts.ledger.entries import commit, header_of, opens, without_salt
from forecasts.ledger.merkle import inclusion_proof
from forecasts.ledger.verifier import (
    Chain,
    Checkpoint,
    Tampered,
    beginning_of,
    leaf_hash,
    read_header,
    root_from_inclusion,
    root_of,
)

BODIES = [b'{"answer":"yes"}', b'{"answer":"no"}', b'{"answer":"yes"}']
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_each_row_opens_its_own_commitment_alone():
    batch = commit(BODIES)

    opened = [[opens(batch, position=place, body=body) for body in BODIES[:2]] for place in range(3)]
    assert opened == [[True, False], [False, True], [True, False]]


def test_equal_rows_do_not_look_equal():
    batch = commit(BODIES)

    assert batch.commitment(0) != batch.commitment(2)
    assert len(batch) == len({batch.salt(place) for place in range(3)}) == 3


def test_a_row_is_shown_to_be_in_its_entry():
    batch = commit(BODIES)
    proof = inclusion_proof(batch.leaves(), index=1)

    assert root_from_inclusion(leaf_hash(batch.commitment(1)), index=1, size=3, proof=proof) == batch.root()


def test_a_forgotten_salt_leaves_the_root_and_the_other_rows_as_they_were():
    batch = commit(BODIES)

    forgotten = type(batch)(batch.commitments, without_salt(batch.salts, position=1))

    assert forgotten.root() == batch.root()
    assert [opens(forgotten, position=place, body=BODIES[place]) for place in range(3)] == [True, False, True]


def headers(count, *, ledger="one"):
    prev, lines = beginning_of(ledger), []
    for seq in range(1, count + 1):
        line, prev = header_of(
            ledger=ledger, seq=seq, prev=prev, kind="record", recorded_at=NOW, rows=1, root=bytes([seq]) * 32
        )
        lines.append(line)
    return lines


def followed(lines):
    chain = Chain()
    for line in lines:
        chain.follow(line)
    return chain


def test_a_header_says_what_it_is_made_of():
    (line,) = headers(1)

    assert line == (
        b'{"kind":"record","ledger":"one","prev":"%b","recorded_at":"2025-06-01T12:00:00.000000Z",'
        b'"root":"%b","rows":1,"seq":1,"v":1}' % (beginning_of("one").hex().encode(), b"01" * 32)
    )
    assert read_header(line).rows == 1


def test_a_chain_ends_in_the_root_over_its_headers():
    lines = headers(5)

    followed(lines).check(Checkpoint("ledger", 5, root_of([leaf_hash(line) for line in lines])))


TAMPERED = {
    "a middle entry is gone": (lambda lines: [*lines[:2], *lines[3:]], "Entry 3 is missing"),
    "two entries swapped": (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "Entry 2 is missing"),
    "another root": (
        lambda lines: [lines[0].replace(b"0101", b"0102", 1), *lines[1:]],
        "Entry 2 does not refer to the entry before it",
    ),
    "an entry of another ledger": (lambda lines: [*lines[:2], headers(3, ledger="two")[2]], "Entry 3 does not refer"),
    "no header": (lambda lines: [*lines[:2], b"{}"], "no header of an entry"),
    "the beginning is gone": (lambda lines: lines[1:], "Entry 1 is missing"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_chain_that_was_tampered_with_is_found(name):
    tamper, message = TAMPERED[name]

    with pytest.raises(Tampered, match=message):
        followed(tamper(headers(5)))


def test_a_clock_that_runs_backwards_is_found():
    first, head = header_of(
        ledger="one", seq=1, prev=beginning_of("one"), kind="record", recorded_at=NOW, rows=0, root=root_of([])
    )
    second, _ = header_of(
        ledger="one", seq=2, prev=head, kind="record", recorded_at=NOW.replace(hour=11), rows=0, root=root_of([])
    )

    with pytest.raises(Tampered, match="Entry 2 is dated before"):
        followed([first, second])


def test_a_checkpoint_finds_what_a_chain_cannot():
    lines = headers(5)
    held = Checkpoint("ledger", 3, root_of([leaf_hash(line) for line in lines[:3]]))

    with pytest.raises(Tampered, match="The checkpoint is of 3 entries; the ledger has 2"):
        followed(lines[:2]).check(held)
    with pytest.raises(Tampered, match="first 3 entries are not those of the checkpoint"):
        followed(headers(5, ledger="two")).check(held)
