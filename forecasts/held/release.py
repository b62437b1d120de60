"""What answers are made by, by name: so that what is kept beyond a process never outlives an update or another setting."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

# The application, the project, and the lock file of what they are built on.
SOURCES = ("forecasts", "config", "requirements.txt")
# What headers and links of a page come from, beside the code.
SETTINGS = (
    "CONTENT_SECURITY_POLICY",
    "DATABASES",
    "MIDDLEWARE",
    "SECURE_",
    "STATIC_",
    "STORAGES",
    "TLS",
    "X_FRAME_OPTIONS",
)


@cache
def release() -> str:
    """Changes with any byte of the code, its templates, data and pinned packages, and with what settings make of a page."""
    told = sha256()
    for path in sorted(_files(settings.BASE_DIR)):
        told.update(f"{path.relative_to(settings.BASE_DIR)} ".encode())
        told.update(sha256(path.read_bytes()).digest())
    for name in dir(settings):
        if name.startswith(SETTINGS):
            told.update(f"{name} {getattr(settings, name)!r}".encode())
    return told.hexdigest()[:16]


def _files(root: Path) -> list[Path]:
    sources = [root / name for name in SOURCES]
    found = [*sources, *(path for source in sources for path in source.rglob("*"))]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]
