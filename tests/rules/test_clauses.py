"""Each kind of clause over a few events, worked by hand."""

from datetime import timedelta

import pytest

from tests.rules.builders import (
    at,
    make_day,
    make_event,
    make_knowledge,
    occurs,
    outcome_of,
    window,
)

JANUARY = window("2025-01-01", "2025-02-01")
AID = {"type": ["AID"]}
CUT = {"type": ["SANCTION"]}
CLOSED, RUNNING = "2025-03-01", "2025-01-25"
SURE = [make_event(f"2025-01-{day}", id=f"sure-{day}") for day in (10, 12, 14)]
MAYBE = make_event("2025-01-11", id="maybe", tier="D")


def counted(op, n):
    return {"count": {"pattern": AID, "window": JANUARY, "op": op, "n": n}}


@pytest.mark.parametrize(
    ("op", "n", "events", "while_running", "once_closed"),
    [
        (">=", 2, SURE[:1], "OPEN", "NO"),
        (">=", 2, SURE[:2], "YES", "YES"),
        (">=", 2, [SURE[0], MAYBE], "OPEN", "OPEN"),
        (">", 2, SURE[:2], "OPEN", "NO"),
        (">", 2, SURE, "YES", "YES"),
        ("<=", 2, SURE[:2], "OPEN", "YES"),
        ("<=", 2, SURE, "NO", "NO"),
        ("<", 2, SURE[:2], "NO", "NO"),
        ("<", 2, [SURE[0], MAYBE], "OPEN", "OPEN"),
        ("==", 2, SURE[:1], "OPEN", "NO"),
        ("==", 2, SURE[:2], "OPEN", "YES"),
        ("==", 2, SURE, "NO", "NO"),
        ("==", 0, [], "OPEN", "YES"),
    ],
)
def test_count_settles_as_soon_as_nothing_can_change_it(op, n, events, while_running, once_closed):
    assert outcome_of(counted(op, n), make_knowledge(RUNNING, *events)).status == while_running
    assert outcome_of(counted(op, n), make_knowledge(CLOSED, *events)).status == once_closed


@pytest.mark.parametrize(
    ("kind", "events", "while_running", "once_closed"),
    [
        ("occurs", [], "OPEN", "NO"),
        ("occurs", [SURE[0]], "YES", "YES"),
        ("occurs", [MAYBE], "OPEN", "OPEN"),
        ("never", [], "OPEN", "YES"),
        ("never", [SURE[0]], "NO", "NO"),
        ("never", [MAYBE], "OPEN", "OPEN"),
    ],
)
def test_absence_is_told_only_when_the_window_has_closed(kind, events, while_running, once_closed):
    formula = {kind: {"pattern": AID, "window": JANUARY}}

    assert outcome_of(formula, make_knowledge(RUNNING, *events)).status == while_running
    assert outcome_of(formula, make_knowledge(CLOSED, *events)).status == once_closed


@pytest.mark.parametrize("doubt", [{"tier": "D"}, {"contested": True}, {"event_type": ""}])
def test_possible_match_in_a_closed_window_needs_a_person(doubt):
    outcome = outcome_of(occurs(), make_knowledge(CLOSED, make_event("2025-01-10", id="e", **doubt)))

    assert (outcome.status, outcome.reason, outcome.review) == (
        "OPEN", "POSSIBLE_MATCH", ("POSSIBLE_MATCH",),
    )  # fmt: skip
    assert (outcome.possible, outcome.next_check_at) == (("e",), None)


GUARDED = {"pattern": CUT, "window": JANUARY}
CUT_ON_10TH = make_event("2025-01-10", id="cut", event_type="SANCTION", actors=("USA.GOV.POTUS",))
CUT_THAT_DAY = make_day("2025-01-10", id="cut", event_type="SANCTION")


def guarded(kind, within="P10D", **more):
    guard = {"kind": kind, "pattern": AID, "within": within} | more
    return {"occurs": GUARDED | {"guards": [guard]}}


