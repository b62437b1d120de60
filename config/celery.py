"""The Celery app; its settings are those of Django that begin with `CELERY_`."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from django.conf import settings
from structlog import contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("aftercast")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_django(**_: Any) -> None:
    """Log from workers and beat as the web process does, in place of Celery's own set-up."""
    logging.config.dictConfig(settings.LOGGING)


@before_task_publish.connect
def pass_the_request_on(headers: dict[str, Any], **_: Any) -> None:
    """Let a message carry the name of the request that sent it."""
    if request_id := contextvars.get_contextvars().get("request_id"):
        headers["request_id"] = request_id


@task_prerun.connect
def name_the_task(task_id: str, task: Any, **_: Any) -> None:
    """Have every log line of a task say which one, and which request asked for it."""
    asked_by = getattr(task.request, "request_id", None)
    contextvars.bind_contextvars(task=task.name, task_id=task_id, **({"request_id": asked_by} if asked_by else {}))


@task_postrun.connect
def forget_the_task(**_: Any) -> None:
    """Leave nothing for the next one."""
    contextvars.unbind_contextvars("task", "task_id", "request_id")
