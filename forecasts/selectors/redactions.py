"""What was taken out of records, and where else the same words stand."""

from collections.abc import Collection, Iterator

from django.apps import apps
from django.db.models import Model

from forecasts.ledger.redactions import COLUMNS, is_redacted
from forecasts.ledger.shapes import BY_NAME
from forecasts.models import Change, LedgerEntry, RedactedSalt, Redaction

from .ledger_receipts import leaf_of
from .ledger_rows import Leaf, leaves_of

# Shorter words stand everywhere.
SHORTEST = 4


def redactions_in(kind: str, row: Model) -> list[Redaction]:
    """What was taken out of a record, the oldest first; nothing is asked for where no text bears a mark."""
    if not any(is_redacted(getattr(row, name)) for name in COLUMNS[kind]):
        return []
    return list(Redaction.objects.filter(kind=kind, row_key=leaf_of(kind, row.pk).key).order_by("id"))


def forgotten(seqs: Collection[int]) -> frozenset[tuple[int, int]]:
    """Which commitments of entries nothing opens any more, by entry and position."""
    rows = RedactedSalt.objects.filter(seq__in=list(seqs)).values_list("seq", "position")
    return frozenset((seq, position) for seq, position in rows)


def commitments_of(leaf: Leaf) -> Iterator[tuple[int, int]]:
    """Every commitment to a row or its state that still can be opened: the entry, and the position in it."""
    entries = {entry.seq: entry for entry in (*_noting(leaf), *_listing(leaf))}
    closed = forgotten(entries)
    for seq, leaves in sorted(leaves_of([*entries.values()]).items()):
        for position, one in enumerate(leaves):
            if one == leaf and (seq, position) not in closed:
                yield seq, position


def _noting(leaf: Leaf) -> Iterator[LedgerEntry]:
    for change in Change.objects.filter(row_key=leaf.key, kind=BY_NAME[leaf.shape].kind).order_by("id"):
        held = LedgerEntry.objects.filter(era=change.era, transaction_number=change.transaction_number)
        yield from held.filter(first_change__lte=change.pk, last_change__gte=change.pk)


def _listing(leaf: Leaf) -> Iterator[LedgerEntry]:
    for entry in LedgerEntry.objects.filter(listed__isnull=False).order_by("seq").iterator(chunk_size=5):
        if [leaf.shape, leaf.key] in (entry.listed or ()):
            yield entry


def places_of(text: str) -> Iterator[str]:
    """Where a text stands in what may be redacted: kind, key and column of each place."""
    for kind, columns in COLUMNS.items() if len(text) >= SHORTEST else ():
        model = apps.get_model("forecasts", BY_NAME[kind].model)
        for column in columns:
            found = model._default_manager.filter(**{f"{column}__contains": text})
            yield from (f"{kind} {pk} {column}" for pk in found.order_by("pk").values_list("pk", flat=True))
