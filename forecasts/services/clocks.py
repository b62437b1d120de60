"""Whether the clock of this machine can be believed: records are dated by it, and due by it."""

from datetime import datetime, timedelta

from django.db import connection

# What the database grants entries of the ledger too; machines that keep their time differ by far less.
LONGEST_DIFFERENCE = timedelta(seconds=5)


class WrongClock(Exception):
    """The clock of this machine is not that of the database."""


def refuse_a_wrong_clock(*, now: datetime) -> None:
    """
    Do nothing where the clock of this machine is right, by that of the database; SQLite has none of its own.

    Args:
        now: What the clock of this machine says at this moment.
    Raises:
        WrongClock: They differ by more than five seconds.
    """
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        difference = now - cursor.fetchone()[0]
    if abs(difference) > LONGEST_DIFFERENCE:
        seconds = difference.total_seconds()
        told = f"{abs(seconds):,.0f} s {'ahead of' if seconds > 0 else 'behind'} that of the database"
        raise WrongClock(f"The clock of this machine is {told}: nothing is done by it. Have both kept by NTP.")
