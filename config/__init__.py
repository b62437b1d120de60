"""The project: settings, Celery app, addresses and the machinery that runs Aftercast."""

# Imported here so that every `shared_task` binds to this app and its broker.
from config.celery import app as celery_app

__all__ = ["celery_app"]
