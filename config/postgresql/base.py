"""
Django's PostgreSQL, with what it does for every instant and for every request done about ten times as fast.

It enters what is recorded in the ledger before a commit.
"""

import select
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap
from psycopg.pq import TransactionStatus

from config.commits import EnteringCommits


class InstantLoader(BaseTzLoader):
    """Reads what PostgreSQL writes in UTC; leaves to Django what Python cannot read, or what is in another zone."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        try:
            instant = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)
        return instant if instant.tzinfo is UTC else super().load(data)


class DatabaseWrapper(EnteringCommits, base.DatabaseWrapper):
    """As Django's, but for the loader of instants, what happens before a commit, and how a connection is looked at."""

    def get_connection_params(self) -> dict[str, Any]:
        parameters = super().get_connection_params()
        if self.timezone is UTC:
            parameters["context"] = AdaptersMap(parameters["context"])
            parameters["context"].register_loader("timestamptz", InstantLoader)
        return parameters

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
