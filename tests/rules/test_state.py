"""What holds at an instant after events that begin and end it."""

import pytest

from tests.rules.builders import at, make_day, make_event, make_knowledge, outcome_of

NOON = "2025-01-20T12:00:00Z"


def holds(initial=None):
    return {"state": {"initiates": {"type": ["AID"]}, "terminates": {"type": ["SANCTION"]},
                      "initial": initial, "at": NOON}}  # fmt: skip


def on(when, **fields):
    return make_event(when, event_type="AID", id=f"on-{when}", **fields)


def off(when, **fields):
    return make_event(when, event_type="SANCTION", id=f"off-{when}", **fields)


def off_on_day(day):
    return make_day(day, event_type="SANCTION", id=f"off-{day}")


@pytest.mark.parametrize(
    ("initial", "events", "expected"),
    [
        (True, [], "YES"),
        (False, [], "NO"),
        (None, [], "OPEN"),
        (None, [on("2025-01-10")], "YES"),
        (None, [on("2025-01-10"), off("2025-01-11")], "NO"),
        (None, [off("2025-01-11"), on("2025-01-12")], "YES"),
        (None, [on("2025-01-10"), off("2025-01-10")], "OPEN"),
        (True, [off_on_day("2025-01-10"), on("2025-01-10T12:00")], "OPEN"),
        (True, [off_on_day("2025-01-10"), on("2025-01-11")], "YES"),
        (True, [off("2025-01-11", tier="D")], "OPEN"),
        (True, [off("2025-01-11", tier="D"), on("2025-01-12")], "YES"),
        # The instant itself and what comes after it do not count.
        (True, [off("2025-01-20T12:00")], "YES"),
        (True, [off("2025-01-20T11:59:59.999999")], "NO"),
        (True, [off_on_day("2025-01-20")], "OPEN"),
        # How it stood at publication overrides what came before.
        (True, [off("2024-08-01")], "YES"),
        (None, [off("2024-08-01")], "NO"),
    ],
)
def test_state_follows_the_last_change_that_surely_was_the_last(initial, events, expected):
    assert outcome_of(holds(initial), make_knowledge("2025-03-01", *events)).status == expected


def test_state_waits_until_everything_before_its_instant_is_in():
    waiting = outcome_of(holds(True), make_knowledge("2025-01-22T11:59"))
    settled = outcome_of(holds(True), make_knowledge("2025-01-22T12:00"))

    assert (waiting.status, waiting.next_check_at) == ("OPEN", at("2025-01-22T12:00"))
    assert settled.status == "YES"
