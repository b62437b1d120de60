from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from forecasts.models import Prediction
from forecasts.selectors import calls
from forecasts.selectors.scorecards import Slice, full_scorecard, scorecard
from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.intake import RuleDraft
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import record_verdict
from tests.builders import (
    NOW,
    PUBLISHED,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_topic,
    rule_that_it_occurs,
)
from tests.forecasting import contest

pytestmark = pytest.mark.django_db

REASON = "The ministry's own statement settles it."
ADA = Slice(forecaster="ada-byron")


def decided(verdict: str = "YES", *, number: int = 1, **fields) -> Prediction:
    """A prediction without a rule and with a person's verdict, known after it was issued."""
    prediction = make_prediction(rules=[], statement=f"Claim {number}.", title=f"Claim {number}", **fields)
    editor, _ = User.objects.get_or_create(username="editor")
    known_at = datetime(2025, 3, 1, tzinfo=UTC)
    record_verdict(
        prediction_id=prediction.pk, verdict=verdict, reason=REASON, actor=editor, known_at=known_at, now=NOW
    )
    return prediction


def test_a_scorecard_of_nothing_says_so():
    make_forecaster()

    card = full_scorecard(ADA)

    assert (card.summary.n, card.summary.mean_brier, card.summary.missing_reason) == (0, None, "NOTHING_RESOLVED")
    assert (card.coverage.predictions, card.calls) == (0, ())


def test_yes_and_no_are_scored_and_everything_else_is_counted():
    for number, verdict in enumerate(("YES", "NO", "ANNULLED", "AMBIGUOUS"), start=1):
        decided(verdict, number=number, probability="0.7")
    make_prediction(rules=[], statement="Still open.")
    make_prediction(rules=[], statement="Without a number.", probability=None)

    card = full_scorecard(ADA)

    assert (card.summary.n, card.summary.mean_brier) == (2, pytest.approx((0.09 + 0.49) / 2))
    found = card.coverage
    assert (found.resolved, found.annulled, found.ambiguous, found.pending, found.not_scored) == (2, 1, 1, 1, 1)
    assert found.predictions == 6


def test_forecasts_before_the_outcome_was_known_share_one_unit_of_weight():
    prediction = make_prediction(rules=[], probability="0.9")
    for day, probability in ((10, "0.5"), (20, "0.2"), (70, "0.0")):
        made_at = PUBLISHED + timedelta(days=day)
        record_forecast(
            prediction=prediction,
            forecaster=prediction.holder,
            wording=wording(probability=probability),
            made_at=made_at,
            now=NOW,
        )
    decided("NO", number=2, probability="0.4")
    editor = User.objects.get(username="editor")
    known_at = datetime(2025, 3, 1, tzinfo=UTC)
    record_verdict(prediction_id=prediction.pk, verdict="NO", reason=REASON, actor=editor, known_at=known_at, now=NOW)

    card, last, first = (full_scorecard(replace(ADA, weighting=one)) for one in ("PER_PREDICTION", "LAST", "FIRST"))

    assert sorted((call.probability, round(call.weight, 3)) for call in card.calls) == [
        (0.2, 0.333), (0.4, 1.0), (0.5, 0.333), (0.9, 0.333),
    ]  # fmt: skip
    shared = (0.81 + 0.25 + 0.04) / 3
    assert (card.summary.n, card.summary.mean_brier) == (2, pytest.approx((shared + 0.16) / 2, abs=1e-6))
    assert sorted(call.probability for call in last.calls) == [0.2, 0.4]
    assert sorted(call.probability for call in first.calls) == [0.4, 0.9]
    assert last.summary.mean_brier == pytest.approx((0.04 + 0.16) / 2)


def test_a_replaced_verdict_counts_as_it_stands_now():
    prediction = make_prediction(probability="0.7")
    make_event(tier="B")
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    before = full_scorecard(ADA).summary.mean_brier
    editor = User.objects.create(username="editor")

    record_verdict(prediction_id=prediction.pk, verdict="NO", reason=REASON, actor=editor, known_at=NOW, now=NOW)

    after = full_scorecard(ADA)
    assert (before, after.summary.n, after.summary.mean_brier) == (pytest.approx(0.09), 1, pytest.approx(0.49))
    assert (after.coverage.provisional, full_scorecard(ADA).calls[0].state) == (0, "FINAL")


