"""Conditions, anchors and outcomes."""

import pytest

from forecasts.rules.evaluation import evaluate
from forecasts.rules.facts import SeriesValue
from forecasts.rules.windows import Span
from tests.rules.builders import (
    END_OF_DAY,
    at,
    make_day,
    make_event,
    make_knowledge,
    make_rule,
    occurs,
    outcome_of,
    window,
)

CLOSED = "2025-06-01"
CUT = occurs(type=["SANCTION"])
CUT_WINDOW = occurs(type=["SANCTION"])["occurs"]
AFTER = {"start": {"anchor": "condition"}, "end": {"anchor": "condition", "offset": "P10D"}}
AID_AFTER = {"occurs": {"pattern": {"type": ["AID"]}, "window": AFTER}}


def cut(when, **fields):
    return make_event(when, event_type="SANCTION", id=f"cut-{when}", **fields)


def cut_on_day(day):
    return make_day(day, event_type="SANCTION", id=f"cut-{day}")


@pytest.mark.parametrize(
    ("as_of", "events", "status", "reason", "side_value"),
    [
        (CLOSED, [], "ANNULLED", "CONDITION_NOT_MET", "F"),
        (CLOSED, [make_event("2025-01-05")], "ANNULLED", "CONDITION_NOT_MET", "T"),
        (CLOSED, [make_event("2025-01-05", tier="D")], "ANNULLED", "CONDITION_NOT_MET", "U"),
        ("2025-01-20", [], "OPEN_CONDITION", "WINDOW_OPEN", None),
        ("2025-01-20", [make_event("2025-01-05")], "OPEN_CONDITION", "WINDOW_OPEN", None),
        ("2025-01-20", [cut("2025-01-03")], "OPEN_CONSEQUENT", "WINDOW_OPEN", None),
        ("2025-01-20", [cut("2025-01-03"), make_event("2025-01-05")], "YES", "WITNESS", None),
        (CLOSED, [cut("2025-01-03")], "NO", "WINDOW_CLOSED", None),
    ],
)
def test_condition_decides_whether_the_outcome_counts(as_of, events, status, reason, side_value):
    outcome = evaluate(make_rule(occurs(), condition=CUT), make_knowledge(as_of, *events))

    assert (outcome.status, outcome.reason, outcome.side_value) == (status, reason, side_value)


def test_condition_refuted_by_a_rival_annuls_at_once():
    rival = {"type": ["x-election-result"]}
    rule = make_rule(AID_AFTER, condition={"occurs": CUT_WINDOW | {"refuted_by": rival}})
    won = make_event("2025-01-02", event_type="x-election-result", id="won")

    outcome = evaluate(rule, make_knowledge("2025-01-03", won))

    assert (outcome.status, outcome.reason) == ("ANNULLED", "CONDITION_REFUTED")
    assert (outcome.witnesses, outcome.side_value) == (("won",), None)


def test_condition_not_met_makes_a_vacuous_claim_true():
    rule = make_rule(occurs(), condition=CUT, on_condition_false="vacuous_true")

    assert evaluate(rule, make_knowledge(CLOSED)).status == "YES"


@pytest.mark.parametrize(
    ("aid", "expected"),
    [
        ("2025-01-10T12:00", "OPEN_CONSEQUENT"),
        ("2025-01-11", "YES"),
        ("2025-01-19T23:59:59", "YES"),
        ("2025-01-20T12:00", "OPEN_CONSEQUENT"),
        ("2025-01-21", "NO"),
        ("2025-01-09T23:59:59", "NO"),
    ],
)
def test_window_from_an_inexact_condition_decides_what_every_reading_agrees_on(aid, expected):
    rule = make_rule(AID_AFTER, condition=CUT)
    knowledge = make_knowledge(CLOSED, cut_on_day("2025-01-10"), make_event(aid))

    assert evaluate(rule, knowledge).status == expected


