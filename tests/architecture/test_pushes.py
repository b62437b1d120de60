"""What `.ci/run` leaves out at a push runs by night, and nothing is left out of both."""

import re
import tomllib

from tests.architecture.source import ROOT

SCRIPT = (ROOT / ".ci" / "run").read_text()
CHOSEN = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"][-1]


def test_every_kind_of_test_that_make_test_leaves_out_has_a_step():
    left_out = set(re.findall(r"not (\w+)", CHOSEN))
    steps = re.sub(r"not \([^)]*\)|^ *#.*", "", SCRIPT, flags=re.MULTILINE)

    assert len(left_out) > 5
    assert {kind for kind in left_out if not re.search(rf"-m .*\b{kind}\b|={kind}\b|make {kind[:5]}", steps)} == set()


def test_what_a_push_leaves_out_by_its_marker_is_left_out_by_day_alone():
    """Each line that leaves out one of these markers asks for the time of the day first."""
    lines = [line for line in SCRIPT.splitlines() if re.search(r"not (nightly|any_database)|and push", line)]

    assert len(lines) == 3
    assert [line for line in lines if "by_night" not in line] == []


def test_nothing_is_said_of_postgresql_alone_and_of_any_database():
    files = [path for path in (ROOT / "tests").rglob("test_*.py") if "mark.postgresql" in path.read_text()]
    whole = re.compile(r"^pytestmark = .*any_database", re.MULTILINE)

    assert files
    assert [str(path.relative_to(ROOT)) for path in files if whole.search(path.read_text())] == []
