"""The service on a machine whose clock is AHEAD of the others by so many seconds: `celery -A tests.faults.ahead worker`."""

import os
from datetime import UTC, datetime, timedelta

import time_machine

from config.celery import app

__all__ = ["app"]
time_machine.travel(datetime.now(UTC) + timedelta(seconds=int(os.environ["AHEAD"])), tick=True).start()
