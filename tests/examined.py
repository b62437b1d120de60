"""What the doctor says of the test's database."""

from datetime import datetime

from django.db import connection

from forecasts.doctor.examination import examine
from forecasts.doctor.table import INVARIANTS
from forecasts.services.ledger import enter_transaction


def breaches(name: str = "", *, now: datetime) -> list[str]:
    """What the doctor finds, of one invariant or of all."""
    # As a commit would.
    enter_transaction(connection)
    asked = [one for one in INVARIANTS if not name or one.name == name]
    assert asked, f"there is no invariant {name}"
    return [told for one in examine(now=now, invariants=asked) for told in one.breaches]
