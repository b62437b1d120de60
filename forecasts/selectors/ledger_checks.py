"""Whether the ledger is whole, and whether the records are those that it holds."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from forecasts.ledger.entries import FORGOTTEN, Batch, opens
from forecasts.ledger.shapes import BY_NAME, SHAPES
from forecasts.ledger.verifier import Chain, Tampered, read_header
from forecasts.models import LedgerEntry, LedgerHead, LedgerSalts

from .ledger_rows import Leaf, leaves_noted, leaves_of, model_of, readable_bodies_of
from .redactions import forgotten

# Rows whose bytes are worked out at once.
ROWS = 5_000
# Of one kind; the others are counted.
TOLD = 20
# On PostgreSQL what the running transaction noted is entered when it commits.
NOT_OURS = {
    "postgresql": (
        "(c.transaction_number IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint"
        " OR c.era <> (SELECT system_identifier FROM pg_control_system()))"
    ),
    "sqlite": "TRUE",
}
STRAY = (
    "SELECT c.kind, c.action, c.row_key FROM forecasts_change c WHERE c.row_key IS NOT NULL AND {not_ours} AND NOT EXISTS "
    "(SELECT 1 FROM forecasts_ledgerentry e WHERE e.last_change IS NOT NULL AND e.era = c.era "
    "AND e.transaction_number = c.transaction_number AND e.last_change >= c.id AND e.first_change <= c.id) ORDER BY c.id"
)
UNNOTED = (
    "SELECT CAST(t.id AS text) FROM {table} t WHERE NOT EXISTS "
    "(SELECT 1 FROM forecasts_change c WHERE c.row_key = CAST(t.id AS text) AND c.kind = %s AND c.action IN ('RECORDED', %s)) ORDER BY t.id"
)


def chain_problems() -> list[str]:
    """What is wrong with the chain of entries by itself; the first break, since nothing after it can be followed."""
    chain = Chain()
    entry = None
    for entry in LedgerEntry.objects.order_by("seq").iterator(chunk_size=200):
        try:
            chain.follow(entry.header.encode())
            _check_columns(entry, head=chain.head)
        except Tampered as found:
            return [str(found)]
    return _head_problems(entry)


def _check_columns(entry: LedgerEntry, *, head: bytes) -> None:
    """
    Raises:
        Tampered: The columns of an entry say something else than its header.
    """
    header = read_header(entry.header.encode())
    said = (header.seq, header.prev, header.kind, header.rows, header.root, head.hex())
    if said != (entry.seq, entry.prev, entry.kind, entry.n_rows, entry.root, entry.hash):
        raise Tampered(f"The columns of entry {entry.seq} do not say what its header says.")
    if Batch(bytes(entry.commitments), b"").root().hex() != entry.root:
        raise Tampered(f"The commitments of entry {entry.seq} do not come to its root.")


def _head_problems(last: LedgerEntry | None) -> list[str]:
    head = LedgerHead.objects.first()
    if last is None and (head is None or head.seq == 0):
        return []
    if head is None or last is None:
        return ["The ledger has lost its head, or all its entries."]
    if (head.seq, head.hash) != (last.seq, last.hash):
        return [f"The chain ends with entry {last.seq}, and its head says {head.seq}."]
    return []


def row_problems() -> list[str]:
    """Which records are not what the ledger holds of them."""
    states: dict[Leaf, tuple[bytes, bytes, int]] = {}
    problems: list[str] = []
    for entries in _by_rows(LedgerEntry.objects.order_by("seq").iterator(chunk_size=200)):
        problems += _rows_of(entries, states=states)
    bodies = readable_bodies_of(states)
    for leaf, (commitment, salt, seq) in states.items():
        problems += _problem(leaf, body=bodies.get(leaf), batch=Batch(commitment, salt), position=0, seq=seq)
    return problems


def _by_rows(entries: Iterable[LedgerEntry]) -> Iterator[list[LedgerEntry]]:
    held: list[LedgerEntry] = []
    for entry in entries:
        held.append(entry)
        if sum(one.n_rows for one in held) >= ROWS:
            yield held
            held = []
    yield held


def _rows_of(entries: Sequence[LedgerEntry], *, states: dict[Leaf, tuple[bytes, bytes, int]]) -> Iterator[str]:
    """What is wrong with the records of entries; states are only gathered, since a later entry may hold a newer one."""
    leaves = leaves_of(entries)
    bodies = readable_bodies_of(
        {leaf for found in leaves.values() for leaf in found if not BY_NAME[leaf.shape].is_state}
    )
    salts = dict(LedgerSalts.objects.filter(seq__in=leaves).values_list("seq", "salts"))
    closed = forgotten(leaves)
    for entry in entries:
        batch = Batch(bytes(entry.commitments), bytes(salts.get(entry.seq, b"")))
        if len(leaves[entry.seq]) != len(batch):
            yield f"Entry {entry.seq} is of {len(batch)} rows, and the feed of changes notes {len(leaves[entry.seq])}."
            continue
        for position, leaf in enumerate(leaves[entry.seq]):
            if (entry.seq, position) in closed:
                yield from _closing_problem(leaf, batch=batch, position=position, seq=entry.seq)
            elif BY_NAME[leaf.shape].is_state:
                states[leaf] = (batch.commitment(position), batch.salt(position), entry.seq)
            else:
                yield from _problem(leaf, body=bodies.get(leaf), batch=batch, position=position, seq=entry.seq)


def _closing_problem(leaf: Leaf, *, batch: Batch, position: int, seq: int) -> Iterator[str]:
    """What is wrong with a record that was redacted since: what it was committed with must be forgotten."""
    if batch.salt(position) != FORGOTTEN:
        yield f"{leaf.shape} {leaf.key} of entry {seq} was redacted, and its salt is still there."


def _problem(leaf: Leaf, *, body: bytes | None, batch: Batch, position: int, seq: int) -> Iterator[str]:
    if body is None:
        yield f"{leaf.shape} {leaf.key} of entry {seq} is gone."
    elif not opens(batch, position=position, body=body):
        yield f"{leaf.shape} {leaf.key} is not what entry {seq} holds."


def missing_problems() -> list[str]:
    """Which records no entry of the ledger holds."""
    past = [f"{leaf.shape} {leaf.key} has no entry: it was written past the service." for leaf in strays()]
    return _told(past) + [problem for shape in SHAPES for problem in _told(_unheld(shape.name))]


def strays() -> list[Leaf]:
    """What the feed of changes notes and no entry holds: it was written past the connections that enter what they commit."""
    with connection.cursor() as cursor:
        cursor.execute(STRAY.format(not_ours=NOT_OURS[connection.vendor]))
        noted = leaves_noted(cursor.fetchall())
    held = _listed() if noted else set()
    return [leaf for leaf in noted if leaf not in held]


def _listed() -> set[Leaf]:
    entries = LedgerEntry.objects.filter(listed__isnull=False).order_by("seq")
    return {Leaf(*one) for rows in entries.values_list("listed", flat=True) for one in rows or ()}


def unheld(name: str) -> list[Leaf]:
    """The rows of a shape that neither an entry lists nor the feed of changes notes: most are from before the ledger."""
    shape = BY_NAME[name]
    with connection.cursor() as cursor:
        cursor.execute(
            UNNOTED.format(table=model_of(shape)._meta.db_table),
            [shape.kind, "CHANGED" if shape.is_state else "RECORDED"],
        )
        found = [Leaf(name, key) for (key,) in cursor.fetchall()]
    held = _listed() if found else set()
    return [leaf for leaf in found if leaf not in held]


def _unheld(name: str) -> list[str]:
    return [f"{leaf.shape} {leaf.key} has no entry: `manage.py ledger backfill` enters it." for leaf in unheld(name)]


def _told(problems: Sequence[str]) -> list[str]:
    more = len(problems) - TOLD
    return [*problems[:TOLD], *([f"…and {more} more like the last."] if more > 0 else [])]


def ledger_problems() -> list[str]:
    """Everything that is wrong with the ledger, and with the records beside it."""
    return chain_problems() + row_problems() + missing_problems()
