"""
What is tried on parts of the service, and not on a running one: `python -m tests.faults.cases` runs the tests of every case.

Each case leaves a line in the report, like a fault does, and the README tells them in a table of their own. Tests that ask
a database run on both.
"""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .databases import Cluster
from .listed import CASES, Case
from .report import ROOT, report_case

FAILED = 1


@dataclass(frozen=True)
class Outcome:
    """How often a case was tried on a database, and how often it came out otherwise than it should."""

    times: int
    failed: int


class Counted:
    """What became of every test: a plugin, which hears of all of them where they are dealt out to processes."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that tries many things says how many by `record_property("times", n)`."""
        test = report.nodeid.partition("[")[0]
        if report.failed or report.skipped:
            self.failed[test] += 1
        elif report.when == "call":
            self.times[test] += dict(report.user_properties).get("times", 1)

    def outcome(self, case: Case) -> Outcome:
        """What became of the tests of a case; one of which nothing was heard has failed."""
        unheard = sum(test not in self.times and test not in self.failed for test in case.tests)
        return Outcome(
            times=sum(self.times[test] for test in case.tests),
            failed=sum(self.failed[test] for test in case.tests) + unheard,
        )


def run(vendor: str) -> int:
    """Run the tests of all cases that are said of a database, in this process, and report each; 1 where one failed."""
    cases = [case for case in CASES if case.told_on(vendor)]
    counted = Counted()
    tests = sorted({test for case in cases for test in case.tests})
    pytest.main(["-q", "-n", "2", "-p", "no:randomly", "-p", "no:cacheprovider", "-m", "", *tests], plugins=[counted])
    outcomes = [(case, counted.outcome(case)) for case in cases]
    for case, outcome in outcomes:
        told = {"times": outcome.times, "failed": outcome.failed, "database": case.told_on(vendor)}
        report_case(case.number, tried=case.tried, **told)
    return FAILED if any(outcome.failed or not outcome.times for _, outcome in outcomes) else 0


def main() -> int:
    """Run all cases on both databases at once, each in a process of its own; 1 where one failed."""
    with TemporaryDirectory(prefix="cases-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(folder=Path(folder))
        try:
            urls = {"sqlite": "", "postgresql": cluster.new_database("cases").url}
            started = [
                subprocess.Popen(_command(vendor), env=_environment(url), cwd=ROOT) for vendor, url in urls.items()
            ]
            return max(one.wait() for one in started)
        finally:
            cluster.stop()


def _command(vendor: str) -> list[str]:
    return [sys.executable, "-m", "tests.faults.cases", vendor]


def _environment(url: str) -> dict[str, str]:
    """Ours, with the rounds, examples and sizes of a campaign; the suite makes a database of its own where none is named."""
    given = {"AFTERCAST_REQUIRE_ALL": "1", "HYPOTHESIS_PROFILE": "campaign", "BENCH_FULL": "1"} | (
        {"DATABASE_URL": url} if url else {}
    )
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | given


if __name__ == "__main__":
    sys.exit(run(sys.argv[1]) if sys.argv[1:] else main())
