"""Ask the database whether everything holds that must hold."""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forecasts.doctor.examination import Examined, examine
from forecasts.services.jobs import run_of


class Command(BaseCommand):
    help = "Check every invariant of the records, say how many rows break it, and fail where one does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *args, **options) -> None:
        with run_of("doctor", clock=timezone.now):
            self._examine(is_quiet=options["json"])

    def _examine(self, *, is_quiet: bool) -> None:
        found = []
        for one in examine(now=timezone.now()):
            found.append(one)
            if not is_quiet:
                self.stdout.write(_line(one))
        n_broken = sum(one.n_breaches > 0 for one in found)
        n_breaches = sum(one.n_breaches for one in found)
        if is_quiet:
            summary = {"checked": len(found), "broken": n_broken, "breaches": n_breaches}
            self.stdout.write(json.dumps(summary | {"invariants": [asdict(one) for one in found]}))
        if n_broken:
            raise CommandError(f"{n_broken} of {len(found)} invariants are broken, by {n_breaches} breaches.")
        if not is_quiet:
            self.stdout.write(f"{len(found)} invariants checked, 0 broken.")


def _line(one: Examined) -> str:
    told = "".join(f"\n      {breach}" for breach in one.breaches)
    return f"{one.number:4} {one.name}: {one.n_breaches}{told}"
