"""
Django's PostgreSQL, with what it does for every instant and for every request done about ten times as fast.

It enters what is recorded in the ledger before a commit.
"""

import select
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import Cursor
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap
from psycopg.pq import TransactionStatus

from config.commits import EnteringCommits

# How many plans a connection keeps; the server needs up to 1.5 MB for that of a page's joined statement.
PLANS = 30


class InstantLoader(BaseTzLoader):
    """Reads what PostgreSQL writes in UTC; leaves to Django what Python cannot read, or what is in another zone."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        try:
            instant = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)
        return instant if instant.tzinfo is UTC else super().load(data)


class PreparingCursor(Cursor[Any]):
    """Asks each statement by a plan that the server keeps for the connection, as long as it is among its last `PLANS`."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "PreparingCursor":
        return super().execute(query, params, **{**options, "prepare": True})


class Operations(DatabaseOperations):
    """As Django's, but for what is told of statements that the server keeps the plan of."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        if isinstance(cursor, PreparingCursor):
            # The values went apart from it; here they stand in their places.
            return self.compose_sql(sql, params)
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(EnteringCommits, base.DatabaseWrapper):
    """As Django's, but for the loader of instants, what happens before a commit, kept plans, and how a connection is looked at."""

    ops_class = Operations

    def get_connection_params(self) -> dict[str, Any]:
        parameters = super().get_connection_params()
        if not self.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            # Any number allows statements to be prepared. Django's own cursors never do.
            parameters["prepare_threshold"] = 1
        if self.timezone is UTC:
            parameters["context"] = AdaptersMap(parameters["context"])
            parameters["context"].register_loader("timestamptz", InstantLoader)
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = PLANS
        return connection

    def prepared(self) -> Any:
        """
        A cursor for statements that are asked again and again: the server plans each of them once a connection.

        Behind a pooler that gives every transaction another connection, which `DISABLE_SERVER_SIDE_CURSORS` tells, it is
        planned each time.
        """
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = PreparingCursor(self.connection)
        # Logged and wrapped like any other; it has no public name.
        return self._prepare_cursor(cursor)  # type: ignore[attr-defined]  # Django's own, which the stubs leave out.

    def is_usable(self) -> bool:
        """
        Whether the connection still works.

        A server that hung up has left something to be read, where one that waits for a question is silent. Only in doubt
        it is asked, as Django does each time: a question to the database for every request.
        """
        return self._is_waiting() or super().is_usable()

    def _is_waiting(self) -> bool:
        connection: Any = self.connection
        if connection is None or connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN | select.POLLHUP)
        return not poll.poll(0)
