"""Tests of how the source reads: sizes, names, clocks, and calls that are never right."""

import ast

import pytest

from tests.architecture.source import ROOT, called_names, python_files, shown, tree

LONGEST_FILE, LONGEST_FUNCTION = 500, 60
VAGUE = {"utils", "helpers", "common", "misc", "signals"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "time.time"}
BELOW_THE_CLOCK = ("models", "selectors", "services", "rules", "scoring", "charts", "feeds", "texts", "ledger")
ENTRY_POINTS = ("admin", "api", "pages", "management")
SENDING = {"delay", "apply_async", "send_task", "delay_on_commit", "apply_async_on_commit"}
NEVER = {
    "mark_safe": "escape with format_html",
    "eval": "there is no need",
    "exec": "there is no need",
    "pickle.loads": "it runs what it reads",
    "pickle.load": "it runs what it reads",
    "datetime.utcnow": "it is naive",
}


def test_no_file_is_longer_than_anyone_reads():
    lengths = {
        shown(path, 1): len(path.read_text().splitlines()) for path in python_files("config", "forecasts", "tests")
    }

    assert {place: length for place, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen():
    too_long = [
        shown(path, node.lineno)
        for path in python_files("config", "forecasts")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]

    assert too_long == []


def test_no_module_is_named_after_nothing():
    assert [path for path in python_files("config", "forecasts", "tests") if path.stem in VAGUE] == []


def test_only_entry_points_read_the_clock():
    folders = [f"forecasts/{name}" for name in BELOW_THE_CLOCK]

    readings = [
        shown(path, line)
        for path in python_files(*folders)
        for line, name in called_names(path)
        if name.removeprefix("datetime.") in CLOCKS or name in CLOCKS
    ]

    assert readings == []


@pytest.mark.parametrize("name", sorted(NEVER))
def test_some_calls_are_never_right(name):
    calls = [
        shown(path, line)
        for path in python_files("config", "forecasts")
        for line, called in called_names(path)
        if called == name or called.endswith(f".{name}")
    ]

    assert calls == [], NEVER[name]


def test_nothing_from_outside_is_unpacked_or_run():
    # Archives and XML can grow without bound as they are read; the others run what they read.
    unpacking = {
        "zipfile",
        "tarfile",
        "gzip",
        "bz2",
        "lzma",
        "xml",
        "feedparser",
        "pickle",
        "marshal",
        "shelve",
        "yaml",
    }
    found = [
        shown(path, node.lineno)
        for path in python_files("forecasts")
        for node in ast.walk(tree(path))
        for name in _imported(node)
        if name.partition(".")[0] in unpacking
    ]

    assert found == [], "read it through something with limits, and say in docs/security.md with which"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] if not node.level else []
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_messages_are_sent_by_tasks_alone():
    # There they wait for the commit, and a lost broker is logged in place of failing the request.
    sent = [
        shown(path, line)
        for path in python_files("config", "forecasts")
        for line, name in called_names(path)
        if name.rpartition(".")[2] in SENDING and path != ROOT / "forecasts" / "tasks.py"
    ]

    assert sent == []


def test_only_entry_points_ask_for_a_sweep():
    asked = [
        path.relative_to(ROOT / "forecasts").parts[0]
        for path in python_files("forecasts")
        for _, name in called_names(path)
        if name in {"hint", "tasks.hint"}
    ]

    assert set(asked) <= set(ENTRY_POINTS)


def test_records_are_not_ordered_behind_the_callers_back():
    ordered = [
        shown(path, node.lineno)
        for path in python_files("forecasts/models")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "ordering" for to in node.targets)
    ]

    assert ordered == []


def test_every_folder_of_tests_is_a_package():
    folders = {path.parent for path in python_files("tests")}

    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
