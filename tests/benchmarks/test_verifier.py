"""How long the verifier that stands alone takes for an export of a hundred thousand entries."""

import hashlib
import json
import resource
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from forecasts.ledger import verifier
from forecasts.ledger.entries import commit, header_of
from forecasts.ledger.verifier import beginning_of
from tests.benchmarks.ratios import keep
from tests.builders import NOW

N_ENTRIES, MOST_SECONDS = 100_000, 10
# An event with its report: what is recorded most.
BODIES = [
    b'{"row":{"event_id":"00000000-0000-4000-8000-%012d","title":"Aid is sent","occurred_from":"2025-02-03T00:00:00.000000Z"},"table":"eventversion"}',
    b'{"row":{"event_id":"00000000-0000-4000-8000-%012d","url":"https://news.example/aid","publisher":"Example"},"table":"evidence"}',
]

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]


def write_export(folder: Path, *, count: int) -> None:
    """An export of so many entries without a checkpoint, as the command writes it."""
    head, entries, rows = beginning_of("aftercast.example/ledger"), [], []
    for seq in range(1, count + 1):
        bodies = [body % seq for body in BODIES]
        batch = commit(bodies)
        header, head = header_of(
            ledger="aftercast.example/ledger", seq=seq, prev=head, kind="record",
            recorded_at=NOW + timedelta(seconds=seq), rows=len(batch), root=batch.root(),
        )  # fmt: skip
        entries.append(header.decode())
        rows += [
            json.dumps({
                "seq": seq, "position": place, "commitment": batch.commitment(place).hex(), "salt": batch.salt(place).hex(),
                "body": body.decode(),
            })
            for place, body in enumerate(bodies)
        ]  # fmt: skip
    files = {"ledger.ndjson": entries, "rows.ndjson": rows, "keys.txt": []}
    for name, lines in files.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    (folder / "manifest.json").write_text(json.dumps({"sha256": digests}))


def test_an_export_of_many_entries_is_checked_in_seconds(tmp_path, capsys):
    write_export(tmp_path, count=N_ENTRIES)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([sys.executable, verifier.__file__, tmp_path], capture_output=True, text=True)
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    assert f"OK: {N_ENTRIES} entries" in done.stdout, done.stdout + done.stderr
    with capsys.disabled():
        print(
            f"\n{N_ENTRIES:,} entries of {len(BODIES)} rows checked by the verifier alone: {took:.1f} s of CPU time "
            f"(goal {MOST_SECONDS} s), {N_ENTRIES / took:,.0f} entries a second"
        )
    keep("entries checked by the verifier", {"seconds": took, "entries": N_ENTRIES})
