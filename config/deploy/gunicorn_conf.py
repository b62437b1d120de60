"""
Settings of gunicorn: `gunicorn -c python:config.deploy.gunicorn_conf config.wsgi`.

SIGTERM lets requests that are being served end, for up to `graceful_timeout` seconds; new ones are refused at once.
"""

import os
import shutil
import tempfile
from typing import Any

# What the workers measure, which whoever answers /metrics adds up. The library reads it when it is imported.
MEASURED = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="aftercast-metrics-"))

from prometheus_client import multiprocess  # noqa: E402 reads the folder set above

from config.logs import logging_settings  # noqa: E402 imports what measures

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
limit_request_line = 8_190
logconfig_dict: dict[str, Any] = logging_settings(
    log_format=os.environ.get("LOG_FORMAT", "json"), level=os.environ.get("LOG_LEVEL", "INFO")
)
logconfig_dict["loggers"]["gunicorn.error"] = {"handlers": [], "propagate": True}


def on_exit(server: Any) -> None:
    """Leave nothing behind: a new start measures anew."""
    shutil.rmtree(MEASURED, ignore_errors=True)


def child_exit(server: Any, worker: Any) -> None:
    """Let go of what belonged to a worker that ended."""
    multiprocess.mark_process_dead(worker.pid)
