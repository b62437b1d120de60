"""A disk of our own, held in memory, that can be filled up. Mounting it takes root."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

BLOCK, LEFT = 4096, 64 * 1024


class Disk:
    """A disk of so many megabytes."""

    def __init__(self, *, megabytes: int) -> None:
        self.folder = Path(mkdtemp(prefix="faults-disk-"))
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "tmpfs", str(self.folder)]
        if subprocess.run(mounting, capture_output=True).returncode:
            self.folder.rmdir()
            pytest.fail("A disk that can be filled is mounted in memory, which takes root")
        self._filler = self.folder / "filler"

    def fill(self) -> None:
        """Leave next to nothing free."""
        with self._filler.open("wb", buffering=0) as filler, suppress(OSError):
            while shutil.disk_usage(self.folder).free > LEFT:
                filler.write(b"\0" * BLOCK)

    def empty(self) -> None:
        """Give the room back."""
        self._filler.unlink()

    def remove(self) -> None:
        os.sync()
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        self.folder.rmdir()
