"""Delete kept answers without Celery: for cron."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.services.answers import KEPT_FOR, forget_answers
from forecasts.services.jobs import run_of


class Command(BaseCommand):
    help = (
        f"Delete the answers that were kept under an Idempotency-Key for {KEPT_FOR.total_seconds() / 3600:.0f} hours."
    )

    def handle(self, *args, **options) -> None:
        with run_of("forget-answers", clock=timezone.now):
            n_forgotten = forget_answers(now=timezone.now())
        self.stdout.write(f"{n_forgotten} forgotten")
