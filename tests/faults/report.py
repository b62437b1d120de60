"""What a fault did, as one line of JSON each in `build/reliability.jsonl`: the README's table is made from them."""

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build" / "reliability.jsonl"
IS_CAMPAIGN = os.environ.get("CAMPAIGN") == "1"


def report(number: str, *, fault: str, database: str, result: str, **figures: float) -> None:
    """
    Write down what was done to the service and what became of it.

    Args:
        number: Short name of the test, such as F1.
        fault: What was done.
        database: On which database.
        result: What became of it, in words.
        figures: The numbers behind the words.
    """
    line = {
        "number": number,
        "fault": fault,
        "database": database,
        "result": result,
        "figures": {name: round(value, 3) for name, value in figures.items()},
        "profile": "campaign" if IS_CAMPAIGN else "push",
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": commit(),
    }
    REPORT.parent.mkdir(exist_ok=True)
    with REPORT.open("a") as lines:
        lines.write(json.dumps(line) + "\n")


def commit() -> str:
    """The commit that is checked out."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"