@pytest.mark.parametrize(
    ("events", "complete_to", "expected"),
    [
        # The first match is known by its day, and nothing earlier can come in.
        ([cut_on_day("2025-01-10")], "2025-02-10", ("2025-01-10", "day's end")),
        # Sources are complete to the 5th only: an unseen match could lie from there on.
        ([cut_on_day("2025-01-10")], "2025-01-05", ("2025-01-05", "day's end")),
        # No coverage at all: an unseen match could lie anywhere in the window.
        ([cut_on_day("2025-01-10")], None, ("2025-01-01", "day's end")),
        # An earlier possible match.
        (
            [cut_on_day("2025-01-10"), cut("2025-01-07", tier="D")],
            "2025-02-10",
            ("2025-01-07", "day's end"),
        ),
        # A later one changes nothing.
        (
            [cut_on_day("2025-01-10"), cut("2025-01-12", tier="D")],
            "2025-02-10",
            ("2025-01-10", "day's end"),
        ),
        ([cut("2025-01-10"), cut("2025-01-08")], "2025-02-10", ("2025-01-08", "2025-01-08")),
    ],
)
def test_instant_of_a_match_is_a_span_that_holds_all_that_is_possible(events, complete_to, expected):
    marks = {"wire": at(complete_to)} if complete_to else {}

    outcome = outcome_of(CUT, make_knowledge(CLOSED, *events, complete_to=marks))

    last = at("2025-01-10") + END_OF_DAY if expected[1] == "day's end" else at(expected[1])
    assert outcome.happened == Span(at(expected[0]), last)


def test_third_match_settles_a_count_of_three():
    formula = {"count": CUT_WINDOW | {"op": ">=", "n": 3}}
    events = [cut(f"2025-01-{day}") for day in (20, 10, 15, 25)]

    outcome = outcome_of(formula, make_knowledge(CLOSED, *events))

    assert outcome.happened == Span(at("2025-01-20"), at("2025-01-20"))
    assert outcome.witnesses == ("cut-2025-01-10", "cut-2025-01-15", "cut-2025-01-20")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ({"never": CUT_WINDOW}, ("2025-02-01", "2025-02-01")),
        ({"not": CUT}, ("2025-02-01", "2025-02-01")),
        ({"all": [occurs(), {"never": CUT_WINDOW}]}, ("2025-02-01", "2025-02-01")),
        ({"any": [occurs(), {"never": CUT_WINDOW}]}, ("2025-01-10", "2025-01-10")),
    ],
)
def test_absence_comes_true_when_its_window_ends(formula, expected):
    outcome = outcome_of(formula, make_knowledge(CLOSED, make_event("2025-01-10")))

    assert outcome.status == "YES"
    assert outcome.happened == Span(at(expected[0]), at(expected[1]))


def test_part_not_known_yet_may_have_come_true_before():
    judged = {"judged": {"question": "?", "window": window("2025-01-03", "2025-03-01")}}
    either = {"any": [occurs(), judged]}

    outcome = outcome_of(either, make_knowledge(CLOSED, make_event("2025-01-10")))

    assert outcome.happened == Span(at("2025-01-03"), at("2025-01-10"))


def test_clause_is_an_anchor_only_once_it_is_true():
    then = {"start": {"anchor": "clause:first"}, "end": {"anchor": "clause:first", "offset": "P5D"}}
    formula = {"all": [CUT | {"id": "first"}, {"occurs": {"pattern": {"type": ["AID"]}, "window": then}}]}
    aid = make_event("2025-01-12")

    before = outcome_of(formula, make_knowledge("2025-01-15", aid))
    after = outcome_of(formula, make_knowledge(CLOSED, aid, cut("2025-01-10")))
    too_late = outcome_of(formula, make_knowledge(CLOSED, aid, cut("2025-01-06")))

    assert before.consequent.children[1].reason == "ANCHOR_UNKNOWN"
    assert (before.status, after.status, too_late.status) == ("OPEN", "YES", "NO")


def test_milestone_without_a_date_leaves_a_rule_open():
    formula = {"occurs": {"pattern": {"type": ["AID"]}, "window": {
        "start": {"anchor": "publication"}, "end": {"anchor": "calendar:day"}}}}  # fmt: skip

    unknown = outcome_of(formula, make_knowledge(CLOSED))
    known = outcome_of(formula, make_knowledge(CLOSED, milestones={"day": at("2025-01-20")}))

    assert (unknown.status, unknown.reason, unknown.next_check_at) == ("OPEN", "ANCHOR_UNKNOWN", None)
    assert known.status == "NO"


@pytest.mark.parametrize(
    ("as_of", "covered_to", "expected", "reason"),
    [
        ("2025-01-15", "2025-01-13", "2025-02-03", "WINDOW_OPEN"),
        ("2025-02-01", "2025-02-01", "2025-02-03", "WINDOW_OPEN"),
        ("2025-02-03", "2025-01-31", "2025-03-05", "AWAITING_COVERAGE"),
        ("2025-02-03", None, "2025-03-05", "AWAITING_COVERAGE"),
        ("2025-03-05", None, None, "AWAITING_COVERAGE"),
        ("2025-02-03", "2025-02-01", None, "WINDOW_CLOSED"),
    ],
)
def test_next_check_is_when_time_alone_may_decide(as_of, covered_to, expected, reason):
    marks = {"wire": at(covered_to)} if covered_to else {}

    outcome = outcome_of(occurs(), make_knowledge(as_of, complete_to=marks))

    assert (outcome.next_check_at, outcome.reason) == (expected and at(expected), reason)


