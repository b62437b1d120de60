"""The tests of a fault, run in a process that has it: no file is written, and what is imported is imported once."""

import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from inspect import unwrap
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NoReturn

import pytest
from django.test.utils import teardown_test_environment

from tests.soundness.mutations import Mutation

ROOT = Path(__file__).parents[2]
# Without a plugin that nobody asks for here and the source around a failure, each of which takes longer than most tests.
PLAIN = ("-pno:randomly", "-pno:cacheprovider", "-pno:schemathesis", "--tb=native")
OPTIONS = ("-qx", *PLAIN, "-Wignore::pytest.PytestAssertRewriteWarning")


class NotApplicable(Exception):
    """The text of a mutation does not stand exactly once in its file."""


def mutated(mutation: Mutation) -> str:
    """
    Return the text of the file with the fault in it.

    Raises:
        NotApplicable: The code changed, and the mutation has to follow.
    """
    text = (ROOT / mutation.path).read_text()
    if (n := text.count(mutation.old)) != 1:
        raise NotApplicable(f"{mutation.name}: {mutation.old!r} stands {n} times in {mutation.path}, expected once.")
    return text.replace(mutation.old, mutation.new)


def run_with(mutation: Mutation) -> tuple[int, str]:
    """Return how the tests of a fault end with it, as pytest exits, and what they print."""
    # Once for all faults, and not in the process of each.
    for module in _modules(mutation.tests):
        importlib.import_module(module)
    with tempfile.TemporaryFile("w+") as output:
        if not (child := os.fork()):
            _test(mutation, output.fileno())
        _, status = os.waitpid(child, 0)
        output.seek(0)
        return os.waitstatus_to_exitcode(status), output.read()


def _modules(tests: Sequence[str]) -> Iterator[str]:
    """The names of the modules of tests, which are named by file or function."""
    yield from (one.partition("::")[0].removesuffix(".py").replace("/", ".") for one in tests)


def _test(mutation: Mutation, output: int) -> NoReturn:
    """Run the tests in this process, and end it."""
    code = 70
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        # That of the tests that started this process, which the tests of the fault set up again.
        teardown_test_environment()
        _put_in(mutation)
        os.chdir(ROOT)
        code = pytest.main([*OPTIONS, *mutation.tests])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _put_in(mutation: Mutation) -> None:
    """Let a module that others have imported do as if its file had the fault."""
    name = mutation.path.removesuffix(".py").replace("/", ".")
    module, faulty = importlib.import_module(name), ModuleType(name)
    faulty.__file__, faulty.__package__ = module.__file__, module.__package__
    exec(compile(mutated(mutation), str(ROOT / mutation.path), "exec"), vars(faulty))  # noqa: S102 our own text
    functions = dict(_functions(faulty))
    for path, function in _functions(module):
        function.__code__ = functions[path].__code__
    for constant in (key for key, value in vars(module).items() if key.isupper() and vars(faulty)[key] != value):
        _replace(constant, vars(module)[constant], vars(faulty)[constant])


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Every function and method that a module defines, with where it stands."""
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) == module.__name__:
            members = vars(value) if isinstance(value, type) else {"": value}
            yield from ((f"{name}.{member}", bare) for member, one in members.items() if (bare := _bare(one)))


def _bare(value: Any) -> FunctionType | None:
    """The function within what decorates it, if there is one of ours."""
    for attribute in ("fget", "func", "__func__"):
        value = getattr(value, attribute, value)
    value = unwrap(value) if callable(value) else value
    return value if isinstance(value, FunctionType) and value.__code__.co_filename.startswith(str(ROOT)) else None


def _replace(name: str, old: Any, new: Any) -> None:
    """Put a constant in the place of another wherever that was imported."""
    for module in list(sys.modules.values()):
        if getattr(module, name, None) is old:
            setattr(module, name, new)
