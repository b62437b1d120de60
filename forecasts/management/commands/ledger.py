"""The ledger: check it, and enter what has no entry."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forecasts.selectors.ledger_checks import chain_problems, missing_problems, row_problems
from forecasts.services.ledger_backfill import backfill

TAMPERED = 1


class Command(BaseCommand):
    help = "Check the ledger, or enter in it what was recorded before there was one."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        verify = steps.add_parser("verify", help="check the chain; exit with 1 where something was tampered with")
        verify.add_argument("--tables", action="store_true", help="check every record against its commitment too")
        steps.add_parser("backfill", help="enter what has no entry, under today's date")

    def handle(self, *args, **options) -> None:
        {"verify": self._verify, "backfill": self._backfill}[options["step"]](**options)

    def _verify(self, *, tables: bool, **_) -> None:
        problems = chain_problems()
        if tables:
            problems += row_problems() + missing_problems()
        for problem in problems:
            self.stdout.write(f"TAMPERED: {problem}")
        if problems:
            raise CommandError(f"{len(problems)} problems.", returncode=TAMPERED)
        self.stdout.write("The ledger is whole." if not tables else "The ledger is whole, and holds every record.")

    def _backfill(self, **_) -> None:
        self.stdout.write(f"Entered {backfill()} rows that had no entry.")
