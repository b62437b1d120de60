"""Set up the application's role on PostgreSQL; run as the owner, after every migrate."""

import os

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from forecasts.services.hardening import CannotHarden, harden, set_password


class Command(BaseCommand):
    help = (
        "Give the application's role what it needs and nothing more: it can add records, and not change, delete or "
        "truncate them or switch off what guards them. Run it as the role that owns the tables, after every migrate."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", default="aftercast_app", help="the application's role (default: aftercast_app)")
        parser.add_argument("--password-from", metavar="VARIABLE", help="give it the password that this variable holds")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args, role: str, dry_run: bool, password_from: str | None, **options) -> None:
        password = os.environ.get(password_from, "") if password_from else ""
        if password_from and not password:
            raise CommandError(f"The variable {password_from} is not set, or empty.")
        try:
            with transaction.atomic():
                done = harden(role=role)
                if password:
                    set_password(role=role, password=password)
                transaction.set_rollback(dry_run)
        except CannotHarden as error:
            raise CommandError(str(error)) from None
        for statement in done:
            self.stdout.write(f"{statement};")
        told = "would be run" if dry_run else "run"
        self.stdout.write(f"{len(done)} statements {told}." if done else "Nothing to do: all is as it should be.")
