"""Fill an empty database from a backup, and prove it whole."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backups import BackupFailed, restore
from forecasts.doctor.examination import examine


class Command(BaseCommand):
    help = (
        "Fill the empty database of DATABASE_URL from a backup; count the rows of every table and ask every invariant, "
        "as of when the backup was made."
    )
    # The database is empty: there is nothing that the checks could ask.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("manifest", type=Path, help="the file that manage.py backup named")

    def handle(self, *args: Any, manifest: Path, **options: Any) -> None:
        try:
            made_at = restore(manifest=manifest)
        except BackupFailed as error:
            raise CommandError(str(error)) from None
        found = list(examine(now=made_at))
        broken = [f"{one.number} {one.name}: {one.breaches[0]}" for one in found if one.n_breaches]
        if broken:
            raise CommandError(f"It is whole, and {len(broken)} invariants were broken in it: {'; '.join(broken)}")
        self.stdout.write(
            f"Restored as of {made_at:%Y-%m-%d %H:%M:%S} UTC: every table has its rows, {len(found)} invariants hold."
        )
        self.stdout.write("On PostgreSQL run manage.py harden now: grants are not part of a backup.")
