"""
Put each fault of `mutations.py` and `scoring_mutations.py` into a copy of the project and see whether the tests notice.

    python -m tests.soundness.mutants [WORD...]

With words, only faults whose names hold one of them. Exits with 1 where a fault went unnoticed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.soundness.mutations import MUTATIONS, SEARCHED, Mutation
from tests.soundness.scoring_mutations import SCORING_MUTATIONS

ROOT = Path(__file__).parents[2]
LEFT_BEHIND = shutil.ignore_patterns(".*", "var", "node_modules", "__pycache__", "*.sqlite3")
SECONDS = 1800
ALL = (*MUTATIONS, *SEARCHED, *SCORING_MUTATIONS)


class NotApplicable(Exception):
    """The text of a mutation does not stand exactly once in its file."""


def mutated(mutation: Mutation, *, root: Path) -> str:
    """
    Return the text of the file with the fault in it.

    Raises:
        NotApplicable: The code changed, and the mutation has to follow.
    """
    text = (root / mutation.path).read_text()
    if (n := text.count(mutation.old)) != 1:
        raise NotApplicable(f"{mutation.name}: {mutation.old!r} stands {n} times in {mutation.path}, expected once.")
    return text.replace(mutation.old, mutation.new)


@contextmanager
def copy_of_the_project() -> Iterator[Path]:
    """Yield a copy without history, caches and data; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
        yield copy


def is_noticed(mutation: Mutation, *, copy: Path) -> bool:
    """Return whether the tests of a copy fail with the fault in it; the copy is put right again."""
    path = copy / mutation.path
    original = path.read_text()
    path.write_text(mutated(mutation, root=copy))
    try:
        return run(mutation, copy=copy) == 1
    finally:
        path.write_text(original)


def run(mutation: Mutation, *, copy: Path) -> int:
    """Return the exit code of the tests in a copy: 0 all passed, 1 some failed, more where they could not run."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        *mutation.tests,
    ]
    environment = os.environ | {"HYPOTHESIS_PROFILE": mutation.profile}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode > 1:
        raise RuntimeError(f"the tests could not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode


def main(words: Sequence[str]) -> int:
    """Print a table of faults and whether they were noticed; return how the process exits."""
    chosen = [one for one in ALL if not words or any(word in one.name for word in words)]
    survivors = 0
    with copy_of_the_project() as copy:
        for mutation in chosen:
            began = time.monotonic()
            noticed = is_noticed(mutation, copy=copy)
            survivors += not noticed
            word = "killed" if noticed else "SURVIVED"
            sys.stdout.write(f"{word:9} {time.monotonic() - began:4.0f} s  {mutation.name}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen)} faults, {len(chosen) - survivors} noticed, {survivors} not\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
