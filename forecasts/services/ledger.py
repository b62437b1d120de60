"""Continuing the ledger: one entry for all that a transaction records, written as the last thing before its commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.utils.dateparse import parse_datetime

from forecasts.ledger.entries import Batch, commit, header_of
from forecasts.ledger.shapes import BY_NAME
from forecasts.ledger.verifier import beginning_of
from forecasts.models import LedgerEntry, LedgerHead, LedgerSalts
from forecasts.selectors.ledger_rows import Leaf, bodies_of, leaves_noted

ENTRY, HEAD = LedgerEntry._meta.db_table, LedgerHead._meta.db_table
# What is committed to for a row that was noted and is not there: nothing opens it, and the checks tell.
GONE = b""
IS_INSTALLED = {
    "postgresql": "SELECT to_regclass('forecasts_ledgerhead') IS NOT NULL",
    "sqlite": "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'forecasts_ledgerhead')",
}
# What this transaction noted since it wrote an entry; on SQLite, where whoever writes is alone, what nobody entered.
HERE = {
    "postgresql": (
        "era = (SELECT system_identifier FROM pg_control_system()) "
        "AND transaction_number = pg_current_xact_id_if_assigned()::text::bigint"
    ),
    "sqlite": "era = 0 AND transaction_number = 0",
}
NOTED = (
    "SELECT id, era, transaction_number, kind, action, row_key FROM forecasts_change "  # noqa: S608 — our own names
    "WHERE {here} AND row_key IS NOT NULL "
    f"AND id > COALESCE((SELECT last_change FROM {ENTRY} WHERE last_change IS NOT NULL AND {{here}} "
    "ORDER BY last_change DESC LIMIT 1), 0) ORDER BY id"
)
# Both databases keep microseconds, but SQLite's clock tells only thousandths of a second.
LOCKED = {
    "postgresql": f"SELECT ledger, seq, hash, recorded_at, clock_timestamp() FROM {HEAD} FOR UPDATE",  # noqa: S608 no value, and no name from outside
    "sqlite": f"SELECT ledger, seq, hash, recorded_at, strftime('%Y-%m-%d %H:%M:%f', 'now') FROM {HEAD}",  # noqa: S608 no value, and no name from outside
}

MOVED = f"UPDATE {HEAD} SET seq = %s, hash = %s, recorded_at = %s WHERE id = {LedgerHead.ONLY}"  # noqa: S608 — our own names
Statement = tuple[str, list[Any]]


@dataclass(frozen=True)
class _Noted:
    """Changes of one transaction that no entry holds yet: the ends of their numbers, and what is committed to."""

    era: int
    transaction_number: int
    first: int
    last: int
    leaves: Sequence[Leaf]


@dataclass(frozen=True)
class _Head:
    """The end of the chain, locked, and the time by the clock of the database."""

    ledger: UUID
    seq: int
    hash: bytes
    recorded_at: datetime


def enter_transaction(connection: BaseDatabaseWrapper) -> LedgerEntry | None:
    """
    Enter in the ledger what the running transaction has recorded; running it again adds nothing.

    The backends of the databases call it before every commit, so that nothing that writes can forget it.

    Returns:
        The entry; None where nothing was recorded, or where the database has no ledger yet.
    """
    if not _is_installed(connection):
        return None
    noted = _noted(connection)
    if noted is None:
        return None
    bodies = _read_ahead(connection, noted=noted)
    bodies |= bodies_of([leaf for leaf in noted.leaves if leaf not in bodies], using=connection.alias)
    batch = commit([bodies.get(leaf, GONE) for leaf in noted.leaves])
    place = {"first_change": noted.first, "last_change": noted.last}
    return append(
        connection,
        kind=LedgerEntry.Kind.RECORD,
        batch=batch,
        era=noted.era,
        transaction_number=noted.transaction_number,
        **place,
    )


def read_ahead(connection: BaseDatabaseWrapper) -> None:
    """
    Read what will be committed to of the records that the running transaction has made so far, for its commit.

    Whoever is about to lock what others wait for calls it before, or they would wait for this too. States are left to
    the commit, until when they may change, and so is a part of a transaction that may yet be rolled back by itself.
    """
    if connection.vendor == "postgresql" and not connection.savepoint_ids and _is_installed(connection):
        noted = _noted(connection)
        if noted is not None:
            records = [leaf for leaf in noted.leaves if not BY_NAME[leaf.shape].is_state]
            found = bodies_of(records, using=connection.alias)
            connection.read_ahead = noted.transaction_number, found  # type: ignore[attr-defined]  # For the commit alone.


def _read_ahead(connection: BaseDatabaseWrapper, *, noted: _Noted) -> dict[Leaf, bytes]:
    number, found = connection.__dict__.pop("read_ahead", (None, {}))
    return found if number == noted.transaction_number else {}


def append(connection: BaseDatabaseWrapper, *, kind: str, batch: Batch, **place: Any) -> LedgerEntry:
    """
    Append an entry, in the running transaction.

    The head of the chain is what everybody waits for, so all that takes time comes before it: the commitments and, on
    PostgreSQL, the checks that were put off to the commit, which might also wait for somebody who waits for the head.
    """
    root = batch.root()
    if connection.vendor == "postgresql":
        connection.check_constraints()
    head = _locked_head(connection)
    seq = head.seq + 1
    header, digest = header_of(
        ledger=str(head.ledger),
        seq=seq,
        prev=head.hash,
        kind=kind,
        recorded_at=head.recorded_at,
        rows=len(batch),
        root=root,
    )
    entry = LedgerEntry(
        seq=seq,
        kind=kind,
        recorded_at=head.recorded_at,
        prev=head.hash.hex(),
        root=root.hex(),
        n_rows=len(batch),
        header=header.decode(),
        hash=digest.hex(),
        commitments=batch.commitments,
        **place,
    )
    moved = (MOVED, [seq, entry.hash, connection.ops.adapt_datetimefield_value(entry.recorded_at)])
    _run(connection, [_insert(connection, entry), _insert(connection, LedgerSalts(seq=seq, salts=batch.salts)), moved])
    return entry


def _insert(connection: BaseDatabaseWrapper, row: Model) -> Statement:
    fields = row._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    places = ", ".join("%s" for _ in fields)
    return f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({places})", values  # noqa: S608 — our own names


def _run(connection: BaseDatabaseWrapper, statements: Sequence[Statement]) -> None:
    """Execute statements, on PostgreSQL in one message: everybody waits for the head until they are done."""
    if connection.vendor == "postgresql":
        texts, values = zip(*statements, strict=True)
        statements = [("; ".join(texts), list(chain.from_iterable(values)))]
    with connection.cursor() as cursor:
        for text, given in statements:
            cursor.execute(text, given)


def _is_installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether the tables are there: before they are made, and after they are taken back, migrations commit too."""
    if not getattr(connection, "has_ledger", False):
        with connection.cursor() as cursor:
            cursor.execute(IS_INSTALLED[connection.vendor])
            connection.has_ledger = bool(cursor.fetchone()[0])  # type: ignore[attr-defined]  # Remembered on the connection.
    return connection.has_ledger  # type: ignore[attr-defined]  # Remembered on the connection.


