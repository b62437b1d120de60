"""Send what webhooks wait for, without Celery: for cron, for one machine, for a look."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.services.deliveries import forget_deliveries, write_deliveries
from forecasts.services.jobs import run_of
from forecasts.services.sending import BUDGET_SECONDS, send_deliveries


class Command(BaseCommand):
    help = "Write down whom to tell of what happened since, and send what is due."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--budget", type=float, default=BUDGET_SECONDS, help="at most so many seconds of sending")

    def handle(self, *args, budget: float, **options) -> None:
        with run_of("send-webhooks", clock=timezone.now):
            written = write_deliveries(now=timezone.now())
            done = send_deliveries(now=timezone.now(), budget=budget)
            forget_deliveries(now=timezone.now())
        self.stdout.write(f"{written} written, {done.delivered} delivered, {done.failed} failed, {done.left} left due")
