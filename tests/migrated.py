"""
The tables of the suite on SQLite, migrated once and copied from then on: a process migrates for twelve seconds.

A copy is still migrated, which finds nothing to do; so one that is out of date costs time and spoils nothing. The copies
lie in `build`, by what they were made from. Two processes that begin at once both migrate, and neither waits.
"""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
MADE_FROM = (ROOT / "requirements.txt", *sorted((ROOT / "forecasts" / "migrations").glob("*.py")))


def kept() -> Path:
    """Where the tables lie that these migrations make with these packages, if they were kept."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in MADE_FROM))
    return BUILD / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


def bring(path: Path) -> bool:
    """Put the tables at a path; False where none were kept, and the path is still free."""
    try:
        shutil.copyfile(kept(), path)
    except FileNotFoundError:
        return False
    return True


def keep(path: Path) -> None:
    """Keep the tables of a file, where a reader finds all of them or nothing, in place of older ones."""
    BUILD.mkdir(exist_ok=True)
    copy = BUILD / f"migrated-{os.getpid()}.part"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    for older in BUILD.glob("migrated-*.sqlite3"):
        older.unlink(missing_ok=True)
    copy.replace(kept())
