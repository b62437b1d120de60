"""Whether anything was written, as readers find it out."""

import time
from secrets import token_hex

from django.db import connection

from forecasts.models import JobRun
from forecasts.selectors.versions import state_of_records
from tests.builders import NOW


def wait_for_others(seconds: float = 90.0) -> None:
    """Wait until no transaction runs that began before the last write: another database of the cluster can have one."""
    ends = time.monotonic() + seconds
    while ":" in str(state_of_records()):
        assert time.monotonic() < ends, "some transaction of the cluster goes on and on"
        time.sleep(0.05)


def plan_for_good() -> None:
    """
    Have the database count its rows now, and not once it finds the time.

    With other plans it gives rows in another order where none was asked for, and what was made of them is made anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def write_elsewhere() -> None:
    """A write after which every row that is shown is as before: what is counted is that something was written."""
    if connection.vendor == "sqlite":
        # There a commit counts that changed something.
        JobRun.objects.create(name=token_hex(8), first_run_at=NOW, started_at=NOW)
        return
    with connection.cursor() as cursor:
        cursor.execute("UPDATE forecasts_milestone SET label = label WHERE FALSE")


def is_traced(table: str) -> bool:
    """Whether each way of writing in a table of PostgreSQL changes the state of the records, even where it finds no row."""
    states = [state_of_records()]
    with connection.cursor() as cursor:
        key = connection.introspection.get_primary_key_column(cursor, table)
        for statement in ("UPDATE {0} SET {1} = {1} WHERE FALSE", "DELETE FROM {0} WHERE FALSE"):
            cursor.execute(statement.format(table, key))
            states.append(state_of_records())
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = %s AND tgenabled = 'A'", [f"{table}_written"])
        return len(set(states)) == 3 and cursor.fetchone() == (1,)
