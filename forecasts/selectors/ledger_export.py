"""The ledger as files that anybody can check without us."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from forecasts.ledger import verifier
from forecasts.ledger.entries import Batch, opens
from forecasts.ledger.notes import key_text
from forecasts.ledger.shapes import BY_NAME
from forecasts.models import Checkpoint, LedgerEntry, LedgerSalts

from .ledger_rows import Leaf, leaves_of, readable_bodies_of
from .ledger_tree import known_keys

# Entries whose rows are worked out at once.
ENTRIES = 200
FORMAT = """# A ledger of Aftercast

`python3 verify_ledger.py .` checks this folder; `python3 verify_ledger.py . FILE...` holds it against checkpoints that you
kept. Nothing but Python 3.11 is needed. Compare `keys.txt` with the keys you know.

- `ledger.ndjson`: one header a line, in order, byte for byte what is hashed. `prev` is the SHA-256 of
  "aftercast/entry/v1\\n" and the header before; the first refers to that of "aftercast/ledger/v1\\n" and the name in `ledger`.
- `rows.ndjson`: the rows of each entry in order. `commitment` is the SHA-256 of "aftercast/commit/v1\\n", `salt` and `body`,
  where `body` is JSON as RFC 8785 has it. `root` of the header is the root of the RFC 6962 tree over the commitments.
  Without `body`, the row has changed its description since, or was redacted, or cannot be shown yet.
- `checkpoints/`: signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) over the RFC 6962 tree whose leaves are the headers.
- `keys.txt`: the public keys that ever signed.
- `manifest.json`: the SHA-256 of each file.
"""


def export_ledger(folder: Path) -> int:
    """
    Write the ledger with all that it commits to and that is public; the same ledger gives the same bytes.

    Returns:
        How many entries it has.
    """
    notes = folder / "checkpoints"
    notes.mkdir(parents=True, exist_ok=True)
    n_entries = _write_entries(folder)
    for checkpoint in Checkpoint.objects.order_by("size"):
        (notes / f"{checkpoint.size:012}.note").write_text(checkpoint.note)
    (folder / "keys.txt").write_text("".join(f"{key_text(key)}\n" for key in known_keys()))
    (folder / "verify_ledger.py").write_bytes(Path(verifier.__file__).read_bytes())
    (folder / "FORMAT.md").write_text(FORMAT)
    names = sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"
    )
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "manifest.json").write_text(json.dumps({"sha256": digests}, indent=1) + "\n")
    return n_entries


def _write_entries(folder: Path) -> int:
    n_entries = 0
    with (folder / "ledger.ndjson").open("w") as headers, (folder / "rows.ndjson").open("w") as rows:
        for entries in _groups():
            n_entries += len(entries)
            headers.writelines(f"{entry.header}\n" for entry in entries)
            rows.writelines(f"{line}\n" for line in _lines(entries))
    return n_entries


def _groups() -> Iterator[list[LedgerEntry]]:
    held: list[LedgerEntry] = []
    for entry in LedgerEntry.objects.order_by("seq").iterator(chunk_size=ENTRIES):
        held.append(entry)
        if len(held) == ENTRIES:
            yield held
            held = []
    yield held


def _lines(entries: list[LedgerEntry]) -> Iterator[str]:
    leaves = leaves_of(entries)
    bodies = readable_bodies_of({leaf for found in leaves.values() for leaf in found if leaf.shape in BY_NAME})
    salts = dict(LedgerSalts.objects.filter(seq__in=leaves).values_list("seq", "salts"))
    for entry in entries:
        batch = Batch(bytes(entry.commitments), bytes(salts.get(entry.seq, b"")))
        for position, leaf in enumerate(leaves[entry.seq]):
            yield json.dumps(row_of(entry.seq, position, leaf, batch=batch, body=bodies.get(leaf)), ensure_ascii=False)


def row_of(seq: int, position: int, leaf: Leaf, *, batch: Batch, body: bytes | None) -> dict[str, object]:
    """One row of an entry: its commitment, and what that opens to where it still can be opened."""
    told: dict[str, object] = {"seq": seq, "position": position, "commitment": batch.commitment(position).hex()}
    if body is not None and opens(batch, position=position, body=body):
        told |= {"salt": batch.salt(position).hex(), "body": body.decode()}
    return told
