"""The examples on the page about rules are rules, and come to what the page says."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from forecasts.rules.evaluation import evaluate
from forecasts.rules.findings import NEEDS_A_PERSON
from forecasts.rules.language import FORMULAS, Covered, Policy
from forecasts.rules.lint import lint_rule
from forecasts.rules.parsing import parse_rule
from forecasts.rules.times import parse_duration
from tests.rules.builders import at, make_day, make_event, make_knowledge
from tests.rules.test_examples import read_brent

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
MILESTONES = {
    "us.election.2024": at("2024-11-05"),
    "us.inauguration.2025": at("2025-01-20T17:00:00+00:00"),
}
WON = make_event(
    "2024-11-06", id="won", event_type="x-election-result", topics=("us/election/2024/president",),
    recipients=("person.trump",),
)  # fmt: skip
CUT = make_day(
    "2025-02-03", id="cut", event_type="SANCTION", action_code="1622", actors=("USA.GOV.POTUS",),
    recipients=("UKR",), topics=("aid/military",),
)  # fmt: skip
RESUMED = make_day(
    "2025-02-11", id="resumed", event_type="AID", action_code="072", actors=("USA.GOV",),
    recipients=("UKR",), topics=("aid/military",),
)  # fmt: skip
TALKS = make_event("2025-03-11", id="talks", event_type="AGREE", actors=("UKR.GOV",), topics=("peace/ukraine",))


def test_page_has_six_examples_that_lint_clean():
    assert len(EXAMPLES) == 6
    for example in EXAMPLES:
        assert lint_rule(parse_rule(example), milestones=MILESTONES) == ()


@pytest.mark.parametrize(
    ("number", "as_of", "events", "answers", "expected"),
    [
        (0, "2025-02-10", [CUT], {}, "YES"),
        (0, "2025-03-01", [], {}, "NO"),
        (0, "2025-02-20", [], {}, "OPEN"),
        (1, "2024-11-07", [], {}, "YES"),
        (1, "2024-11-06", [], {}, "OPEN"),
        (2, "2024-10-01", [], {}, "OPEN_CONDITION"),
        (2, "2025-02-10", [WON, CUT], {}, "OPEN_CONSEQUENT"),
        (2, "2025-06-01", [WON, CUT], {}, "YES"),
        (2, "2025-06-01", [WON, CUT, RESUMED], {}, "NO"),
        (3, "2025-01-25", [], {}, "YES"),
        (4, "2025-04-01", [TALKS], {}, "OPEN"),
        (4, "2025-04-01", [TALKS], {"consequent.all.1.judged": False}, "NO"),
        (4, "2025-04-01", [TALKS], {"consequent.all.1.judged": True}, "YES"),
    ],
)
def test_example_on_the_page_comes_to_a_verdict(number, as_of, events, answers, expected):
    knowledge = make_knowledge(
        as_of,
        *events,
        observations=read_brent(parse_duration("P7D")),
        milestones=MILESTONES,
        judgements=answers,
    )

    assert evaluate(parse_rule(EXAMPLES[number]), knowledge).status == expected


EMBARGO = make_day(
    "2024-12-20", id="embargo", event_type="SANCTION", actors=("USA.GOV",), topics=("sanctions/energy",),
    effective=(at("2025-01-15"), at("2025-01-15")),
)  # fmt: skip


def aid(low, high, unit="usd", **fields):
    worth = {"low": low * 1e9, "best": 1e9, "high": high * 1e9, "unit": unit}
    return make_event(
        "2025-01-20", id="aid", actors=("USA.GOV",), recipients=("UKR",), attributes={"worth": worth}, **fields
    )


@pytest.mark.parametrize(
    ("as_of", "official", "events", "expected"),
    [
        ("2025-02-03", "2025-01-25", [EMBARGO, aid(1, 1.2)], "YES"),
        ("2025-02-03", "2025-01-25", [aid(1, 1.2)], "OPEN"),
        ("2025-02-10", "2025-01-25", [aid(1, 1.2)], "OPEN"),
        ("2025-02-05", "2025-02-01", [aid(1, 1.2)], "OPEN"),
        ("2025-02-06", "2025-02-01", [aid(1, 1.2)], "NO"),
        ("2025-02-03", "2025-01-25", [replace(EMBARGO, effective=None), aid(1, 1.2)], "OPEN"),
        ("2025-02-03", "2025-01-25", [EMBARGO, aid(0.9, 1.1)], "OPEN"),
        ("2025-02-03", "2025-01-25", [EMBARGO, aid(0.8, 0.9)], "NO"),
        ("2025-02-03", "2025-01-25", [EMBARGO, aid(0.8, 0.9, unit="eur")], "OPEN"),
    ],
)
def test_example_with_dates_amounts_and_sources_comes_to_a_verdict(as_of, official, events, expected):
    complete_to = {"wire": at(as_of), "official": at(official)}

    assert evaluate(parse_rule(EXAMPLES[5]), make_knowledge(as_of, *events, complete_to=complete_to)).status == expected


@pytest.mark.parametrize(
    "name", [*FORMULAS, *Policy.model_fields, *Covered.model_fields, "basis", "unit", *sorted(NEEDS_A_PERSON)]
)
def test_page_tells_of_every_formula_policy_and_call_for_a_person(name):
    assert f"`{name}`" in PAGE