@pytest.mark.parametrize(
    ("kind", "cut", "when", "as_of", "expected"),
    [
        ("not_followed_by", CUT_ON_10TH, "2025-01-20", CLOSED, "NO"),
        ("not_followed_by", CUT_ON_10TH, "2025-01-20T00:00:00.000001", CLOSED, "YES"),
        ("not_followed_by", CUT_ON_10TH, "2025-01-10", CLOSED, "YES"),
        ("not_followed_by", CUT_ON_10TH, "2025-01-10T00:00:00.000001", CLOSED, "NO"),
        ("not_followed_by", CUT_ON_10TH, None, "2025-01-21", "OPEN"),
        ("not_followed_by", CUT_ON_10TH, None, "2025-01-23", "YES"),
        ("followed_by", CUT_ON_10TH, "2025-01-15", RUNNING, "YES"),
        ("followed_by", CUT_ON_10TH, None, CLOSED, "NO"),
        ("preceded_by", CUT_ON_10TH, "2024-12-31", RUNNING, "YES"),
        ("preceded_by", CUT_ON_10TH, "2024-12-30T23:59:59.999999", CLOSED, "NO"),
        ("preceded_by", CUT_ON_10TH, "2025-01-10", CLOSED, "NO"),
        ("not_preceded_by", CUT_ON_10TH, "2025-01-09", CLOSED, "NO"),
        ("not_preceded_by", CUT_ON_10TH, None, "2025-01-13", "YES"),
        ("not_preceded_by", CUT_ON_10TH, None, "2025-01-11", "OPEN"),
        # The cut is known by its day: what came on that day may have come before it or after.
        ("not_followed_by", CUT_THAT_DAY, "2025-01-10T12:00", CLOSED, "OPEN"),
        ("not_followed_by", CUT_THAT_DAY, "2025-01-20T12:00", CLOSED, "OPEN"),
        ("not_followed_by", CUT_THAT_DAY, "2025-01-21", CLOSED, "YES"),
        ("followed_by", CUT_THAT_DAY, "2025-01-20", CLOSED, "YES"),
    ],
)
def test_guard_looks_strictly_beyond_the_match_and_as_far_as_within(kind, cut, when, as_of, expected):
    others = [make_event(when)] if when else []

    assert outcome_of(guarded(kind), make_knowledge(as_of, cut, *others)).status == expected


def test_guard_that_waits_says_when_to_look_again():
    outcome = outcome_of(guarded("not_followed_by", "P30D"), make_knowledge("2025-02-05", CUT_ON_10TH))

    assert (outcome.reason, outcome.review) == ("WINDOW_OPEN", ())
    assert outcome.next_check_at == at("2025-02-11") + timedelta(microseconds=1)


def test_match_is_not_its_own_guard():
    both = {"occurs": {"pattern": AID, "window": JANUARY, "guards": [
        {"kind": "not_followed_by", "pattern": AID, "within": "P5D"}]}}  # fmt: skip

    assert outcome_of(both, make_knowledge(CLOSED, make_day("2025-01-10"))).status == "YES"


@pytest.mark.parametrize(("actors", "expected"), [(("USA.GOV.DOD",), "NO"), (("RUS",), "YES"), ((), "OPEN")])
def test_same_actors_share_a_root(actors, expected):
    formula = guarded("not_followed_by", same=["actors"])
    resumed = make_event("2025-01-15", actors=actors)

    assert outcome_of(formula, make_knowledge(CLOSED, CUT_ON_10TH, resumed)).status == expected


def total(value=10, **more):
    return {"sum": {"pattern": AID, "window": JANUARY, "attr": "usd", "value": value} | more}


def between(low, high, **more):
    return {"low": low, "high": high} | more


def given(day, usd, **fields):
    attributes = {} if usd is None else {"usd": usd}
    return make_event(f"2025-01-{day}", id=f"{day}", attributes=attributes, **fields)