def test_beliefs_that_an_article_reports_count_for_those_who_hold_them():
    king = make_forecaster("the-king")
    decided("YES", number=1)
    decided("NO", number=2, holder=king, attribution="REPORTED")

    ada, held = full_scorecard(ADA), full_scorecard(Slice(forecaster="the-king"))

    assert (ada.summary.n, ada.coverage.reported) == (1, 1)
    assert (held.summary.n, held.coverage.reported) == (1, 0)


def test_slices_narrow_together():
    other = make_article(canonical_url="https://example.org/other")
    decided("YES", number=1)
    decided("YES", number=2, topic=make_topic("sanctions/energy"))
    decided("YES", number=3, article=other)

    counts = [
        full_scorecard(chosen).summary.n
        for chosen in (
            ADA,
            Slice(topic="aid"),
            Slice(topic="aid/military", article=str(other.pk)),
            Slice(outlet="the-example", topic="sanctions"),
            Slice(forecaster="the-example"),
        )
    ]

    assert counts == [3, 2, 1, 1, 0]


def test_a_longer_record_costs_no_more_queries(django_assert_num_queries):
    for number in range(12):
        decided(number=number)

    with django_assert_num_queries(4):
        assert scorecard(ADA).summary.n == 12
    with django_assert_num_queries(8):
        assert len(full_scorecard(ADA).calls) == 12


@pytest.mark.parametrize("asked", [{}, {"as_of": NOW}, {"as_of": NOW, "weighting": "LAST"}, {"variant": "STRICT"}])
def test_every_way_of_deciding_names_the_lexicons_that_words_were_read_by(asked):
    row = {"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "source": ""}
    record_lexicon(code="survey", title="Survey", source="readers", rows=[row], now=NOW)
    rules = [RuleDraft(rule_that_it_occurs()), RuleDraft(rule_that_it_occurs(), variant="STRICT")]
    prediction = make_prediction(probability=None, rules=rules)
    record_forecast(
        prediction=prediction,
        forecaster=prediction.holder,
        wording=wording(phrase="likely", lexicon="survey"),
        made_at=PUBLISHED,
        now=NOW,
    )
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    card = full_scorecard(replace(ADA, **asked), now=NOW)

    assert (card.summary.n, card.lexicons) == (1, (("survey", 1),))


def test_the_newest_calls_are_listed_whichever_way_they_are_looked_for(monkeypatch):
    for number in range(4):
        decided(number=number)
    found = full_scorecard(ADA).calls
    monkeypatch.setattr(calls, "MOST_SHOWN", 2)

    few = full_scorecard(ADA)
    monkeypatch.setattr(calls, "MOST_SORTED", 1)
    many = full_scorecard(ADA)

    monkeypatch.setattr(calls, "LOOKED_THROUGH", (1, 3))
    in_parts = full_scorecard(ADA)
    monkeypatch.setattr(calls, "LOOKED_THROUGH", (1,))
    looked_up = full_scorecard(ADA)
    of_all = full_scorecard(Slice())

    assert [call.title for call in few.calls] == ["Claim 2", "Claim 3"]
    assert many.calls == in_parts.calls == few.calls
    assert looked_up.calls == of_all.calls == few.calls
    assert (few.n_calls, len(found)) == (4, 4)


def test_a_large_slice_of_which_nothing_was_scored_for_long_has_its_calls_all_the_same(monkeypatch):
    for number in range(3):
        decided(number=number)
    expected = full_scorecard(Slice(topic="aid")).calls
    contest(50, ada="0.9")
    monkeypatch.setattr(calls, "MOST_SORTED", 1)
    monkeypatch.setattr(calls, "LOOKED_THROUGH", (1,))

    assert len(expected) == 3
    assert full_scorecard(Slice(forecaster="ada-byron")).calls == expected
    assert [call.title for call in full_scorecard(Slice(topic="aid")).calls][-3:] == [call.title for call in expected]
