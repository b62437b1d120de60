"""The demo's database: its tables, its sample data, its login, and how far the sweep has come."""

import secrets
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.models import Q
from django.utils import timezone

USERNAME = "demo"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many predictions have a verdict, how many there are, and how many the sweep has yet to look at."""

    resolved: int
    total: int
    waiting: int

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.waiting == 0

    def __str__(self) -> str:
        return f"resolved {self.resolved} of {self.total} predictions"


def prepare_database() -> None:
    """Bring the tables up to date and record the sample data; done before, it changes nothing."""
    call_command("migrate", verbosity=0)
    call_command("load_demo")


def refresh_login() -> str:
    """Return a new password, made for this run, of the demo's superuser."""
    password = secrets.token_urlsafe(12)
    user, _ = get_user_model().objects.update_or_create(
        username=USERNAME, defaults={"is_staff": True, "is_superuser": True, "is_active": True}
    )
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def measure_progress() -> Progress:
    """Return how far the sweep has come; a prediction whose check failed is still waiting."""
    predictions = apps.get_model("forecasts", "Prediction").objects
    unsettled = Q(next_check_at__lte=timezone.now()) | Q(attempts__gt=0)
    progress = Progress(
        resolved=predictions.exclude(verdict="").count(),
        total=predictions.count(),
        waiting=predictions.filter(unsettled).count(),
    )
    # The processes we are about to start, or that run beside us, must never wait for our connection.
    connection.close()
    return progress
