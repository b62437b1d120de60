"""
What the service is made of: `python -m config.parts` writes docs/dependencies.md and build/sbom.cdx.json from the lock.

Names, versions and hashes come from requirements.txt, licences from what is installed.
"""

import json
import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([a-z0-9.-]+)==([^\s;\\]+)([^\n]*)\n((?:\s+--hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", re.MULTILINE)
# As they are told by whoever leaves the field for it empty, in the words of SPDX.
SPDX = {
    "BSD": "BSD-3-Clause", "New BSD": "BSD-3-Clause", "BSD License": "BSD-3-Clause", "MIT License": "MIT",
    "Apache Software License": "Apache-2.0", "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
}  # fmt: skip
# Of parts that this machine has no use for.
ELSEWHERE = {"async-timeout": "Apache-2.0"}
# What may be linked with or run beside MIT code as we do: unchanged, as packages of their own.
ALLOWED = frozenset(
    {"MIT", "MIT-0", "MIT-CMU", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "PSF-2.0", "MPL-2.0", "LGPL-3.0-only", "Zlib", "CC0-1.0", "Unlicense"}
)  # fmt: skip


class LicenceNotAllowed(Exception):
    """A part has a licence that nobody has looked at; the message names both."""


@dataclass(frozen=True)
class Part:
    """One package of the lock."""

    name: str
    version: str
    licence: str
    hashes: tuple[str, ...]


def parts(lock: str) -> list[Part]:
    """
    Every package of a lock, with its licence.

    Raises:
        LicenceNotAllowed: A licence is unknown or not allowed.
    """
    found = [
        Part(name, version, _licence(name), tuple(re.findall(r"sha256:([0-9a-f]{64})", hashes)))
        for name, version, _, hashes in PIN.findall(lock)
    ]
    for part in found:
        check_licence(part)
    return found


def check_licence(part: Part) -> None:
    """
    Raises:
        LicenceNotAllowed: The licence, or one of several that hold together, is unknown or not allowed.
    """
    terms = set(re.split(r" AND | OR |[()]", part.licence)) - {""}
    if not terms or terms - ALLOWED:
        raise LicenceNotAllowed(
            f"{part.name} {part.version} is under “{part.licence}”: allow it in config/parts.py once somebody has read it, "
            "or do without the package."
        )


def _licence(name: str) -> str:
    try:
        told: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE.get(name, "")
    if expression := told.get("License-Expression"):
        return str(expression)
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License :: ")]
    text = str(told.get("License") or "").strip()
    words = text if "\n" not in text and len(text) < 40 and text else " ".join(classified[:1])
    return SPDX.get(words, words)


def page(found: list[Part]) -> str:
    """The list for people."""
    head = (
        "# What the service is made of\n\n"
        "Written by `make sbom` from the lock, which holds a SHA-256 of every file: nothing else is installed. The same as a CycloneDX\n"
        "file is `build/sbom.cdx.json`. Why each of those that we name ourselves is here: [ADR 1](adr/0001-stack.md),\n"
        "[ADR 24](adr/0024-passwords-and-second-factors.md) and the decisions that brought the others.\n\n"
        "| package | version | licence |\n|---|---|---|\n"
    )
    return head + "".join(f"| {one.name} | {one.version} | {one.licence} |\n" for one in found)


def bill(found: list[Part]) -> dict[str, Any]:
    """The list for programs: CycloneDX 1.6."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "aftercast", "licenses": [{"expression": "MIT"}]}},
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{one.name}@{one.version}",
                "name": one.name,
                "version": one.version,
                "purl": f"pkg:pypi/{one.name}@{one.version}",
                "licenses": [{"expression": one.licence}],
                # Of each file that may be installed, one for each platform.
                "externalReferences": [
                    {
                        "type": "distribution",
                        "url": f"https://pypi.org/project/{one.name}/{one.version}/",
                        "hashes": [{"alg": "SHA-256", "content": digest} for digest in one.hashes],
                    }
                ],
            }
            for one in found
        ],
    }


def main() -> int:
    """Write both lists; return the exit status."""
    try:
        found = parts((ROOT / "requirements.txt").read_text())
    except LicenceNotAllowed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    (ROOT / "docs" / "dependencies.md").write_text(page(found))
    target = ROOT / "build" / "sbom.cdx.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(bill(found), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
