"""Check the sums behind scorecards against the postings, or work them out again."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forecasts.services.rebuilds import check_scopes, rebuild_scopes


class Command(BaseCommand):
    help = "Work out the sums behind scorecards again from the postings; with --check only compare them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; fail where a sum differs.")

    def handle(self, *args, **options) -> None:
        if not options["check"]:
            self.stdout.write(f"{rebuild_scopes()} scopes kept.")
            return
        found = check_scopes()
        for one in found:
            self.stdout.write(f"{one.kind} {one.key}: the {one.what} differ from the postings.")
        if found:
            raise CommandError(
                f"{len(found)} differences: run rebuild_scorecards without --check, and say how it happened."
            )
        self.stdout.write("0 differences.")
