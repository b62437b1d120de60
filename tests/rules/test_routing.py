"""Which events reach which rules: all that could matter, and few that could not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.rules import ALWAYS, Relations, Stretch, evaluate, event_keys, listens_for, occurrence_keys
from forecasts.rules.facts import Membership
from forecasts.rules.keys import pattern_keys
from forecasts.rules.language import Pattern
from forecasts.rules.matching import match_pattern
from forecasts.rules.truth import Truth
from forecasts.rules.windows import BEGINNING_OF_TIME, END_OF_TIME, TICK
from tests.rules.builders import PUBLICATION, at, make_rule, occurs
from tests.rules.drawn_rules import rules
from tests.rules.histories import MEMBERSHIPS, MILESTONE, START, day, histories, known_on
from tests.soundness.profiles import effort

CONDITION = {"anchor": "condition", "offset": "P30D"}
AID = {"type": ["AID"]}


def event(event_type="AID", code="", topics=(), actors=()):
    return event_keys(event_type=event_type, action_code=code, topics=topics, actors=actors)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            event(code="072", topics=("aid/military", "aid"), actors=("USA.GOV",)),
            {
                "type:AID", "type:AID|actor:USA", "type:AID|topic:aid", "code:07", "code:07|actor:USA",
                "code:07|topic:aid", "topic:aid", "topic:aid|actor:USA",
            },
        ),
        (
            event(),
            {
                "type:AID", "type:AID|actor:*", "type:AID|topic:*", "code:*", "code:*|actor:*", "code:*|topic:*",
                "topic:*", "topic:*|actor:*",
            },
        ),
        (
            {key for key in event(actors=("person", "person.one")) if key.startswith("type:")},
            {"type:AID", "type:AID|actor:*", "type:AID|actor:person.one", "type:AID|topic:*"},
        ),
    ],
)  # fmt: skip
def test_an_event_is_announced_alone_and_narrowed_by_actor_and_topic(keys, expected):
    assert keys == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"type": ["AID"]}, {"type:AID", "type:*"}),
        (
            {"type": ["AID"], "actor": ["USA.GOV"], "topic_any": ["aid"]},
            {"type:AID|actor:USA", "type:AID|actor:*", "type:*|actor:USA", "type:*|actor:*"},
        ),
        (
            {"code": ["16"], "topic_any": ["peace/talks"]},
            {f"code:{code}|topic:{topic}" for code in ("16", "1", "*") for topic in ("peace", "*")},
        ),
        ({"topic_any": ["aid"], "actor": ["person"]}, {"topic:aid", "topic:*"}),
    ],
)
def test_a_pattern_listens_under_its_narrowest_keys(pattern, expected):
    assert pattern_keys(Pattern.model_validate(pattern)) == expected


def test_actors_are_related_when_something_can_belong_to_both():
    members = Membership("person.one", "USA.GOV.POTUS"), Membership("USA", "grp.NATO"), Membership("FRA", "grp.NATO")
    relations = Relations(members)

    assert relations.related(["type:AID|actor:person.one"]) == {
        "type:AID|actor:person.one", "type:AID|actor:USA", "type:AID|actor:grp.NATO",
    }  # fmt: skip
    assert relations.related(["type:AID|actor:FRA"]) == {"type:AID|actor:FRA", "type:AID|actor:grp.NATO"}
    assert relations.related(["type:AID", "type:AID|actor:RUS"]) == {"type:AID", "type:AID|actor:RUS"}


JANUARY = Stretch(at("2025-01-01"), at("2025-02-01"))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (occurs(), JANUARY),
        (
            {"occurs": {"pattern": AID, "window": {"start": {"anchor": "publication"}, "end": CONDITION}}},
            Stretch(PUBLICATION, END_OF_TIME),
        ),
        (
            {"occurs": {"pattern": AID, "window": {"start": CONDITION, "end": {"min": [CONDITION, "2025-02-01T00:00:00Z"]}}}},
            Stretch(BEGINNING_OF_TIME, at("2025-02-01")),
        ),
        (
            {"occurs": {"pattern": AID, "window": {
                "start": {"max": [CONDITION, {"anchor": "calendar:vote"}]}, "end": {"anchor": "calendar:other"}}}},
            Stretch(at("2024-11-05"), END_OF_TIME),
        ),
        (
            {"occurs": occurs()["occurs"] | {"guards": [
                {"kind": "not_followed_by", "pattern": AID, "within": "P9D"}]}},
            ALWAYS,
        ),
        (
            {"state": {"initiates": AID, "terminates": AID, "at": "2025-01-01T00:00:00Z"}},
            Stretch(BEGINNING_OF_TIME, at("2025-01-01") + TICK),
        ),
        ({"any": [occurs(), occurs("2025-03-01", "2025-04-01")]}, Stretch(at("2025-01-01"), at("2025-04-01"))),
    ],
)  # fmt: skip
def test_a_rule_listens_while_its_windows_can_be_open(formula, expected):
    rule = make_rule(formula, condition=occurs(type=["COERCE"]))

    heard = listens_for(rule, publication=PUBLICATION, milestones={"vote": at("2024-11-05")})

    assert heard["type:AID"] == expected


def test_coverage_matters_while_any_clause_listens():
    rule = make_rule(occurs("2025-03-01", "2025-04-01"), condition=occurs(type=["COERCE"]))

    assert listens_for(rule)["coverage:wire"] == Stretch(at("2025-01-01"), at("2025-04-01"))


def test_a_bound_beyond_the_calendar_is_no_bound():
    window = {"start": {"anchor": "publication"}, "end": {"anchor": "publication", "offset": "P36500D"}}

    heard = listens_for(make_rule({"occurs": {"pattern": AID, "window": window}}), publication=at("9990-01-01"))

    assert heard["type:AID"] == Stretch(at("9990-01-01"), END_OF_TIME)


ACTOR_NAMES = ["USA", "USA.GOV", "USA.GOV.POTUS", "grp.NATO", "grp", "person", "person.one", "person.two", "RUS.MIL"]
NAMES = {
    "type": st.sampled_from(["AID", "SANCTION"]),
    "code": st.sampled_from(["0", "07", "072", "1", "16", "162", "1622"]),
    "topic_any": st.sampled_from(["aid", "aid/military", "peace"]),
    "actor": st.sampled_from(ACTOR_NAMES),
}


@st.composite
def patterns(draw):
    chosen = draw(st.lists(st.sampled_from(["type", "code", "topic_any"]), min_size=1, unique=True))
    chosen += draw(st.sampled_from([[], ["actor"]]))
    return Pattern.model_validate({name: draw(st.lists(NAMES[name], min_size=1, max_size=2)) for name in chosen})


@effort(150)
@given(pattern=patterns(), history=histories(), actors=st.lists(st.sampled_from(ACTOR_NAMES), max_size=2))
def test_an_event_that_could_match_reaches_the_rule_whichever_side_is_widened(pattern, history, actors):
    relations = Relations(MEMBERSHIPS)
    wanted = pattern_keys(pattern)

    for version in (version for versions in history.events for version in versions):
        for one in (version, replace(version, actors=tuple(actors))):
            if match_pattern(one, pattern=pattern, memberships=MEMBERSHIPS) is not Truth.F:
                assert wanted & relations.related(occurrence_keys(one)), (pattern, one)
                assert relations.related(wanted) & occurrence_keys(one), (pattern, one)


@effort(100)
@given(rule=rules(), history=histories(), number=st.integers(0, 90))
def test_what_does_not_reach_a_rule_changes_nothing_of_its_answer(rule, history, number):
    everything = known_on(number, history=history)
    relations = Relations(MEMBERSHIPS)
    listening = listens_for(rule, publication=START, milestones={MILESTONE: day(15)})
    stretches = [(relations.related([key]), stretch) for key, stretch in listening.items()]

    reached = [
        event
        for event in everything.occurrences
        if any(
            occurrence_keys(event) & keys and event.earliest < stretch.until and event.latest >= stretch.since
            for keys, stretch in stretches
        )
    ]

    assert evaluate(rule, replace(everything, occurrences=tuple(reached))) == evaluate(rule, everything)
