"""What a fault did, as one line of JSON each in `build/reliability.jsonl`: the README's table is made from them."""

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build" / "reliability.jsonl"
IS_CAMPAIGN = os.environ.get("CAMPAIGN") == "1"


@dataclass(frozen=True)
class Tally:
    """What became of the records at stake: how many they are, lost, there twice, without their scores, broken."""

    records: int
    lost: int = 0
    doubled: int = 0
    unscored: int = 0
    breaches: int = 0


def report(number: str, *, fault: str, times: int, database: str, result: str, tally: Tally, **figures: float) -> None:
    """
    Write down what was done to the service and what became of it.

    Args:
        number: Short name of the test, such as F1.
        fault: What was done.
        times: How often it was.
        database: On which database.
        result: What became of it, in words.
        tally: What became of the records that were at stake.
        figures: Other numbers behind the words.
    """
    came_to = {"records": tally.records, "lost": tally.lost, "doubled": tally.doubled, "breaches": tally.breaches}
    measured = {name: round(value, 3) for name, value in figures.items()}
    told = {"number": number, "fault": fault, "times": times, "database": database, "result": result}
    _write(told | came_to | {"figures": measured, "profile": "campaign" if IS_CAMPAIGN else "push"})


def report_case(number: str, *, tried: str, times: int, failed: int, database: str) -> None:
    """
    Write down what was tried on parts of the service, and how often it came out otherwise than it should.

    Args:
        number: Short name of the case, such as S5.
        tried: What was tried.
        times: How often it was.
        failed: How many of its tests failed.
        database: On which database; `none` where the tests know none.
    """
    _write({"number": number, "tried": tried, "times": times, "failed": failed, "database": database})


def _write(told: dict[str, Any]) -> None:
    line = told | {"on": f"{datetime.now(UTC):%Y-%m-%d}", "commit": commit()}
    REPORT.parent.mkdir(exist_ok=True)
    with REPORT.open("a") as lines:
        lines.write(json.dumps(line) + "\n")


def commit() -> str:
    """The commit that is checked out, and whether files differ from it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"
