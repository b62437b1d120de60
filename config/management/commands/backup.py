"""Copy the database into a folder, with what proves the copy whole."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.backups import BackupFailed, back_up


class Command(BaseCommand):
    help = "Copy the database, while it is in use, and write beside the copy what proves it whole: FOLDER/….json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where to; made where it is missing")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            self.stdout.write(str(back_up(folder=folder, now=timezone.now())))
        except BackupFailed as error:
            raise CommandError(str(error)) from None
