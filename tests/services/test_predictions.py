from datetime import timedelta

import pytest

from forecasts.models import Forecast, Prediction, RuleKey, RuleVersion
from forecasts.services.forecasts import wording
from forecasts.services.intake import RuleDraft, log_prediction
from forecasts.services.predictions import ClaimDraft, record_rule
from forecasts.services.refusal import Refused
from tests.builders import (
    NOW,
    make_article,
    make_forecaster,
    make_prediction,
    make_topic,
    make_world,
    rule_that_it_occurs,
)

pytestmark = pytest.mark.django_db


def test_a_quote_is_found_whatever_its_quotes_and_spaces():
    article = make_article(text="She said: \u201cIt\u2019s  likely\nto fall.\u201d")

    assert make_prediction(article=article, quote='"It\'s likely to fall."').quote


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (
            {"quote": "The ban will fall"},
            "quote",
            "“The ban will fall” is not in the article's text. Copy the words exactly",
        ),
        ({"statement": " "}, "statement", "needs its statement"),
        ({"outcome": ""}, "outcome", "needs its outcome"),
        ({"statement": "a" * 651}, "statement", "It has 651 characters; say it in 650 at most."),
        ({"issued_at": NOW + timedelta(days=1)}, "issued_at", "is in the future"),
    ],
)
def test_a_malformed_claim_is_refused_at_its_field_and_nothing_is_stored(changes, field, message):
    with pytest.raises(Refused) as refused:
        make_prediction(**changes)

    assert message in refused.value.message_dict[field][0]
    assert not Prediction.objects.exists()


def test_the_quote_of_an_excerpt_is_looked_for_in_what_was_kept():
    article = make_article(text="One sentence […] another", text_is_excerpt=True)

    with pytest.raises(Refused, match="not in the passages kept of the article"):
        make_prediction(article=article, quote="a third")


def test_the_same_claim_again_is_the_first_record():
    first, again = make_prediction(), make_prediction()

    assert first == again
    assert (Prediction.objects.count(), RuleVersion.objects.count(), Forecast.objects.count()) == (1, 1, 1)


def test_the_same_statement_with_another_outcome_is_refused():
    make_prediction()

    with pytest.raises(
        Refused, match="logged already with the outcome “military aid is sent”. A claim is never changed"
    ):
        make_prediction(outcome="civil aid is sent")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"rrl": "1", "consequent": {"occurs": {"pattern": {"type": ["AID"]}, "window": {}, "sorcery": 1}}}, "sorcery"),
        (rule_that_it_occurs(end="2025-01-01T00:00:00Z"), "ends before it begins"),
        (
            {
                "rrl": "1",
                "consequent": {
                    "occurs": {"pattern": {"type": ["AID"]}, "window": {"start": {"anchor": "publication"}}}
                },
            },
            "end",
        ),
        (
            {
                "rrl": "1",
                "consequent": {
                    "occurs": {"pattern": {}, "window": rule_that_it_occurs()["consequent"]["occurs"]["window"]}
                },
            },
            "selects nothing in particular",
        ),
        ("not a rule", "rule"),
        (None, "rule"),
    ],
)
def test_a_malformed_rule_is_refused_and_nothing_of_the_prediction_is_stored(rule, message):
    with pytest.raises(Refused) as refused:
        make_prediction(rules=[RuleDraft(rule)])

    assert message in " ".join(refused.value.message_dict["rules.0.rule"])
    assert not Prediction.objects.exists()


def test_a_rule_nested_too_deep_is_refused():
    formula = rule_that_it_occurs()["consequent"]
    for _ in range(2000):
        formula = {"not": formula}

    with pytest.raises(Refused, match="deep"):
        record_rule(prediction=make_prediction(rules=[]), rule={"rrl": "1", "consequent": formula}, now=NOW)


def test_a_rule_that_names_an_unknown_actor_is_refused():
    rule = rule_that_it_occurs()
    rule["consequent"]["occurs"]["pattern"]["actor"] = ["ATLANTIS"]

    with pytest.raises(Refused, match="ATLANTIS"):
        make_prediction(rule=rule)


def test_other_criteria_under_the_same_name_are_the_next_version_and_due_at_once():
    prediction = make_prediction()
    Prediction.objects.update(next_check_at=None)

    same, is_new = record_rule(prediction=prediction, rule=rule_that_it_occurs(), now=NOW)
    other, is_newer = record_rule(prediction=prediction, rule=rule_that_it_occurs(end="2025-04-01T00:00:00Z"), now=NOW)

    prediction.refresh_from_db()
    assert (is_new, same.version, is_newer, other.version) == (False, 1, True, 2)
    assert prediction.next_check_at == NOW


def test_a_claim_waits_for_a_person_only_until_it_has_its_central_rule():
    bare = make_prediction(rules=[])
    waiting = (bare.status, bare.review_reasons)

    record_rule(prediction=bare, rule=rule_that_it_occurs(), now=NOW)

    bare.refresh_from_db()
    assert waiting == ("NEEDS_REVIEW", ["NO_RULE"])
    assert (bare.status, bare.review_reasons) == ("OPEN", [])


def test_the_name_central_and_the_central_variant_go_together():
    with pytest.raises(Refused, match="the central reading, and only it, is named central"):
        record_rule(prediction=make_prediction(), rule=rule_that_it_occurs(), variant="STRICT", name="central", now=NOW)


def test_a_rule_listens_for_its_patterns_its_coverage_and_its_milestones():
    make_prediction()

    assert set(RuleKey.objects.values_list("key", flat=True)) == {
        "coverage:wire",
        *(f"type:{name}|actor:{actor}" for name in ("AID", "*") for actor in ("USA", "*")),
    }


def test_a_refused_forecast_leaves_nothing_of_the_prediction():
    make_world()

    with pytest.raises(Refused, match="is in the future"):
        log_prediction(
            claim=ClaimDraft(
                holder=make_forecaster(),
                topic=make_topic(),
                title="Aid",
                statement="Aid is sent.",
                outcome="aid is sent",
                issued_at=NOW + timedelta(days=1),
            ),
            rules=[RuleDraft(rule_that_it_occurs())],
            wording=wording(probability="0.5"),
            now=NOW,
        )

    assert not Prediction.objects.exists()
