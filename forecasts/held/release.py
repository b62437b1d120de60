"""What the code is, by name, so that what is kept beyond a process never outlives an update."""

from hashlib import sha256
from pathlib import Path

import forecasts

# All that an answer is made by: the code, the templates and what pages link to.
KINDS = frozenset({".py", ".html", ".txt", ".css", ".js", ".svg", ".mo"})


def _release() -> str:
    root = Path(str(forecasts.__file__)).parent
    files = sorted(
        (str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in root.rglob("*") if path.suffix in KINDS
    )
    return sha256(repr(files).encode()).hexdigest()[:16]


RELEASE = _release()
