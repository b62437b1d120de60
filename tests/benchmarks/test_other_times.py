"""How scorecards as of a past knowledge time, and as they were recorded, grow with the slice."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.db import connection

from forecasts.selectors.scorecards import scorecard
from forecasts.selectors.slices import Slice
from forecasts.services.rebuilds import rebuild_scopes
from forecasts.services.verdicts import record_verdict
from tests.benchmarks.histories import grow
from tests.benchmarks.ratios import growth, least_seconds
from tests.builders import NOW, make_prediction

# On SQLite the larger takes longer than anybody waits: docs/performance.md.
SIZES = (10_000, 100_000) if connection.vendor == "postgresql" else (1_000, 10_000)
TOPIC = Slice(topic="bench")
ASKED = {"as of a knowledge time": replace(TOPIC, as_of=NOW), "as recorded": replace(TOPIC, as_recorded=NOW)}

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(900)]


def test_scorecards_of_other_times_grow_with_their_slice(capsys):
    original = make_prediction(rules=[], probability="0.7")
    editor = User.objects.create_user("editor")
    record_verdict(prediction_id=original.pk, verdict="YES", reason="It happened.", actor=editor, now=NOW)
    took: dict[str, dict[int, float]] = {what: {} for what in ASKED}
    made = 0
    for size in SIZES:
        grow(original, forecasts=size - made, first=made)
        made = size
        rebuild_scopes()
        for what, chosen in ASKED.items():
            took[what][size] = least_seconds(lambda chosen=chosen: scorecard(chosen), rounds=3)

    with capsys.disabled():
        for what, sizes in took.items():
            growth(f"a scorecard {what}, of so many forecasts ({connection.vendor})", sizes=sizes)
    summaries = [scorecard(chosen).summary for chosen in (TOPIC, *ASKED.values())]
    assert summaries[0] == summaries[1] == summaries[2]
