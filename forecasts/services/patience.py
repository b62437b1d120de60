"""Waiting for a database that ended and is started anew."""

import time

from django.db import InterfaceError, OperationalError, connection

# The database is away or overloaded, which is no fault of a prediction.
AWAY = (OperationalError, InterfaceError)
# As long as it takes to start a database anew that ended; the next sweep waits for one that is away for longer.
PATIENCE_SECONDS = 30.0


def wait_until_it_answers(*, patience: float = PATIENCE_SECONDS) -> None:
    """
    Wait until the database answers again, on a new connection where the old one was lost.

    Args:
        patience: For so many seconds at most.
    Raises:
        OperationalError: It was away for longer.
    """
    ends = time.monotonic() + patience
    while True:
        try:
            if not connection.is_usable():
                connection.close()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                return
        except AWAY:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
