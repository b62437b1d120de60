"""Rules made from fields, compared with the JSON worked by hand."""

from datetime import date

import pytest

from forecasts.admin.rule_templates import Clause, Kind, Start, rule_from
from forecasts.rules import parse_rule

AID = Clause(
    kind=Kind.OCCURS, last_day=date(2025, 2, 28), types=("AID",), topics=("aid/military",), actors=("USA.GOV",)
)
WINS = Clause(
    kind=Kind.OCCURS,
    last_day=date(2024, 12, 31),
    types=("x-election-result",),
    topics=("us/election",),
    recipients=("person.trump",),
)


def test_window_holds_the_whole_last_day():
    rule = rule_from(outcome=AID)

    assert rule == {
        "rrl": "1",
        "consequent": {
            "occurs": {
                "pattern": {"type": ["AID"], "topic_any": ["aid/military"], "actor": ["USA.GOV"]},
                "window": {"start": {"anchor": "publication"}, "end": "2025-03-01T00:00:00Z"},
            }
        },
    }


def test_outcome_can_count_from_the_condition():
    rule = rule_from(outcome=AID, condition=WINS, outcome_from=Start.CONDITION)

    assert rule["consequent"]["occurs"]["window"]["start"] == {"anchor": "condition"}
    assert rule["condition"]["occurs"] == {
        "pattern": {"type": ["x-election-result"], "topic_any": ["us/election"], "recipient": ["person.trump"]},
        "window": {"start": {"anchor": "publication"}, "end": "2025-01-01T00:00:00Z"},
    }


def test_nothing_of_the_kind_becomes_never():
    ban = Clause(
        kind=Kind.NEVER,
        last_day=date(2024, 11, 5),
        types=("CONCEDE",),
        codes=("08",),
        attributes={"direction": "ease", "n": 2},
    )

    rule = rule_from(outcome=ban)

    assert rule["consequent"]["never"]["pattern"] == {
        "type": ["CONCEDE"],
        "code": ["08"],
        "where": [{"attr": "direction", "op": "==", "value": "ease"}, {"attr": "n", "op": "==", "value": 2}],
    }


@pytest.mark.parametrize("condition", [None, WINS])
@pytest.mark.parametrize("kind", Kind)
def test_every_template_is_in_the_language(kind, condition):
    outcome = Clause(kind=kind, last_day=date(2025, 12, 31), codes=("072",), attributes={"size": 1.5})

    assert parse_rule(rule_from(outcome=outcome, condition=condition)).rrl == "1"


def test_without_a_condition_nothing_counts_from_it():
    with pytest.raises(ValueError, match=r"cannot count from a condition when there is none"):
        rule_from(outcome=AID, outcome_from=Start.CONDITION)
