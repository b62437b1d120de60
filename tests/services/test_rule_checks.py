"""A rule tried out before it is recorded."""

from datetime import UTC, datetime

import pytest

from forecasts.models import EventVersion, RuleVersion
from forecasts.services.refusal import Refused
from forecasts.services.rule_checks import check_rule
from tests.builders import NOW, PUBLISHED, cover, make_event, make_topic, make_world, rule_that_it_occurs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def topic():
    """What the rules of these tests are about."""
    make_topic()


def titles(versions: tuple[EventVersion, ...]) -> list[str]:
    return [version.title for version in versions]


def test_each_clause_shows_what_decides_it_what_might_and_what_lies_outside_its_window():
    make_event(title="Inside")
    make_event(title="Rumour", tier="D")
    make_event(title="Too late", on=datetime(2025, 4, 1, tzinfo=UTC))
    make_event(title="Of another kind", event_type="PROTEST")

    check = check_rule(rule=rule_that_it_occurs(), publication=PUBLISHED, now=NOW)

    (clause,) = check.clauses
    assert (check.status, clause.value) == ("YES", "T")
    assert titles(clause.decisive) == ["Inside"]
    assert (titles(clause.doubtful), titles(clause.elsewhere)) == (["Rumour"], ["Too late"])
    assert not RuleVersion.objects.exists()


def test_condition_and_outcome_are_tried_apart():
    make_event(title="Aid")
    cover()
    window = {"start": {"anchor": "publication"}, "end": "2025-02-01T00:00:00Z"}
    condition = {"occurs": {"pattern": {"type": ["PROTEST"]}, "window": window}}

    check = check_rule(rule=rule_that_it_occurs(condition=condition), publication=PUBLISHED, now=NOW)

    assert check.status == "ANNULLED"
    assert [(clause.path.split(".")[0], clause.value) for clause in check.clauses] == [
        ("condition", "F"),
        ("consequent", "T"),
    ]


def test_a_rule_that_means_nothing_recorded_says_so():
    make_event()
    make_topic("aid/humanitarian")

    check = check_rule(rule=rule_that_it_occurs(topic="aid/humanitarian"), publication=PUBLISHED, now=NOW)

    assert check.is_without_events


def test_a_rule_that_names_what_is_not_recorded_is_refused_with_the_place():
    make_world()

    with pytest.raises(Refused, match="consequent.occurs.pattern.topic_any: names the topic 'aid/milatary', which"):
        check_rule(rule=rule_that_it_occurs(topic="aid/milatary"), publication=PUBLISHED, now=NOW)


def test_a_malformed_rule_is_refused():
    make_world()

    with pytest.raises(Refused, match="ends before it begins"):
        check_rule(rule=rule_that_it_occurs(end="2025-01-01T00:00:00Z"), publication=PUBLISHED, now=NOW)


def test_words_propose_the_end_that_a_rule_leaves_out():
    make_world()
    rule = rule_that_it_occurs()
    del rule["consequent"]["occurs"]["window"]["end"]

    check = check_rule(rule=rule, publication=PUBLISHED, now=NOW, deadline_words="soon")

    assert check.words.endswith("from publication until before 2025-04-07.")
    with pytest.raises(Refused, match="deadlines-1 says nothing of “sooon”. Near it: soon."):
        check_rule(rule=rule, publication=PUBLISHED, now=NOW, deadline_words="sooon")
