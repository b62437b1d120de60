"""Ledgers for tests: entries one after the other, and what somebody does to them who owns the database."""

from forecasts.ledger.entries import Batch, header_of
from forecasts.ledger.verifier import beginning_of
from forecasts.models import LedgerEntry, LedgerHead
from forecasts.services.ledger import enter_transaction
from tests.builders import make_forecaster


def ledger_of(count: int, *, connection) -> None:
    """A ledger of so many entries, each of one forecaster; those that are there already stay."""
    for number in range(count):
        make_forecaster(f"person-{number + 1:02}")
        enter_transaction(connection)


def rebuild(entries: list[LedgerEntry], *, batches: dict[int, Batch] | None = None) -> None:
    """Number entries anew and chain them again, as somebody would who hides what he did to them."""
    ledger = str(LedgerHead.objects.get().ledger)
    prev = beginning_of(ledger)
    LedgerEntry.objects.all().delete()
    for seq, entry in enumerate(entries, start=1):
        batch = (batches or {}).get(entry.seq, Batch(bytes(entry.commitments), b""))
        header, digest = header_of(
            ledger=ledger,
            seq=seq,
            prev=prev,
            kind=entry.kind,
            recorded_at=entry.recorded_at,
            rows=len(batch),
            root=batch.root(),
        )
        entry.seq, entry.prev, entry.root, entry.header, entry.hash = (
            seq, prev.hex(), batch.root().hex(), header.decode(), digest.hex(),
        )  # fmt: skip
        entry.commitments = batch.commitments
        entry.save(force_insert=True)
        prev = digest
    LedgerHead.objects.update(seq=len(entries), hash=prev.hex())
