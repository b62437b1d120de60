"""Running several programs as one: their output side by side, and all of them ended with the first that ends."""

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config import children

COLOURS = {"web": 36, "worker": 32, "beat": 33, "demo": 35}
NAME_WIDTH = 6
PATIENCE_SECONDS = 20


class ChildEnded(RuntimeError):
    """A program that should run for ever has ended; the message names it."""


def say(name: str, line: str) -> None:
    """Print a line under the name of the program it comes from."""
    prefix = f"{name:<{NAME_WIDTH}} |"
    if sys.stdout.isatty():
        prefix = f"\x1b[{COLOURS[name]}m{prefix}\x1b[0m"
    print(f"{prefix} {line}", flush=True)


@dataclass
class Supervisor:
    """The running programs in the order they were started."""

    environment: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    readers: list[threading.Thread] = field(default_factory=list)

    def start(self, name: str, *, command: Sequence[str]) -> None:
        """Start a program and print what it says from now on."""
        process = children.spawn(command, environment=self.environment, output=subprocess.PIPE)
        self.processes[name] = process
        reader = threading.Thread(target=_relay, args=(name, process), daemon=True)
        reader.start()
        self.readers.append(reader)

    def check(self) -> None:
        """
        Return while all programs run.

        Raises:
            ChildEnded: One has ended.
        """
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise ChildEnded(f"The {name} process ended with status {process.returncode}: stopping the others too.")

    def stop(self) -> None:
        """End all programs, the last started first, and wait until they are gone."""
        for process in reversed(self.processes.values()):
            children.stop(process, patience_seconds=PATIENCE_SECONDS)
        for reader in self.readers:
            reader.join(timeout=1)


def _relay(name: str, process: subprocess.Popen[bytes]) -> None:
    if process.stdout is None:
        return
    with process.stdout as lines:
        for line in lines:
            if text := line.decode(errors="replace").rstrip():
                say(name, text)
