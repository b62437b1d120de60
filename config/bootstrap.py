"""
Prepare `.venv` with the locked requirements: `python3 config/bootstrap.py [test] [lint] [ci]`.

Uses the standard library alone, and parses on every Python 3, so that an old one gets a sentence and not a traceback.
A second run with the same lock and the same Python does nothing.
"""

import hashlib
import os
import subprocess
import sys
from typing import List, Tuple

NEEDED = (3, 11)
# Installs in seconds; where it cannot be had, pip reads the same hashed files.
UV = "uv==0.13.9"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")


class CannotPrepare(Exception):
    """Something outside our power is missing; the message says what to do."""


def check_version(version: Tuple[int, ...]) -> None:
    """Refuse a Python that is too old, with a sentence."""
    if tuple(version[:2]) < NEEDED:
        raise CannotPrepare(
            "Python {}.{} or newer is needed, this is {}.{}: install one and name it, as in "
            "`make demo PYTHON=python3.12`.".format(*NEEDED, *version[:2])
        )


def requirement_files(names: List[str]) -> List[str]:
    """Return the locks to install: that of the service, then one for each name."""
    files = [os.path.join(ROOT, "requirements.txt")]
    files += [os.path.join(ROOT, "requirements-{}.txt".format(name)) for name in names]
    for path in files:
        if not os.path.exists(path):
            raise CannotPrepare("There is no {}.".format(path))
    return files


def prepare(names: List[str]) -> None:
    """Make `.venv` where there is none, and install every lock that is not installed yet."""
    if not os.path.exists(PYTHON):
        make_environment()
    for path in requirement_files(names):
        stamp = os.path.join(VENV, os.path.basename(path) + ".stamp")
        expected = fingerprint(path)
        if read(stamp) != expected:
            install(path)
            with open(stamp, "w") as file:
                file.write(expected)


def make_environment() -> None:
    """Make `.venv` from the Python that runs us."""
    say("Making .venv with Python {}.{} ...".format(*sys.version_info[:2]))
    if not run(sys.executable, "-m", "venv", VENV):
        raise CannotPrepare("Python could not make .venv. On Debian and Ubuntu: apt-get install python3-venv")


def install(path: str) -> None:
    """Install one lock with uv, or with pip where uv cannot be had; every file must match its hash."""
    say("Installing {} ...".format(os.path.basename(path)))
    locked = ["install", "--quiet", "--require-hashes", "-r", path]
    has_uv = run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV, quiet=True)
    # uv's own refusals stay unsaid: pip tries the same and says what is wrong where it fails too.
    if has_uv and run(PYTHON, "-m", "uv", "--system-certs", "pip", *locked, "--python", PYTHON, quiet=True):
        return
    if not run(PYTHON, "-m", "pip", *locked, "--disable-pip-version-check"):
        raise CannotPrepare(
            "The requirements could not be installed. The first start needs the package index (PyPI, or the mirror "
            "that pip is set up for); what pip said is above. Later starts need no network."
        )


def fingerprint(path: str) -> str:
    """Return what an installed lock is stamped with: it changes with the lock and with the Python."""
    version = subprocess.check_output([PYTHON, "-c", "import sys; print(sys.version)"])
    with open(path, "rb") as file:
        return hashlib.sha256(file.read() + version).hexdigest()


def read(path: str) -> str:
    """Return the text of a file, empty where there is none."""
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def run(*command: str, quiet: bool = False) -> bool:
    """Run a command and return whether it succeeded."""
    with open(os.devnull, "w") as nowhere:
        output = nowhere if quiet else None
        return subprocess.call(list(command), stdout=output, stderr=output) == 0


def say(sentence: str) -> None:
    """Tell the person at the terminal what takes so long."""
    print(sentence, flush=True)


def main(arguments: List[str]) -> int:
    """Prepare the environment; return the exit status."""
    try:
        check_version(sys.version_info[:2])
        prepare(arguments)
    except CannotPrepare as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
