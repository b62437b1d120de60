"""Whether the ledger is whole, and whether the records are those that it holds."""

from datetime import datetime

from forecasts.selectors.ledger_checks import chain_problems, missing_problems, row_problems
from forecasts.selectors.ledger_tree import checkpoint_problems


def entries_hold_the_records(*, now: datetime) -> list[str]:
    """Every record is, byte for byte, what its entry committed to."""
    return row_problems()


def every_record_is_entered(*, now: datetime) -> list[str]:
    """Every record has an entry."""
    return missing_problems()


def the_chain_is_whole(*, now: datetime) -> list[str]:
    """Entries are numbered from 1 without a gap, each refers to the one before, and the head to the last."""
    return chain_problems()


def checkpoints_hold(*, now: datetime) -> list[str]:
    """The ledger continues every checkpoint that was ever signed."""
    return checkpoint_problems()
