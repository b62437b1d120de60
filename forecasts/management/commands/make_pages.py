"""Make pages before readers ask for them, without Celery: for cron, for one machine, for a look."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.held.ahead import BUDGET_SECONDS, make_pages_ahead
from forecasts.services.jobs import run_of


class Command(BaseCommand):
    help = "Make the pages that readers had to wait for within a day once more, where they changed; for all processes that share a Redis."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--budget", type=float, default=BUDGET_SECONDS, help="at most so many seconds")

    def handle(self, *args, budget: float, **options) -> None:
        with run_of("make-pages", clock=timezone.now):
            done = make_pages_ahead(now=timezone.now(), budget=budget)
        self.stdout.write(f"{done.looked_at} looked at, {done.left} left")
