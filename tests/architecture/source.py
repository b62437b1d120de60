"""The project's own source, as files and as syntax trees."""

import ast
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Return every Python file under the folders, without migrations."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(path for path in found if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(), filename=str(path))


def called_names(path: Path) -> list[tuple[int, str]]:
    """Return the line and dotted name of every call in a file, such as (12, "datetime.now")."""
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    return [(call.lineno, ast.unparse(call.func)) for call in calls if isinstance(call.func, ast.Name | ast.Attribute)]


def shown(path: Path, line: int) -> str:
    """Return a place as an editor opens it."""
    return f"{path.relative_to(ROOT)}:{line}"
