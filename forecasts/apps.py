"""The application."""

from django.apps import AppConfig


class ForecastsConfig(AppConfig):
    """Predictions of published articles, and what became of them."""

    name = "forecasts"
    verbose_name = "Aftercast"
    default_auto_field = "django.db.models.BigAutoField"
