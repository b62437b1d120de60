"""Releases come and go: every step of the tables back and forward again, and none that would lose what is recorded."""

import json
import os
import subprocess
import sys

import pytest

from .report import Tally, report
from .rig import ROOT, SECRET_KEY


@pytest.mark.parametrize("vendor", ["postgresql", "sqlite"])
def test_every_step_back_leaves_what_was_there_before_it(vendor, blank, tmp_path):
    database = blank(vendor).copy(folder=tmp_path, name=f"stepping_{vendor}")
    given = {"DATABASE_URL": database.url, "SECRET_KEY": SECRET_KEY, "VAR_DIR": str(tmp_path), "ENV_FILE": os.devnull}

    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.stepping"],
        env=os.environ | given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert ran.returncode == 0, ran.stderr[-3000:]
    steps = [json.loads(line) for line in ran.stdout.splitlines()]
    begun = steps.pop(0)["shape"]
    back, forward = ({one["step"]: one["shape"] for one in steps if one["goes_back"] is way} for way in (True, False))
    # SQLite makes tables anew on the way back, without the guards that are of no use to tables without rows.
    for name in back.keys() & forward.keys() if vendor == "postgresql" else ():
        assert back[name] == forward[name], name
    assert forward[max(forward)] == begun
    assert len(steps) == len(back) + len(forward) > 50
    each = "after each step are those of the other way" if vendor == "postgresql" else "are in the end as they were"
    told = f"{len(back)} steps back and as many forward: guards, indexes and columns {each}"
    report(
        "O2", fault="every migration back and forward", times=len(steps), database=vendor, result=told, tally=Tally(0)
    )
