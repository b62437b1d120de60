"""The application."""

from django.apps import AppConfig
from django.db.models.signals import pre_migrate

from .migrations._going_back import refuse_to_lose


class ForecastsConfig(AppConfig):
    """Predictions of published articles, and what became of them."""

    name = "forecasts"
    verbose_name = "Aftercast"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every way of migrating ask first whether it would lose what is recorded."""
        pre_migrate.connect(refuse_to_lose, sender=self)
