"""Rules made from fields, compared with the JSON worked by hand."""

from dataclasses import replace
from datetime import date

import pytest

from forecasts.admin.rule_templates import Clause, Kind, Start, contrasting, rule_from
from forecasts.rules import parse_rule

pytestmark = pytest.mark.any_database

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
    own = {
        Kind.COUNT: {"n": 3},
        Kind.SERIES: {"series": "EIA:RBRTE.D", "value": 80.0},
        Kind.STATE: {"end_codes": ("16",)},
    }
    outcome = Clause(
        kind=kind, last_day=date(2025, 12, 31), codes=("072",), attributes={"size": 1.5}, **own.get(kind, {})
    )

    assert parse_rule(rule_from(outcome=outcome, condition=condition)).rrl == "1"


def test_without_a_condition_nothing_counts_from_it():
    with pytest.raises(ValueError, match=r"cannot count from a condition when there is none"):
        rule_from(outcome=AID, outcome_from=Start.CONDITION)


def consequent(**fields) -> dict:
    return rule_from(outcome=Clause(**fields))["consequent"]


SINCE = {"start": {"anchor": "publication"}, "end": {"anchor": "publication", "offset": "P90D"}}


def test_days_count_from_where_the_window_starts():
    after = replace(AID, last_day=None, within_days=90)

    rule = rule_from(outcome=after, condition=WINS, outcome_from=Start.CONDITION)

    assert rule["consequent"]["occurs"]["window"] == {
        "start": {"anchor": "condition"}, "end": {"anchor": "condition", "offset": "P90D"},
    }  # fmt: skip


def test_a_milestone_ends_the_window():
    rule = rule_from(outcome=replace(AID, last_day=None, milestone="us.inauguration.2025"))

    assert rule["consequent"]["occurs"]["window"]["end"] == {"anchor": "calendar:us.inauguration.2025"}


def test_a_count_says_how_many():
    assert consequent(kind=Kind.COUNT, within_days=90, types=("AID",), n=3) == {
        "count": {"pattern": {"type": ["AID"]}, "window": SINCE, "op": ">=", "n": 3}
    }


def test_a_series_compares_successive_values():
    given = {"series": "EIA:RBRTE.D", "op": ">", "value": 80.0, "consecutive": 2}

    assert consequent(kind=Kind.SERIES, within_days=90, **given) == {"series": {**given, "window": SINCE}}


def test_a_state_is_told_at_the_end():
    held = consequent(
        kind=Kind.STATE, within_days=90, types=("SANCTION",), actors=("USA.GOV",), end_types=("CONCEDE",), initial=False
    )

    assert held == {
        "state": {
            "initiates": {"type": ["SANCTION"], "actor": ["USA.GOV"]},
            "terminates": {"type": ["CONCEDE"], "actor": ["USA.GOV"]},
            "initial": False,
            "at": SINCE["end"],
        }
    }


def test_a_clause_without_an_end_is_no_rule():
    with pytest.raises(ValueError, match=r"A clause needs an end: a last day, a number of days, or a milestone"):
        rule_from(outcome=replace(AID, last_day=None))


def test_the_contrast_swaps_who_won():
    rule = rule_from(outcome=AID, condition=replace(WINS, rivals=("person.harris",)))

    other = contrasting(rule)

    assert rule["condition"]["occurs"]["refuted_by"]["recipient"] == ["person.harris"]
    assert other["condition"]["occurs"]["pattern"]["recipient"] == ["person.harris"]
    assert other["condition"]["occurs"]["refuted_by"]["recipient"] == ["person.trump"]
    assert other["consequent"] == rule["consequent"]
    assert contrasting(other) == rule


@pytest.mark.parametrize("rule", [rule_from(outcome=AID), rule_from(outcome=AID, condition=WINS)])
def test_without_a_rival_there_is_no_contrast(rule):
    assert contrasting(rule) is None
