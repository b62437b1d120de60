"""The tree over the entries of the ledger, and what can be proved from it."""

from dataclasses import dataclass

from forecasts.ledger.merkle import consistency_proof, inclusion_proof
from forecasts.ledger.verifier import Checkpoint as Said
from forecasts.ledger.verifier import Key, Tampered, leaf_hash, open_note, read_checkpoint, read_key, root_of
from forecasts.models import Checkpoint, LedgerEntry, SigningKey


@dataclass(frozen=True)
class Inclusion:
    """That an entry is in the tree of a checkpoint."""

    entry: LedgerEntry
    checkpoint: Checkpoint
    proof: list[bytes]


def size_of_ledger() -> int:
    """How many entries there are."""
    last = LedgerEntry.objects.order_by("-seq").values_list("seq", flat=True).first()
    return last or 0


def leaves(size: int) -> list[bytes]:
    """The hashes of the first entries."""
    headers = LedgerEntry.objects.filter(seq__lte=size).order_by("seq").values_list("header", flat=True)
    return [leaf_hash(header.encode()) for header in headers.iterator(chunk_size=5_000)]


def known_keys() -> list[Key]:
    """The keys that ever signed a checkpoint."""
    return [read_key(text) for text in SigningKey.objects.order_by("recorded_at", "pk").values_list("text", flat=True)]


def last_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-size").first()


def read_note(note: str, *, keys: list[Key]) -> Said:
    """
    What a signed checkpoint says.

    Raises:
        Tampered: It is malformed, or none of the keys signed it.
    """
    return read_checkpoint(open_note(note, keys=keys))


def check_against(said: Said, *, hashes: list[bytes]) -> None:
    """
    Check that the ledger holds, unchanged, what it held at a checkpoint.

    Raises:
        Tampered: It does not.
    """
    if said.size > len(hashes):
        raise Tampered(f"The checkpoint is of {said.size} entries; the ledger has {len(hashes)}.")
    if root_of(hashes[: said.size]) != said.root:
        raise Tampered(f"The first {said.size} entries are not those of the checkpoint.")


def checkpoint_problems() -> list[str]:
    """Which checkpoints that were published do not fit the ledger any more."""
    keys, hashes = known_keys(), leaves(size_of_ledger())
    problems = []
    for checkpoint in Checkpoint.objects.order_by("size"):
        try:
            said = read_note(checkpoint.note, keys=keys)
            check_against(said, hashes=hashes)
            if (said.size, said.root.hex()) != (checkpoint.size, checkpoint.root):
                raise Tampered("Its columns do not say what its note says.")
        except Tampered as found:
            problems.append(f"Checkpoint {checkpoint.size}: {found}")
    return problems


def inclusion_of(entry: LedgerEntry) -> Inclusion | None:
    """The proof that an entry is in the last checkpoint; None where no checkpoint holds it yet."""
    checkpoint = last_checkpoint()
    if checkpoint is None or checkpoint.size < entry.seq:
        return None
    return Inclusion(entry, checkpoint, inclusion_proof(leaves(checkpoint.size), index=entry.seq - 1))


def consistency_of(*, old_size: int, size: int) -> list[bytes]:
    """The proof that the ledger of one size continues that of a smaller one."""
    return consistency_proof(leaves(size), old_size=old_size)
