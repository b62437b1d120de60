"""
All migrations of a database without rows, back one by one and forward again: `python -m tests.faults.stepping`.

Prints a line of JSON for each step: its name, whether it was taken back, and what the tables are afterwards.
"""

import json
import sys

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

APP = "forecasts"
QUESTIONS = {
    "sqlite": [
        "SELECT 'trigger', name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "SELECT 'index', name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "SELECT 'column', m.name || '.' || c.name, c.type || c.\"notnull\" FROM sqlite_master m, pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND m.name LIKE 'forecasts_%'",
    ],
    "postgresql": [
        "SELECT 'trigger', tgname, tgrelid::regclass::text || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT 'index', indexname, tablename FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT 'column', table_name || '.' || column_name, data_type || is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name LIKE 'forecasts_%'",
    ],
}


def shape() -> list[str]:
    """What there is: every trigger with the table it guards, every index and column."""
    with connection.cursor() as cursor:
        found = []
        for question in QUESTIONS[connection.vendor]:
            cursor.execute(question)
            found += [" ".join(map(str, row)) for row in cursor.fetchall()]
    return sorted(found)


def tell(step: str, *, goes_back: bool) -> None:
    """Print what there is after a step."""
    sys.stdout.write(json.dumps({"step": step, "goes_back": goes_back, "shape": shape()}) + "\n")


def main() -> None:
    """Go back to the first migration and forward to the last."""
    django.setup()
    names = sorted(name for app, name in MigrationLoader(connection).disk_migrations if app == APP)
    tell("", goes_back=False)
    for goes_back, targets in ((True, names[-2::-1]), (False, names[1:])):
        for name in targets:
            call_command("migrate", APP, name, verbosity=0)
            tell(name, goes_back=goes_back)


if __name__ == "__main__":
    main()
