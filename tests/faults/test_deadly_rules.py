"""A rule that kills or holds up its worker is given up after some attempts; the others go on."""

import pytest

from .report import IS_CAMPAIGN, Tally, report
from .rig import wait_until

MAX_ATTEMPTS = 5


@pytest.mark.parametrize(
    ("number", "deed", "fault"),
    [
        ("F11", "dies", "a rule that kills its process"),
        ("F12", "loops", "a rule that never ends"),
        ("F12s", "sleeps", "a rule that waits for ever"),
    ],
)
def test_a_deadly_rule_is_given_up_and_stops_no_other(number, deed, fault, rig_on):
    count = 100 if IS_CAMPAIGN else 30
    rig = rig_on("postgresql")
    rig.fill(count)
    rig.start_beat()
    rig.start_worker("worker", "--soft-time-limit=2", "--time-limit=4", app="tests.faults.deadly", DEADLY=deed)
    given_up = f"forecasts_prediction WHERE verdict = '' AND attempts >= {MAX_ATTEMPTS}"

    def is_done() -> bool:
        rig.make_due(count)
        return rig.count(given_up) == 1 and rig.undecided() == 1

    seconds = wait_until(is_done, seconds=150, every=0.5)

    assert rig.count("forecasts_resolution") == count - 1
    assert rig.doctor()["breaches"] == 0
    assert rig.is_running("worker")
    result = f"given up after {MAX_ATTEMPTS} attempts; the others decided"
    told = {"times": MAX_ATTEMPTS, "database": "postgresql", "result": result, "tally": Tally(count - 1)}
    report(number, fault=fault, **told, seconds=seconds)
