"""Migrations that change a table keep the triggers that guard it: SQLite makes such a table anew."""

import importlib

import pytest
from django.db import connection

GUARDS = importlib.import_module("forecasts.migrations.0002_append_only")
NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'",
}


@pytest.mark.django_db
def test_every_trigger_is_there_after_all_migrations():
    statements = {"sqlite": GUARDS.sqlite_statements, "postgresql": GUARDS.postgresql_statements}[connection.vendor]()
    wanted = {statement.split()[2] for statement in statements if statement.startswith("CREATE TRIGGER")}
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}

    assert len(wanted) > 20
    assert wanted <= found
