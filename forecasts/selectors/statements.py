"""Statements that are asked again and again."""

from typing import Any

from django.db import connection


def prepared() -> Any:
    """
    Return a cursor whose statements the database plans once a connection, where it plans at all.

    For statements that are written out, of few texts: the database keeps the plan of each.
    """
    return getattr(connection, "prepared", connection.cursor)()
