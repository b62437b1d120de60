"""Tests of which module may import which; the contracts are in pyproject.toml."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, python_files, shown, tree


def test_every_import_contract_is_kept():
    linter = Path(sys.executable).with_name("lint-imports")

    checked = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("package", ["models", "admin"])
def test_every_module_with_tables_or_their_admin_is_imported(package):
    # Django silently leaves out what nothing imports.
    folder = ROOT / "forecasts" / package
    wanted = {path.stem for path in folder.glob("*.py")} - {"__init__"}

    imported = {name for path in folder.glob("*.py") for name in _siblings_imported_by(path)}

    assert wanted <= imported


def test_no_import_hides_inside_a_function():
    hidden = [
        shown(path, node.lineno)
        for path in python_files("config", "forecasts")
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def _siblings_imported_by(path: Path) -> set[str]:
    package = f"forecasts.{path.parent.name}"
    names = set()
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ImportFrom):
            continue
        module = node.module or ""
        if node.level == 1 and module:
            names.add(module.partition(".")[0])
        elif module.startswith(f"{package}."):
            names.add(module.removeprefix(f"{package}.").partition(".")[0])
        elif node.level == 1 or module == package:
            names |= {alias.name for alias in node.names}
    return names
