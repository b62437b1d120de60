"""Delete kept answers without Celery: for cron."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.services.answers import KEPT_FOR, forget_answers


class Command(BaseCommand):
    help = (
        f"Delete the answers that were kept under an Idempotency-Key for {KEPT_FOR.total_seconds() / 3600:.0f} hours."
    )

    def handle(self, *args, **options) -> None:
        self.stdout.write(f"{forget_answers(now=timezone.now())} forgotten")
