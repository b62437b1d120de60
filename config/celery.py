"""The Celery app; its settings are those of Django that begin with `CELERY_`."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("aftercast")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_django(**_: Any) -> None:
    """Log from workers and beat as the web process does, in place of Celery's own set-up."""
    logging.config.dictConfig(settings.LOGGING)
