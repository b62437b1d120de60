"""Django's SQLite, entering what is recorded in the ledger."""

from django.db.backends.sqlite3 import base

from config.commits import EnteringCommits


class DatabaseWrapper(EnteringCommits, base.DatabaseWrapper):
    """As Django's, but for what happens before a commit."""