def test_earliest_of_several_windows_is_checked_next():
    formula = {"all": [occurs(), occurs(end="2025-01-20", code=["072"])]}

    assert outcome_of(formula, make_knowledge("2025-01-15")).next_check_at == at("2025-01-22")


def price(day, value, *, released="2025-01-01", name=""):
    return SeriesValue(id=f"{day}{name}", series="PRICE", valid_on=at(day), value=value, released_at=at(released))


def prices(*values):
    return tuple(price(f"2025-01-{day:02}", value) for day, value in enumerate(values, start=1))


def rose(**fields):
    body = {"series": "PRICE", "op": ">=", "value": 5, "window": window("2025-01-02", "2025-01-06")}
    return {"series": body | fields}


@pytest.mark.parametrize(
    ("values", "fields", "expected"),
    [
        (prices(5, 5, 4, 4, 4, 4), {}, "YES"),
        (prices(5, 4, 4, 4, 4, 5), {}, "NO"),
        (prices(5, 5, 4, 5, 4, 5), {"consecutive": 2}, "NO"),
        (prices(4, 4, 5, 5, 4, 4), {"consecutive": 2}, "YES"),
        (prices(4, 4, 4, 4, 5, 5), {"consecutive": 2}, "NO"),
        (prices(4, 4, 4), {"max_gap": "P1D"}, "OPEN"),
        (prices(4, 4, 4, 4, 4), {"max_gap": "P1D"}, "NO"),
        ((price("2025-01-01", 4), price("2025-01-05", 4)), {"max_gap": "P2D"}, "OPEN"),
        ((price("2025-01-02", 5), price("2025-01-05", 5)), {"consecutive": 2, "max_gap": "P2D"}, "OPEN"),
        ((price("2025-01-02", 5), price("2025-01-04", 5)), {"consecutive": 2, "max_gap": "P2D"}, "YES"),
        ((), {}, "OPEN"),
    ],
)
def test_series_needs_a_run_without_gaps_inside_the_window(values, fields, expected):
    knowledge = make_knowledge(CLOSED, observations=values)

    assert outcome_of(rose(**fields), knowledge).status == expected


@pytest.mark.parametrize(("vintage", "expected"), [("first", "NO"), ("latest", "YES")])
def test_revised_value_counts_only_where_the_rule_asks_for_the_latest(vintage, expected):
    values = (*prices(4, 4, 4, 4, 4, 4), price("2025-01-03", 6, released="2025-03-01", name="r"))

    assert outcome_of(rose(vintage=vintage), make_knowledge(CLOSED, observations=values)).status == expected


def test_outcome_names_the_best_of_its_witnesses():
    events = [make_event("2025-01-10", tier="C", owners=3), cut("2025-01-11", tier="B", owners=2)]

    outcome = outcome_of({"all": [occurs(), CUT]}, make_knowledge(CLOSED, *events))

    assert (outcome.best_tier, outcome.owners) == ("B", 2)


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([], "no match in [2025-01-01, 2025-02-01), at least 1 needed; the window has closed"),
        ([make_event("2025-01-10")], "1 match in [2025-01-01, 2025-02-01), at least 1 needed"),
    ],
)
def test_finding_says_why_in_numbers(events, why):
    assert outcome_of(occurs(), make_knowledge(CLOSED, *events)).consequent.why == why


def test_window_turned_round_may_have_failed_before_it_began():
    """The sanction of 20 February settles the whole; the series, once complete, fails earlier, on the 15th."""
    start, end = at("2025-03-01"), at("2025-02-15")
    turned = {"series": "P", "window": {"start": start.isoformat(), "end": end.isoformat()}, "op": ">=", "value": 5}
    both = {"all": [{"series": turned}, {"never": {
        "pattern": {"type": ["SANCTION"]}, "window": window("2025-02-18", "2025-04-01")}}]}  # fmt: skip
    facts = make_event("2025-02-20", event_type="SANCTION")
    value = SeriesValue(id="v", series="P", valid_on=end, value=1, released_at=at("2025-02-24"))

    before = outcome_of(both, make_knowledge("2025-02-23", facts, observations=(value,)))
    after = outcome_of(both, make_knowledge("2025-02-25", facts, observations=(value,)))

    assert (before.status, after.status) == ("NO", "NO")
    assert (before.happened.lo, after.happened.lo) == (end, end)
