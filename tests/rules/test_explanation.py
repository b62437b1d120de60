"""What people read: the verdict in a paragraph, the rule in a sentence, and what may be final."""

import pytest

from forecasts.rules.evaluation import evaluate
from forecasts.rules.explanation import explain
from forecasts.rules.finality import may_finalise
from forecasts.rules.keys import rule_keys
from forecasts.rules.words import rule_in_words
from tests.rules.builders import at, make_day, make_event, make_knowledge, make_rule, occurs, window

CLOSED = "2025-06-01"
CUT = occurs(type=["SANCTION"])
PAUSE = make_day("2025-01-10", title="US pauses aid", tier="B", owners=4)


def told(rule, knowledge):
    return explain(rule, evaluate(rule, knowledge), knowledge, label="central v3")


def test_explanation_names_witness_window_and_coverage():
    assert told(make_rule(occurs()), make_knowledge(CLOSED, PAUSE)) == (
        "YES (central v3). Outcome true: 1 match in [2025-01-01, 2025-02-01), at "
        "least 1 needed. Decided by “US pauses aid” (2025-01-10, tier B, 4 owners). As known on 2025-06-01; "
        "coverage (wire) to 2025-05-30."
    )


def test_explanation_of_a_compound_numbers_its_parts():
    both = {"all": [occurs(), {"any": [CUT, occurs(type=["PROTEST"])]}]}

    text = told(make_rule(both), make_knowledge(CLOSED))

    assert "Outcome false: part 1: no match in" in text
    assert "part 2.1: no match in" in text


def test_explanation_of_an_annulled_rule_tells_what_happened_all_the_same():
    text = told(make_rule(occurs(), condition=CUT), make_knowledge(CLOSED, PAUSE))

    assert text.startswith("ANNULLED (central v3). Condition false: no match in")
    assert "The outcome came about all the same." in text


@pytest.mark.parametrize(
    ("events", "marks", "words"),
    [
        ([make_event("2025-01-10", title="Rumour", tier="D")], None, "Possible: “Rumour” (2025-01-10, tier D, 1 owner)"),
        ([], {}, "no coverage by wire, so nothing can be told from silence"),
        ([], {"wire": "2025-01-20"}, "the sources reach 2025-01-20"),
    ],
)  # fmt: skip
def test_explanation_of_an_open_rule_says_what_it_waits_for(events, marks, words):
    fields = {} if marks is None else {"complete_to": {name: at(day) for name, day in marks.items()}}

    assert words in told(make_rule(occurs()), make_knowledge(CLOSED, *events, **fields))


def test_explanation_of_a_vacuous_claim_says_so():
    rule = make_rule(occurs(), condition=CUT, on_condition_false="vacuous_true")

    assert "The condition was not met, which this rule counts as true." in told(rule, make_knowledge(CLOSED))


JANUARY = window("2025-01-01", "2025-02-01")
SPELLED = "from 2025-01-01 until before 2025-02-01"


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        (occurs(actor=["USA.GOV"]), f"There is an event of type AID by USA.GOV {SPELLED}."),
        ({"not": occurs()}, f"It is not so that there is an event of type AID {SPELLED}."),
        (
            {"any": [occurs(), {"never": occurs(code=["072"])["occurs"]}]},
            f"Either there is an event of type AID {SPELLED}; or there is never an event of type AID coded 072 {SPELLED}.",
        ),
        (
            {"count": occurs()["occurs"] | {"op": ">=", "n": 3}},
            f"The number of times there is an event of type AID {SPELLED} is as asked (at least 3 needed).",
        ),
        (
            {"series": {"series": "BRENT", "op": ">=", "value": 80, "consecutive": 3, "window": JANUARY}},
            f"BRENT has 3 successive values at least 80 {SPELLED}.",
        ),
        (
            {"judged": {"question": "Was it so?", "window": JANUARY}},
            f"A person answers yes to “Was it so?” {SPELLED}.",
        ),
    ],
)  # fmt: skip
def test_rule_reads_as_a_sentence(formula, sentence):
    assert rule_in_words(make_rule(formula)) == sentence


