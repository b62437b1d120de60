"""Settle what is due, without Celery: for cron, for one machine, for a look."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.services.clocks import refuse_a_wrong_clock
from forecasts.services.jobs import run_of
from forecasts.services.sweeps import LIMIT, sweep


class Command(BaseCommand):
    help = "Settle every prediction that is due."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--limit", type=int, default=LIMIT, help=f"at most so many predictions (default: {LIMIT:,})"
        )
        parser.add_argument("--budget", type=float, default=45.0, help="at most so many seconds (default: 45)")

    def handle(self, *args, limit: int, budget: float, **options) -> None:
        with run_of("sweep", clock=timezone.now):
            refuse_a_wrong_clock(now=timezone.now())
            done = sweep(now=timezone.now(), limit=limit, budget=budget)
        self.stdout.write(f"{done.checked} checked, {done.changed} changed, {done.failed} failed, {done.left} left due")
        if done.failed:
            raise CommandError(f"{done.failed} checks failed: see the predictions' last error in the admin.")
