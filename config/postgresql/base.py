"""
Django's PostgreSQL, reading instants about ten times as fast: most of what a sweep reads are instants.

It enters what is recorded in the ledger before a commit.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap

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
    """As Django's, but for the loader of instants and what happens before a commit."""

    def get_connection_params(self) -> dict[str, Any]:
        parameters = super().get_connection_params()
        if self.timezone is UTC:
            parameters["context"] = AdaptersMap(parameters["context"])
            parameters["context"].register_loader("timestamptz", InstantLoader)
        return parameters
