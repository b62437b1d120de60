"""Entries of the ledger: what was recorded in one transaction, as one header over the root of its rows."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .canonical import canonical, instant
from .verifier import commitment_of, entry_hash, leaf_hash, root_of

VERSION = 1
SALT_BYTES = 16
DIGEST_BYTES = 32
# What stands for a salt that was forgotten, with what it committed to.
FORGOTTEN = bytes(SALT_BYTES)


@dataclass(frozen=True)
class Batch:
    """
    The commitments of an entry's rows and the salts behind them, each packed in the order of the rows.

    A commitment is 32 bytes and a salt is 16; a salt of zeros was forgotten, with what it committed to.
    """

    commitments: bytes
    salts: bytes

    def __len__(self) -> int:
        return len(self.commitments) // DIGEST_BYTES

    def commitment(self, position: int) -> bytes:
        return self.commitments[position * DIGEST_BYTES : (position + 1) * DIGEST_BYTES]

    def salt(self, position: int) -> bytes:
        return self.salts[position * SALT_BYTES : (position + 1) * SALT_BYTES]

    def leaves(self) -> list[bytes]:
        """The hashes of the leaves of the tree over the rows."""
        return [leaf_hash(self.commitment(position)) for position in range(len(self))]

    def root(self) -> bytes:
        return root_of(self.leaves())


def commit(bodies: Sequence[bytes]) -> Batch:
    """Commit to rows, each with a random salt of its own."""
    salts = os.urandom(SALT_BYTES * len(bodies))
    commitments = b"".join(
        commitment_of(body, salt=salts[start : start + SALT_BYTES])
        for body, start in zip(bodies, range(0, len(salts), SALT_BYTES), strict=True)
    )
    return Batch(commitments, salts)


def opens(batch: Batch, *, position: int, body: bytes) -> bool:
    """Whether a row is the one that was committed to."""
    return commitment_of(body, salt=batch.salt(position)) == batch.commitment(position)


def without_salt(salts: bytes, *, position: int) -> bytes:
    """The salts with one forgotten."""
    start = position * SALT_BYTES
    return salts[:start] + FORGOTTEN + salts[start + SALT_BYTES :]


def header_of(
    *, ledger: str, seq: int, prev: bytes, kind: str, recorded_at: datetime, rows: int, root: bytes
) -> tuple[bytes, bytes]:
    """
    Return the header of an entry, and the hash that the next one refers to.

    Args:
        seq: Counted from 1.
        recorded_at: By the clock of the database.
        root: Of the tree over the commitments to its rows.
    """
    header = canonical(
        {
            "kind": kind,
            "ledger": ledger,
            "prev": prev.hex(),
            "recorded_at": instant(recorded_at),
            "root": root.hex(),
            "rows": rows,
            "seq": seq,
            "v": VERSION,
        }
    )
    return header, entry_hash(header)
