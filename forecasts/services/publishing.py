"""Having checkpoints leave the machine: what nobody else holds proves nothing."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.core.mail import EmailMessage

from forecasts.models import Checkpoint

logger = structlog.get_logger(__name__)
SECONDS = 60


@dataclass(frozen=True)
class Places:
    """
    Where checkpoints are sent.

    Args:
        folder: A folder, such as one that is copied elsewhere.
        clone: A clone of a git repository, whose remote others watch.
        addresses: Who gets each by e-mail.
    """

    folder: Path | None = None
    clone: Path | None = None
    addresses: Sequence[str] = ()


def places() -> Places:
    """The places that the settings name."""
    return Places(
        folder=Path(settings.LEDGER_FOLDER) if settings.LEDGER_FOLDER else None,
        clone=Path(settings.LEDGER_GIT) if settings.LEDGER_GIT else None,
        addresses=settings.LEDGER_MAIL_TO,
    )


class NotPublished(Exception):
    """A checkpoint did not get everywhere; the message says where not. The next one goes there again."""


def publish(checkpoint: Checkpoint, *, places: Places) -> list[str]:
    """
    Send a checkpoint everywhere; where it is already, nothing changes. One place that fails does not stop the others.

    Returns:
        Where it was sent.
    Raises:
        NotPublished: It did not get everywhere.
    """
    ways: dict[str, Callable[[], None]] = {}
    if places.folder:
        folder = places.folder
        ways[str(folder)] = lambda: _keep(checkpoint, folder=folder)
    if places.clone:
        clone = places.clone
        ways[f"git {clone}"] = lambda: _push(checkpoint, clone=clone)
    if places.addresses:
        ways["e-mail"] = lambda: _mail(checkpoint, addresses=places.addresses)
    failed = {name: error for name, way in ways.items() if (error := _failure(way))}
    if failed:
        raise NotPublished("; ".join(f"{name}: {error}" for name, error in failed.items()))
    return list(ways)


def _failure(way: Callable[[], None]) -> str:
    try:
        way()
    except (OSError, subprocess.SubprocessError) as error:
        logger.exception("checkpoint_not_published")
        told = getattr(error, "stderr", None) or error
        return str(told).strip()[:500]
    return ""


def file_name(checkpoint: Checkpoint) -> str:
    """The name of a checkpoint's file, in order of size."""
    return f"{checkpoint.size:012}.note"


def _keep(checkpoint: Checkpoint, *, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(checkpoint)
    if not path.exists():
        path.write_text(checkpoint.note)


def _push(checkpoint: Checkpoint, *, clone: Path) -> None:
    _keep(checkpoint, folder=clone / "checkpoints")
    _git(clone, "add", "checkpoints")
    if _git(clone, "status", "--porcelain", "checkpoints"):
        _git(clone, "commit", "--quiet", "--message", f"Checkpoint of {checkpoint.size} entries", "--", "checkpoints")
    _git(clone, "push", "--quiet")


def _git(clone: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(clone), *arguments], capture_output=True, text=True, check=True, timeout=SECONDS
    )
    return done.stdout


def _mail(checkpoint: Checkpoint, *, addresses: Sequence[str]) -> None:
    EmailMessage(
        subject=f"Checkpoint of {checkpoint.size} entries",
        body=checkpoint.note,
        bcc=list(addresses),
    ).send()
