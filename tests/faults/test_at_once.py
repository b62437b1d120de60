"""Many programs at once on one database: one wins, nobody is refused, and every record has its place in the ledger."""

import pytest

from .report import IS_CAMPAIGN, Tally, report

BOTH = pytest.mark.parametrize("vendor", ["postgresql", "sqlite"])


def test_fifty_who_settle_one_prediction_leave_one_verdict(rig_on):
    rig = rig_on("postgresql")
    rig.fill(1)
    came_to, seconds = rig.crowd("settle", processes=2, threads=25)

    tally = rig.clean_tally()
    assert came_to == {"decided": 1, "nothing to record": 49}
    told = {"times": 50, "database": "postgresql", "result": "1 decided, 49 found nothing to record", "tally": tally}
    report("F17", fault="settling one prediction at the same moment", **told, seconds=seconds)


def test_writers_of_one_file_are_never_refused(rig_on):
    rig, processes, each = rig_on("sqlite"), 6, 100 if IS_CAMPAIGN else 20
    rig.fill(1)
    rig.database.execute("UPDATE forecasts_forecaster SET name = '0' WHERE slug = 'ada-byron'")
    entries = rig.count("forecasts_ledgerentry")
    came_to, seconds = rig.crowd("count", processes=processes, each=each, DATABASE_URL=rig.database.url)

    (name,) = rig.database.rows("SELECT name FROM forecasts_forecaster WHERE slug = 'ada-byron'")[0]
    assert came_to == {"counted": processes * each}
    assert int(name) == processes * each == rig.count("forecasts_ledgerentry") - entries
    assert rig.doctor()["breaches"] == 0
    result = f"0 refused, {processes * each / seconds:.0f} a second"
    told = {"times": processes * each, "database": "sqlite", "result": result, "tally": Tally(processes * each)}
    report("F20", fault=f"reading a number and writing the next, by {processes} programs", **told, seconds=seconds)


@BOTH
def test_who_records_at_once_leaves_a_ledger_without_a_gap(vendor, rig_on):
    rig, processes, each = rig_on(vendor), 8, 100 if IS_CAMPAIGN else 15
    rig.fill(1)
    entries = rig.count("forecasts_ledgerentry")
    came_to, seconds = rig.crowd("append", processes=processes, each=each)

    assert came_to == {"recorded": processes * each}
    assert rig.count("forecasts_ledgerentry") - entries == processes * each
    assert rig.doctor()["breaches"] == 0
    result = f"one chain without a gap, {processes * each / seconds:.0f} entries a second"
    told = {"times": processes * each, "database": vendor, "result": result, "tally": Tally(processes * each)}
    report("C4", fault=f"recording, by {processes} programs at once", **told, seconds=seconds)


def test_a_checkpoint_signed_while_others_record_holds_for_ever(rig_on):
    rig, processes, each = rig_on("postgresql"), 9, 100 if IS_CAMPAIGN else 15
    rig.fill(1)
    came_to, _ = rig.crowd("sign", processes=processes, each=each)

    signed = rig.count("forecasts_checkpoint")
    assert came_to == {"signed": each, "recorded": (processes - 1) * each}
    assert signed == each
    verified = rig.run("manage", "ledger", "verify", "--tables")
    assert verified.returncode == 0, verified.stdout
    assert rig.doctor()["breaches"] == 0
    result = f"each of {signed} is the beginning of the ledger as it became"
    told = {"times": signed, "database": "postgresql", "result": result, "tally": Tally(processes * each)}
    report("C8", fault=f"signing the ledger while {processes - 1} programs record", **told)


@BOTH
def test_an_event_corrected_while_its_prediction_is_settled_leaves_what_the_events_say(vendor, rig_on):
    rig, pairs = rig_on(vendor), 5
    each = {"postgresql": 100, "sqlite": 20}[vendor] if IS_CAMPAIGN else 8
    filled = rig.run("tests.faults.fill", "races", str(pairs), str(each))
    assert filled.returncode == 0, filled.stderr[-2000:]
    came_to, seconds = rig.crowd("race", processes=pairs, threads=2, each=each)
    swept = rig.run("manage", "sweep")

    assert swept.returncode == 0, swept.stderr
    assert came_to == {"settled": pairs * each, "corrected": pairs * each}
    last = dict(rig.database.rows("SELECT verdict, count(*) FROM forecasts_prediction GROUP BY verdict"))
    assert last == {"YES": pairs * each // 2, "NO": pairs * each // 2}
    assert (
        rig.count("forecasts_prediction p JOIN forecasts_event e ON 'Claim ' || e.external_id = p.title")
        == pairs * each
    )
    assert rig.doctor()["breaches"] == 0
    told = {"times": pairs * each, "database": vendor, "result": "each verdict is what the events say"}
    report("C5", fault="event corrected while it decides", **told, tally=Tally(pairs * each), seconds=seconds)
