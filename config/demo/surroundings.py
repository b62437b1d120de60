"""What the demo needs before anything starts: a lock, a port, and the environment of its processes."""

import fcntl
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORTS_TRIED = 20
DATABASE = "demo.sqlite3"


class CannotStart(RuntimeError):
    """The demo cannot start here; the message says what to do."""


@contextmanager
def only_one(*, folder: Path) -> Iterator[None]:
    """
    Hold the lock of `folder` for as long as the demo runs; the system lets go of it however we end.

    Raises:
        CannotStart: Another demo holds it.
    """
    with (folder / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                f"A demo already runs on {folder}: stop it with Ctrl-C, or use another VAR_DIR."
            ) from error
        yield


def choose_port(*, preferred: int) -> int:
    """
    Return the first port from `preferred` upwards on which nothing listens.

    Raises:
        CannotStart: All that were tried are taken.
    """
    for port in range(preferred, preferred + PORTS_TRIED):
        if _is_free(port):
            return port
    last = preferred + PORTS_TRIED - 1
    raise CannotStart(f"Ports {preferred} to {last} are all taken: name a free one, as in `make demo PORT=9000`.")


def remove_database(*, folder: Path) -> None:
    """Forget all that an earlier demo recorded."""
    for leftover in folder.glob(f"{DATABASE}*"):
        leftover.unlink()


def demo_environment(*, folder: Path, redis_url: str) -> dict[str, str]:
    """Return the settings of a service that only its own machine can reach, with a key made for this run."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": "/dev/null",
        "DEBUG": "0",
        "TLS": "0",
        "REQUIRE_TWO_FACTOR": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
        "REDIS_URL": redis_url,
        "STATIC_FROM_SOURCE": "1",
        "SWEEP_SECONDS": "5",
        "VAR_DIR": str(folder),
        # Celery's warning is about untrusted messages; in a container root is often the only user there is.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
