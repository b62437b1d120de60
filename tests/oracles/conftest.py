"""
Comparisons with other people's programs: `pytest -m oracle tests/oracles`.

They need requirements-ci.txt, and some of them real data from outside the project: without it they say so and do not
run, which fails where AFTERCAST_REQUIRE_ALL is set.
"""

import csv
import os
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def pytest_ignore_collect(collection_path, config):
    """Where nobody asks for them, their programs need not be installed."""
    wanted = config.option.markexpr
    return True if "oracle" not in wanted or "not oracle" in wanted else None


def pytest_collection_modifyitems(items):
    """Everything here is an oracle."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.oracle)


@pytest.fixture
def real():
    """Return a function from a name to a file of real data."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            told = f"there is no real data at {path}"
            (pytest.fail if os.environ.get("AFTERCAST_REQUIRE_ALL") == "1" else pytest.skip)(told)
        return path

    return find


@pytest.fixture
def rows_of(real):
    """Return a function from a name to the rows of a CSV file of real data."""

    def read(name: str) -> list[dict[str, str]]:
        with real(name).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    return read