@pytest.mark.parametrize(
    ("events", "while_running", "once_closed"),
    [
        ([given(10, 6), given(11, 4)], "YES", "YES"),
        ([given(10, 6), given(11, 3.9)], "OPEN", "NO"),
        ([given(10, 6), given(11, 4, tier="D")], "OPEN", "OPEN"),
        ([given(10, 6), given(11, 3, tier="D")], "OPEN", "NO"),
        ([given(10, 6), given(11, None)], "OPEN", "OPEN"),
        ([given(10, 6), given(11, "4")], "OPEN", "OPEN"),
        ([given(10, 6), given(11, -1)], "OPEN", "OPEN"),
        ([], "OPEN", "NO"),
    ],
)
def test_sum_is_a_no_only_when_every_amount_is_known(events, while_running, once_closed):
    assert outcome_of(total(), make_knowledge(RUNNING, *events)).status == while_running
    assert outcome_of(total(), make_knowledge(CLOSED, *events)).status == once_closed


@pytest.mark.parametrize(
    ("amounts", "while_running", "once_closed"),
    [
        ([between(6, 9), between(4, 5)], "YES", "YES"),
        ([between(6, 9), between(3, 5)], "OPEN", "OPEN"),
        ([between(3, 5), between(2, 4)], "OPEN", "NO"),
        ([between(3, 5), between(2, 5)], "OPEN", "OPEN"),
        ([between(-1, 2)], "OPEN", "OPEN"),
        ([{"best": 20}], "OPEN", "OPEN"),
    ],
)
def test_sum_of_ranges_is_surely_their_lows_and_possibly_their_highs(amounts, while_running, once_closed):
    events = [given(10 + number, amount) for number, amount in enumerate(amounts)]

    assert outcome_of(total(), make_knowledge(RUNNING, *events)).status == while_running
    assert outcome_of(total(), make_knowledge(CLOSED, *events)).status == once_closed


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(between(10, 10, unit="mln"), "YES"), (between(1, 2, unit="mln"), "NO"), (between(1, 2), "OPEN"), (10, "OPEN"),
     (between(10, 10, unit="km2"), "OPEN"), (between(1, 2, unit="km2"), "OPEN")],
)  # fmt: skip
def test_sum_in_a_unit_leaves_other_units_unknown(amount, expected):
    assert outcome_of(total(unit="mln"), make_knowledge(CLOSED, given(10, amount))).status == expected


def test_tenths_add_up_in_any_order():
    events = [given(10, 0.1), given(11, 0.2)]

    assert outcome_of(total(0.3), make_knowledge(CLOSED, *events)).status == "YES"
    assert outcome_of(total(0.3), make_knowledge(CLOSED, *reversed(events))).status == "YES"


RIVAL = {"type": ["x-election-result"], "actor": ["RUS"]}
RIVALLED = {"occurs": {"pattern": AID, "window": JANUARY, "refuted_by": RIVAL}}
SURE_RIVAL = make_event("2025-01-11", id="rival", event_type="x-election-result", actors=("RUS",))


@pytest.mark.parametrize(
    ("events", "status", "reason"),
    [
        ([SURE_RIVAL], "NO", "REFUTED"),
        ([SURE_RIVAL, SURE[0]], "OPEN", "CONTRADICTION"),
        ([SURE_RIVAL, MAYBE], "NO", "REFUTED"),
        ([SURE[0]], "YES", "WITNESS"),
        ([], "OPEN", "WINDOW_OPEN"),
    ],
)
def test_rival_outcome_refutes_unless_a_sure_match_contradicts_it(events, status, reason):
    outcome = outcome_of(RIVALLED, make_knowledge(RUNNING, *events))

    assert (outcome.status, outcome.reason) == (status, reason)


def test_rival_outcome_makes_never_true():
    never = {"never": RIVALLED["occurs"]}

    assert outcome_of(never, make_knowledge(RUNNING, SURE_RIVAL)).status == "YES"


def test_judged_clause_needs_a_person_once_its_window_has_begun():
    formula = {"judged": {"question": "Was it so?", "window": JANUARY}}
    before = outcome_of(formula, make_knowledge("2024-12-01"))
    begun = outcome_of(formula, make_knowledge("2025-01-01"))
    answers = {"consequent.judged": True}
    answered = outcome_of(formula, make_knowledge("2025-01-01", judgements=answers))

    assert (before.review, before.next_check_at) == ((), at("2025-01-01"))
    assert (begun.status, begun.review) == ("OPEN", ("JUDGEMENT_NEEDED",))
    assert (answered.status, answered.reason) == ("YES", "JUDGED")
