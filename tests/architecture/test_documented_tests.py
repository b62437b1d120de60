"""Pages that name tests name tests that exist, and leave no promise and no case without one."""

import ast
import re
from itertools import pairwise

import pytest

from forecasts.doctor.table import INVARIANTS
from tests.architecture.source import ROOT, tree

NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
PAGES = ("guarantees", "security")


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text()


def rows(text: str) -> list[str]:
    """The rows of its tables, without heads."""
    lines = text.splitlines()
    return [line for before, line in pairwise(lines) if line.startswith("| ") and before.startswith("|")]


@pytest.mark.parametrize("name", PAGES)
def test_every_test_that_is_named_exists(name):
    named = NAMED.findall(page(name))

    assert len(named) > 10
    assert [(file, test) for file, test in named if not _is_there(file, test)] == []


def _is_there(file: str, test: str) -> bool:
    path = ROOT / file
    if not path.exists():
        return False
    functions = {node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)}
    return not test or test in functions


def test_every_case_and_every_promise_has_a_test():
    promises = [row for row in rows(page("guarantees")) if re.match(r"\| P\d ", row)]
    cases = rows(page("security"))

    assert len(promises) == 9
    assert len(cases) > 25
    assert [row for row in promises + cases if not NAMED.search(row)] == []


def test_every_invariant_that_is_asked_for_is_told():
    told = {f"I{number}" for number in re.findall(r"I(\d+)", page("guarantees").partition("## Invariants")[2])}

    assert told == {f"I{number}" for number in range(1, 25)}
    assert {one.number for one in INVARIANTS} <= told