def _noted(connection: BaseDatabaseWrapper) -> _Noted | None:
    with connection.cursor() as cursor:
        cursor.execute(NOTED.format(here=HERE[connection.vendor]))
        rows = cursor.fetchall()
    leaves = leaves_noted((kind, action, key) for _, _, _, kind, action, key in rows)
    if not leaves:
        return None
    first, era, transaction_number, *_ = rows[0]
    return _Noted(era, transaction_number, first, rows[-1][0], leaves)


def _locked_head(connection: BaseDatabaseWrapper) -> _Head:
    sql = LOCKED[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone()
        if found is None:
            _begin(connection)
            cursor.execute(sql)
            found = cursor.fetchone()
    ledger, seq, digest, last, now = found
    # A clock that was put back must not make an entry older than the one before it.
    recorded_at = max(one for one in (_time(last), _time(now)) if one is not None)
    return _Head(UUID(str(ledger)), seq, bytes.fromhex(digest), recorded_at)


def _begin(connection: BaseDatabaseWrapper) -> None:
    """Begin a ledger, unless somebody else does at this moment."""
    ledger = uuid4()
    head = LedgerHead(ledger=ledger, hash=beginning_of(str(ledger)).hex())
    LedgerHead.objects.using(connection.alias).bulk_create([head], ignore_conflicts=True)


def _time(value: datetime | str | None) -> datetime | None:
    """A time that a driver returned: SQLite's are in UTC without saying so."""
    read = parse_datetime(value) if isinstance(value, str) else value
    return read if read is None or read.tzinfo else read.replace(tzinfo=UTC)
