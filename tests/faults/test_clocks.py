"""Clocks that are off, zones that differ and the order in which facts come in change no outcome."""

import json

import pytest

from .messages import SWEEP, message, push
from .report import IS_CAMPAIGN, Tally, report
from .rig import Rig, wait_until

HOUR = 3600
ZONES = ("UTC", "Pacific/Kiritimati", "America/St_Johns")
VERDICTS = """SELECT p.title, r.number, r.verdict, r.state, r.reason_code, r.reason, r.happened_at, r.known_at
FROM forecasts_resolution r JOIN forecasts_prediction p ON p.id = r.prediction_id ORDER BY p.title, r.number"""
SCORES = """SELECT p.title, s.rule, s.value FROM forecasts_score s JOIN forecasts_forecast f ON f.id = s.forecast_id
JOIN forecasts_prediction p ON p.id = f.prediction_id ORDER BY p.title, s.rule, s.value"""


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_a_worker_whose_clock_is_off_decides_nothing_and_the_others_decide(ahead, rig_on):
    rig, count = rig_on("postgresql"), 20
    rig.fill(count)
    rig.start_worker("astray", app="tests.faults.ahead", AHEAD=str(ahead))
    rig.make_due(count)
    push(rig, *[message(SWEEP) for _ in range(3)])
    wait_until(lambda: refused(rig) >= 3, seconds=120)
    undecided = rig.undecided()
    rig.end("astray")
    rig.start_worker("right")
    rig.start_beat()
    rig.finish()
    # Until each job has succeeded here, it is told that it failed there.
    wait_until(lambda: not rig.doctor()["breaches"], seconds=30)

    tally = rig.clean_tally()
    assert undecided == count
    told = {"times": 1, "database": "postgresql", "tally": tally}
    result = "it refused to decide and said why; the next worker decided all"
    number, side = ("T7", "ahead") if ahead > 0 else ("T7b", "behind")
    report(number, fault=f"a worker whose clock is an hour {side}", result=result, **told)


def refused(rig: Rig) -> int:
    """How many tasks were refused for the clock of their machine."""
    return rig.log.read_text(errors="replace").count("raised unexpected: WrongClock")


def test_the_zone_of_a_machine_changes_nothing(rig_on):
    rig, count = rig_on("sqlite"), 10
    rig.fill(count)
    filled = rig.run("tests.faults.fill", "races", "1", "6")
    assert filled.returncode == 0, filled.stderr[-2000:]
    rig.make_due(count + 6)
    found = []
    for zone in ZONES:
        copied = rig.database.copy(folder=rig.folder, name=zone.replace("/", "-"))
        swept = rig.run("manage", "sweep", DATABASE_URL=copied.url, TZ=zone)
        assert swept.returncode == 0, swept.stderr
        found.append((copied.rows(VERDICTS), copied.rows(SCORES)))

    verdicts, scores = found[0]
    assert len(verdicts) == count + 6
    assert {verdict for _, _, verdict, *_ in verdicts} == {"YES", "NO"}
    assert len(scores) == 2 * len(verdicts)
    assert found[1:] == [found[0]] * (len(ZONES) - 1)
    told = {"times": len(ZONES), "database": "sqlite", "tally": Tally(len(verdicts))}
    report("T8", fault=f"machine in another zone: {', '.join(ZONES)}", result="the same verdicts and scores", **told)


def test_the_same_facts_in_any_order_come_to_the_same_scorecard_byte_for_byte(blank, rig_on):
    rig, n_orders, answers = rig_on("sqlite"), 10 if IS_CAMPAIGN else 3, []
    for seed in range(n_orders):
        copied = blank("sqlite").copy(folder=rig.folder, name=f"order-{seed}")
        replayed = rig.run("tests.faults.replay", str(seed), DATABASE_URL=copied.url)
        assert replayed.returncode == 0, replayed.stderr[-2000:]
        answers.append(replayed.stdout)

    accuracy = json.loads(answers[0].splitlines()[0])
    assert accuracy["n"] > 10
    assert answers[1:] == [answers[0]] * (n_orders - 1)
    told = {"times": n_orders, "database": "sqlite", "tally": Tally(accuracy["n"])}
    report("R1", fault="the same facts in another order", result="scorecards are the same to the byte", **told)
