"""Entering what has no entry: rows from before the ledger, and what was written past the service."""

from django.db import connections, transaction
from django.db.utils import DEFAULT_DB_ALIAS

from forecasts.ledger.entries import commit
from forecasts.ledger.shapes import SHAPES
from forecasts.models import LedgerEntry
from forecasts.selectors.ledger_checks import strays, unheld
from forecasts.selectors.ledger_rows import Leaf, bodies_of

from .ledger import append

# Rows an entry: no transaction is long.
ROWS = 5_000


def backfill() -> int:
    """
    Enter every row that no entry holds, dated now and named for what it is; running it again adds nothing.

    Returns:
        How many rows were entered.
    """
    missing = [leaf for shape in SHAPES for leaf in unheld(shape.name)] + strays()
    for start in range(0, len(missing), ROWS):
        _enter(missing[start : start + ROWS])
    return len(missing)


@transaction.atomic
def _enter(leaves: list[Leaf]) -> None:
    bodies = bodies_of(leaves)
    held = [leaf for leaf in leaves if leaf in bodies]
    append(
        connections[DEFAULT_DB_ALIAS],
        kind=LedgerEntry.Kind.BACKFILL,
        batch=commit([bodies[leaf] for leaf in held]),
        era=0,
        transaction_number=0,
        listed=[[leaf.shape, leaf.key] for leaf in held],
    )
