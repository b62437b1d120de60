"""Windows and guards by when something occurred, was announced or took effect."""

import pytest

from forecasts.rules import ALWAYS, explain, listens_for, rule_in_words
from forecasts.rules.evaluation import evaluate
from forecasts.rules.facts import Occurrence
from tests.rules.builders import END_OF_DAY, at, make_event, make_knowledge, make_rule, occurs, outcome_of, window

CLOSED = "2025-06-01"


def days(first, last=None):
    """The bounds of a date that is known by its day, or from one day to another."""
    return (at(first), at(last or first) + END_OF_DAY)


@pytest.mark.parametrize(
    ("basis", "announced", "effective", "expected"),
    [
        ("occurred", days("2025-01-10"), days("2025-01-10"), "NO"),
        ("announced", days("2025-01-10"), None, "YES"),
        ("announced", days("2024-12-31"), days("2025-01-10"), "NO"),
        ("announced", days("2025-02-01"), days("2025-01-10"), "NO"),
        ("announced", days("2025-01-31", "2025-02-01"), None, "OPEN"),
        ("announced", None, days("2025-01-10"), "OPEN"),
        ("effective", days("2025-01-10"), None, "OPEN"),
        ("effective", days("2025-01-10"), days("2025-01-31"), "YES"),
        ("effective", days("2025-01-10"), days("2025-03-01"), "NO"),
    ],
)
def test_window_asks_for_the_date_that_the_pattern_goes_by(basis, announced, effective, expected):
    decree = make_event("2025-04-01", announced=announced, effective=effective)

    assert outcome_of(occurs(basis=basis), make_knowledge(CLOSED, decree)).status == expected


def test_event_without_the_date_is_a_possible_match_that_a_person_decides():
    outcome = outcome_of(occurs(basis="announced"), make_knowledge(CLOSED, make_event("2025-01-10", id="undated")))

    assert (outcome.reason, outcome.possible, outcome.review) == ("POSSIBLE_MATCH", ("undated",), ("POSSIBLE_MATCH",))


def test_verdict_came_about_on_the_date_that_counts():
    decree = make_event("2025-01-20", announced=days("2025-01-10"))

    outcome = outcome_of(occurs(basis="announced"), make_knowledge("2025-01-25", decree))

    assert (outcome.happened.lo, outcome.happened.hi) == days("2025-01-10")


CUT = make_event("2025-01-10", id="cut", event_type="SANCTION", announced=days("2025-01-05"))


@pytest.mark.parametrize(
    ("basis", "guard_basis", "other", "expected"),
    [
        # The cut of 10 January was announced on the 5th; resumption on the 12th, announced on the 4th.
        ("occurred", "occurred", {"when": "2025-01-12"}, "YES"),
        ("occurred", "announced", {"when": "2025-01-12", "announced": days("2025-01-04")}, "NO"),
        ("occurred", "announced", {"when": "2025-01-08", "announced": days("2025-01-12")}, "YES"),
        ("announced", "occurred", {"when": "2025-01-08"}, "YES"),
        ("announced", "announced", {"when": "2025-01-12", "announced": days("2025-01-04")}, "NO"),
        ("announced", "announced", {"when": "2025-01-12", "announced": days("2025-01-06")}, "YES"),
        ("occurred", "announced", {"when": "2025-01-12"}, "OPEN"),
        ("effective", "occurred", {"when": "2025-01-12"}, "OPEN"),
    ],
)
def test_guard_sets_its_own_date_against_that_of_the_match(basis, guard_basis, other, expected):
    guard = {"kind": "followed_by", "pattern": {"type": ["AID"], "basis": guard_basis}, "within": "P5D"}
    formula = occurs(type=["SANCTION"], basis=basis)
    formula["occurs"]["guards"] = [guard]
    resumed = make_event(**other)

    assert outcome_of(formula, make_knowledge(CLOSED, CUT, resumed)).status == expected


@pytest.mark.parametrize(
    ("ended", "expected"),
    [(days("2025-01-20"), "NO"), (days("2025-01-05"), "YES"), (days("2025-02-05"), "YES"), (None, "OPEN")],
)
def test_state_changes_on_the_dates_of_its_patterns(ended, expected):
    state = {
        "initiates": {"type": ["AID"]},
        "terminates": {"type": ["SANCTION"], "basis": "effective"},
        "at": at("2025-02-01").isoformat(),
    }
    facts = (make_event("2025-01-10"), make_event("2025-01-02", event_type="SANCTION", effective=ended))

    assert outcome_of({"state": state}, make_knowledge(CLOSED, *facts)).status == expected


def test_rival_outcome_goes_by_its_own_date():
    formula = occurs()
    formula["occurs"]["refuted_by"] = {"type": ["REJECT"], "basis": "announced"}
    rival = make_event("2025-03-01", event_type="REJECT", announced=days("2025-01-10"))

    assert outcome_of(formula, make_knowledge("2025-03-01", rival)).reason == "REFUTED"


@pytest.mark.parametrize("place", ["pattern", "refuted_by", "guard"])
def test_clause_by_another_date_listens_at_any_time(place):
    other = {"type": ["AID"], "basis": "effective"}
    clause = {"pattern": {"type": ["AID"]}, "window": window("2025-01-01", "2025-02-01")}
    if place == "guard":
        clause["guards"] = [{"kind": "followed_by", "pattern": other, "within": "P5D"}]
    else:
        clause[place] = other

    assert listens_for(make_rule({"occurs": clause}))["type:AID"] == ALWAYS


def test_words_and_explanation_say_which_date_counts():
    rule = make_rule(occurs(basis="announced"))
    decree = make_event("2025-03-01", title="Decree", announced=days("2025-01-10"), effective=days("2025-04-01"))
    knowledge = make_knowledge(CLOSED, decree)

    said = explain(rule, evaluate(rule, knowledge), knowledge, label="central v1")

    assert "an event of type AID dated by its announcement from 2025-01-01" in rule_in_words(rule)
    assert "1 match in [2025-01-01, 2025-02-01) by announcement, at least 1 needed" in said
    assert "“Decree” (2025-03-01, announced 2025-01-10, in effect 2025-04-01, tier A, 1 owner)" in said
    assert "dated by when it takes effect" in rule_in_words(make_rule(occurs(basis="effective")))


@pytest.mark.parametrize("name", ["announced", "effective"])
def test_other_dates_cannot_end_before_they_begin_either(name):
    with pytest.raises(ValueError, match="Occurrence e ends .2025-01-01.* before it begins .2025-01-02"):
        Occurrence(
            id="e", title="", earliest=at("2025-01-01"), latest=at("2025-01-01"), event_type="AID",
            known_at=at("2025-01-01"), **{name: (at("2025-01-02"), at("2025-01-01"))},
        )  # fmt: skip
