"""
The service with one rule that brings its worker down: `celery -A tests.faults.deadly worker`.

DEADLY says how: `dies` at once, `loops` for ever, `sleeps` for ever.
"""

import os
import signal
import time
from typing import Any

from config.celery import app
from forecasts import rules

from .fill import MARKED

__all__ = ["app"]
evaluate = rules.evaluate


def loop() -> None:
    """Never end."""
    while True:
        pass


DEEDS = {
    "dies": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "loops": loop,
    "sleeps": lambda: time.sleep(3600),
}


def evaluate_or_die(rule: Any, facts: Any) -> Any:
    """Evaluate a rule, but not the marked one."""
    if MARKED in rule.model_dump_json():
        DEEDS[os.environ["DEADLY"]]()
    return evaluate(rule, facts)


rules.evaluate = evaluate_or_die
