"""What shows that one record is in the ledger, to whoever keeps it."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection

from forecasts.ledger.entries import Batch, opens
from forecasts.ledger.merkle import inclusion_proof
from forecasts.ledger.notes import key_text
from forecasts.ledger.shapes import BY_NAME
from forecasts.models import Change, Checkpoint, LedgerEntry, LedgerSalts

from .ledger_rows import Leaf, leaves_of, model_of, readable_bodies_of
from .ledger_tree import inclusion_of, known_keys

# What can be shown for good: what may change has other bytes tomorrow.
KINDS = tuple(name for name, shape in BY_NAME.items() if not shape.is_state)


class NoEntry(LookupError):
    """Nothing of that name is in the ledger, or it cannot be shown."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """
    A record with its entry, and the proofs that lead from it to a signed checkpoint.

    Args:
        checkpoint: A signed note; None until one holds the entry.
        proof: From the entry to the root of the checkpoint.
    """

    kind: str
    key: str
    seq: int
    recorded_at: str
    header: str
    hash: str
    position: int
    body: str
    salt: str
    commitment: str
    row_proof: list[str]
    checkpoint: str | None
    size: int | None
    proof: list[str] | None
    keys: list[str]


def entry_of(leaf: Leaf) -> LedgerEntry:
    """
    The entry that holds a record as it is: the one it got when it was recorded or redacted last, or that lists it.

    Raises:
        NoEntry: It has none.
    """
    for action in (Change.Action.REDACTED, Change.Action.RECORDED):
        if entry := noted_entry(leaf, action=action):
            return entry
    for entry in LedgerEntry.objects.filter(listed__isnull=False).order_by("seq").iterator(chunk_size=5):
        if [leaf.shape, leaf.key] in (entry.listed or ()):
            return entry
    raise NoEntry(f"There is no entry of {leaf.shape} {leaf.key}.")


def noted_entry(leaf: Leaf, *, action: str = Change.Action.RECORDED) -> LedgerEntry | None:
    """The entry that a record got when it was recorded, or redacted last; None where it has no such entry."""
    noted = Change.objects.filter(row_key=leaf.key, kind=BY_NAME[leaf.shape].kind, action=action)
    for change in noted.order_by("id" if action == Change.Action.RECORDED else "-id"):
        held = LedgerEntry.objects.filter(era=change.era, transaction_number=change.transaction_number)
        if entry := held.filter(first_change__lte=change.pk, last_change__gte=change.pk).first():
            return entry
    return None


def receipt_of(*, kind: str, key: str) -> Receipt:
    """
    The receipt of a record.

    Args:
        kind: One of `KINDS`.
        key: As addresses have it.
    Raises:
        NoEntry: There is no such record, it has no entry, or it is not what its entry holds.
    """
    leaf = _leaf(kind, key)
    entry = entry_of(leaf)
    position = leaves_of([entry])[entry.seq].index(leaf)
    salts = LedgerSalts.objects.filter(seq=entry.seq).values_list("salts", flat=True).first()
    batch = Batch(bytes(entry.commitments), bytes(salts or b""))
    body = readable_bodies_of([leaf]).get(leaf)
    if body is None or not opens(batch, position=position, body=body):
        raise NoEntry(f"{kind} {key} cannot be shown: it is not what entry {entry.seq} holds any more.")
    inclusion = inclusion_of(entry)
    return Receipt(
        kind=kind,
        key=key,
        seq=entry.seq,
        recorded_at=f"{entry.recorded_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        header=entry.header,
        hash=entry.hash,
        position=position,
        body=body.decode(),
        salt=batch.salt(position).hex(),
        commitment=batch.commitment(position).hex(),
        row_proof=[one.hex() for one in inclusion_proof(batch.leaves(), index=position)],
        checkpoint=inclusion.checkpoint.note if inclusion else None,
        size=inclusion.checkpoint.size if inclusion else None,
        proof=[one.hex() for one in inclusion.proof] if inclusion else None,
        keys=[key_text(one) for one in known_keys()],
    )


def leaf_of(kind: str, value: object) -> Leaf:
    """The row of a shape that has this key, as the feed of changes writes it."""
    primary_key = model_of(BY_NAME[kind])._meta.pk
    return Leaf(kind, str(primary_key.get_db_prep_value(primary_key.to_python(value), connection)))


def _leaf(kind: str, key: str) -> Leaf:
    try:
        return leaf_of(kind, key)
    except (ValidationError, ValueError) as error:
        raise NoEntry(f"“{key[:80]}” is no key of a {kind}.") from error


def headers(*, after: int, limit: int) -> list[str]:
    """The headers of the entries that come next after one, byte for byte what is hashed."""
    rows = LedgerEntry.objects.filter(seq__gt=after).order_by("seq").values_list("header", flat=True)
    return list(rows[:limit])


def checkpoint_at(size: int) -> Checkpoint | None:
    """The checkpoint of a size."""
    return Checkpoint.objects.filter(size=size).first()
