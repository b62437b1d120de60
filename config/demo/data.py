"""The demo's database: its tables, its sample data, its login, and how far the sweep has come."""

import secrets
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

USERNAME = "demo"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many predictions have a verdict, and how many there are."""

    resolved: int
    total: int

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
    """Return how far the sweep has come."""
    predictions = apps.get_model("forecasts", "Prediction").objects
    progress = Progress(resolved=predictions.exclude(verdict="").count(), total=predictions.count())
    # The processes we are about to start, or that run beside us, must never wait for our connection.
    connection.close()
    return progress
