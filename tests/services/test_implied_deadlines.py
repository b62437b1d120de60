"""Words that imply a deadline: what they propose, what is recorded beside the rule, and what is refused."""

from copy import deepcopy

import pytest

from forecasts.models import Prediction
from forecasts.services.intake import RuleDraft
from forecasts.services.predictions import record_rule
from forecasts.services.refusal import Refused
from tests.builders import NOW, make_prediction, rule_that_it_occurs

pytestmark = pytest.mark.django_db
EARLY, USUAL, LATE = "2025-02-06T00:00:00Z", "2025-04-07T00:00:00Z", "2026-01-07T00:00:00Z"


def until(end: str | None, **more) -> dict:
    rule = deepcopy(rule_that_it_occurs(**more))
    window = rule["consequent"]["occurs"]["window"]
    window |= {"end": end}
    if end is None:
        del window["end"]
    return rule


def claim(rule: dict, *, words: str = "soon", basis: str = "IMPLIED", **fields) -> Prediction:
    return make_prediction(rules=[RuleDraft(rule)], deadline_words=words, deadline_basis=basis, **fields)


def ends(prediction: Prediction) -> dict[str, str]:
    return {
        row.variant: row.rule["consequent"]["occurs"]["window"]["end"] for row in prediction.rules.order_by("version")
    }


def test_a_rule_without_an_end_gets_the_usual_one_and_both_others_beside_it():
    prediction = claim(until(None))

    assert ends(prediction) == {"CENTRAL": USUAL, "EARLY": EARLY, "LATE": LATE}
    prediction.refresh_from_db()
    assert (prediction.deadline_words, prediction.deadline_policy) == ("soon", "deadlines-1")
    assert f"{prediction.scheduled_close_at:%Y-%m-%dT%H:%M:%SZ}" == USUAL
    assert prediction.rules.get(variant="LATE").description == "“soon” by deadlines-1: before 7 January 2026."


def test_an_editor_may_set_another_end():
    assert ends(claim(until("2025-05-01T00:00:00Z"))) == {
        "CENTRAL": "2025-05-01T00:00:00Z", "EARLY": EARLY, "LATE": LATE
    }  # fmt: skip


def test_an_end_that_is_the_rules_own_is_recorded_once():
    assert ends(claim(until(EARLY))) == {"CENTRAL": EARLY, "LATE": LATE}


def test_one_date_alone_has_no_range():
    assert ends(claim(until(None), words="this year")) == {"CENTRAL": "2026-01-01T00:00:00Z"}


def test_an_end_before_the_window_begins_is_left_out():
    rule = until(None)
    rule["consequent"]["occurs"]["window"]["start"] = "2025-03-01T00:00:00Z"

    assert ends(claim(rule)) == {"CENTRAL": USUAL, "LATE": LATE}


def test_windows_of_several_ends_have_no_range():
    parts = [until(None)["consequent"], until("2025-03-01T00:00:00Z")["consequent"]]

    prediction = claim({"rrl": "1", "consequent": {"any": parts}})

    (rule,) = prediction.rules.all()
    assert [one["occurs"]["window"]["end"] for one in rule.rule["consequent"]["any"]] == [USUAL, "2025-03-01T00:00:00Z"]


def test_the_same_claim_again_adds_nothing():
    prediction = claim(until(None))
    claim(until(None))

    assert prediction.rules.count() == 3


def test_a_new_version_of_the_rule_has_its_own_ends():
    prediction = claim(until(None))

    record_rule(prediction=prediction, rule=until(None, topic="aid"), now=NOW)

    newest = prediction.rules.get(variant="LATE", version=2)
    assert newest.rule["consequent"]["occurs"]["pattern"]["topic_any"] == ["aid"]


def test_without_words_nothing_is_proposed():
    with pytest.raises(Refused, match="consequent.occurs.window.end: is missing; add it"):
        claim(until(None), words="")


def test_words_without_an_end_are_kept_with_a_claim_that_has_none():
    prediction = make_prediction(rules=[], deadline_words="eventually", deadline_basis="NONE")

    assert (prediction.deadline_words, prediction.rules.count()) == ("eventually", 0)


@pytest.mark.parametrize(
    ("words", "basis", "told"),
    [
        ("soon", "STATED", "“soon” gives no date, so the deadline is the editor's: this must be IMPLIED."),
        ("never", "IMPLIED", "“never” can never be found false, whatever happens: this must be NONE."),
        ("sooon", "IMPLIED", "deadlines-1 says nothing of “sooon”. Near it: soon."),
    ],
)
def test_what_does_not_go_together_is_refused(words, basis, told):
    with pytest.raises(Refused, match=told):
        claim(until(None), words=words, basis=basis)

    assert not Prediction.objects.exists()