def test_condition_guard_and_anchor_read_as_words():
    guard = {"kind": "not_followed_by", "pattern": {"type": ["AID"]}, "within": "P30D"}
    after = {"start": {"anchor": "condition"}, "end": {"anchor": "calendar:day", "offset": "P1D"}}
    outcome = {"occurs": {"pattern": {"type": ["SANCTION"]}, "window": after, "guards": [guard]}}

    assert rule_in_words(make_rule(outcome, condition=occurs())) == (
        f"If there is an event of type AID {SPELLED}, then there is an event of type SANCTION from the "
        "condition coming true until before 1 day after day, not followed by an event of type AID "
        "within 30 days."
    )


SOLID = {"tier": "A"}
PAIR = {"tier": "B", "owners": 2}
SINGLE = {"tier": "B", "owners": 1}


@pytest.mark.parametrize(
    ("formula", "event", "policy", "coverage_tier", "expected"),
    [
        (occurs(), SOLID, "tier_a", None, True),
        (occurs(), SOLID, "never", "A", False),
        (occurs(), PAIR, "tier_a_or_2b", None, True),
        (occurs(), PAIR, "tier_a", "A", False),
        (occurs(), SINGLE, "tier_a_or_2b", "A", False),
        (occurs(), {"tier": "C", "owners": 9}, "tier_a_or_2b", "A", False),
        (occurs(), {"tier": "D"}, "tier_a_or_2b", "A", False),
        (occurs(), None, "tier_a_or_2b", "A", True),
        (occurs(), None, "tier_a_or_2b", "B", False),
        (occurs(), None, "tier_a_or_2b", None, False),
        ({"never": occurs()["occurs"]}, SOLID, "tier_a", None, True),
        ({"any": [occurs(), CUT]}, SOLID, "tier_a", None, True),
        ({"all": [occurs(), {"not": CUT}]}, SOLID, "tier_a", None, False),
        ({"all": [occurs(), {"not": CUT}]}, SOLID, "tier_a", "A", True),
    ],
)
def test_verdict_is_final_by_itself_only_on_good_evidence(formula, event, policy, coverage_tier, expected):
    rule = make_rule(formula, auto_final=policy)
    events = [] if event is None else [make_event("2025-01-10", **event)]
    tiers = {"wire": coverage_tier} if coverage_tier else {}
    knowledge = make_knowledge(CLOSED, *events, coverage_tiers=tiers)

    assert may_finalise(rule, evaluate(rule, knowledge), knowledge) is expected


def test_guard_event_must_be_as_good_as_the_match():
    guard = {"kind": "followed_by", "pattern": {"type": ["SANCTION"]}, "within": "P30D"}
    rule = make_rule({"occurs": occurs()["occurs"] | {"guards": [guard]}})
    weak = make_event("2025-01-11", event_type="SANCTION", tier="C")
    knowledge = make_knowledge(CLOSED, make_event("2025-01-10"), weak, coverage_tiers={"wire": "A"})

    outcome = evaluate(rule, knowledge)

    assert (outcome.status, may_finalise(rule, outcome, knowledge)) == ("YES", False)


@pytest.mark.parametrize(
    ("formula", "keys"),
    [
        (occurs(code=["072"]), {"type:AID", "type:*"}),
        (occurs(type=None, code=["1622"]), {"code:16", "code:1", "code:*"}),
        (occurs(type=None, topic_any=["aid/military"]), {"topic:aid", "topic:*"}),
        (
            {"series": {"series": "BRENT", "op": ">", "value": 1, "window": JANUARY}},
            {"series:BRENT"},
        ),
        (
            {"state": {"initiates": {"type": ["AID"]}, "terminates": {"type": ["COERCE"]}, "at": "2025-01-01T00:00:00Z"}},
            {"type:AID", "type:COERCE", "type:*"},
        ),
        ({"occurs": occurs()["occurs"] | {"refuted_by": {"type": ["REJECT"]}}}, {"type:AID", "type:REJECT", "type:*"}),
    ],
)  # fmt: skip
def test_rule_listens_for_every_event_it_needs(formula, keys):
    assert rule_keys(make_rule(formula)) == keys | {"coverage:wire"}


def test_rule_listens_for_coverage_and_milestones_too():
    until = {"occurs": {"pattern": {"type": ["AID"]}, "window": {
        "start": {"anchor": "publication"}, "end": {"anchor": "calendar:day"}}}}  # fmt: skip

    assert rule_keys(make_rule(until, coverage=["ofac"])) >= {"coverage:ofac", "milestone:day"}
