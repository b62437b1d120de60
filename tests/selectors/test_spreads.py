from dataclasses import replace
from datetime import UTC, datetime

import pytest

from forecasts.models import Forecast
from forecasts.selectors.scorecards import full_scorecard
from forecasts.selectors.slices import Slice, Weighting
from forecasts.services.forecasts import record_lexicon, wording
from forecasts.services.intake import RuleDraft, log_prediction
from forecasts.services.predictions import ClaimDraft
from forecasts.services.settlement import settle_prediction
from tests.builders import (
    NOW,
    cover,
    make_article,
    make_event,
    make_forecaster,
    make_source,
    make_topic,
    make_world,
    rule_that_it_occurs,
)  # fmt: skip

pytestmark = pytest.mark.django_db

ADA = Slice(forecaster="ada-byron")
EVENT = datetime(2025, 2, 3, tzinfo=UTC)
BEFORE, AFTER = "2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z"
NEVER = "only a person can say"
JUDGED = {"rrl": "1", "consequent": {"judged": {"question": "Was it?", "rubric": "See.", "window": {
    "start": {"anchor": "publication"}, "end": AFTER}}}}  # fmt: skip


def lexicon(code, **points):
    rows = [{"phrase": phrase, "low": "", "point": point, "high": "", "source": ""} for phrase, point in points.items()]
    record_lexicon(code=code, title=code, source="a survey", rows=rows, now=NOW)


def read(number, *, central=AFTER, others=(), words=None, cluster=""):
    """A prediction that an event on 3 February decides, by its central rule and other readings; settled."""
    make_world()
    drafts = [RuleDraft(rule_that_it_occurs(end=central))]
    for variant, end in others:
        drafts.append(RuleDraft(JUDGED if end == NEVER else rule_that_it_occurs(end=end), variant=variant))
    claim = ClaimDraft(
        article=make_article(), holder=make_forecaster(), topic=make_topic(), title=f"Claim {number}",
        statement=f"Claim {number}.", outcome="aid is sent", cluster_key=cluster or f"event {number}",
    )  # fmt: skip
    prediction, _ = log_prediction(claim=claim, rules=drafts, wording=words or wording(probability="0.8"), now=NOW)
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    return prediction


@pytest.fixture(autouse=True)
def aid_is_sent():
    make_event(on=EVENT, source=make_source(), owners=2)
    cover()


def spread(chosen=ADA):
    return full_scorecard(chosen, now=NOW).details.spread


def test_other_lexicons_read_the_same_words_and_touch_no_forecast():
    lexicon("default_v1", likely="0.7", unlikely="0.2")
    lexicon("strict", likely="0.9")
    lexicon("strict", likely="0.6")
    read(1, words=wording(phrase="likely"))
    read(2, words=wording(phrase="unlikely"), central=BEFORE)
    before = list(Forecast.objects.order_by("pk").values())

    found = spread()
    own, other = found.lexicons

    assert found.brier.value == pytest.approx((0.09 + 0.04) / 2)
    assert (own.name, own.n_read, own.n_changed, own.difference.value) == ("default_v1", 2, 0, 0)
    assert (other.name, other.n_read, other.n_changed) == ("strict", 1, 1)
    assert other.brier.value == pytest.approx((0.16 + 0.04) / 2)
    assert other.text == "It reads 1 forecast in words and changes 1: 0.1000 in place of 0.0650."
    assert list(Forecast.objects.order_by("pk").values()) == before


def test_words_that_an_editor_read_are_read_by_lexicons_too():
    read(1, words=wording(phrase="Likely", probability="0.8", basis="In its place."))
    lexicon("strict", likely="0.5")

    (line,) = spread().lexicons

    assert (line.n_read, line.brier.value) == (1, pytest.approx(0.25))


def test_strict_and_lenient_rules_decide_anew_what_they_are_there_for():
    read(1, others=[("STRICT", BEFORE)])
    read(2, central=BEFORE, others=[("LENIENT", AFTER)])
    read(3)

    found = spread()
    strict, lenient = found.variants

    assert found.brier.value == pytest.approx((0.04 + 0.64 + 0.04) / 3)
    assert (strict.name, strict.n_read, strict.n_changed, strict.n) == ("STRICT", 1, 1, 3)
    assert strict.brier.value == pytest.approx((0.64 + 0.64 + 0.04) / 3)
    assert lenient.brier.value == pytest.approx((0.04 + 0.04 + 0.04) / 3)
    assert lenient.difference.value == pytest.approx(-0.2)
    assert found.variants_missing == ""


def test_what_another_reading_leaves_open_drops_out_and_its_event_if_nothing_else_hangs_on_it():
    read(1, others=[("STRICT", NEVER)], cluster="shared")
    read(2, cluster="shared")
    read(3, others=[("STRICT", NEVER)], cluster="alone")

    (line,) = spread().variants

    assert (line.n_read, line.n_changed, line.n, line.n_clusters) == (2, 2, 1, 1)


def test_a_tier_that_would_change_is_told():
    read(1, others=[("STRICT", NEVER)])
    for number in range(2, 6):
        read(number)

    found = spread()
    (line,) = found.variants

    assert (found.tier, line.tier, line.n_clusters) == ("PROVISIONAL", "RECORD_ONLY", 4)
    assert line.text.endswith("The tier would be RECORD_ONLY.")


def test_a_score_far_from_the_central_one_is_outside_its_interval():
    for number in range(24):
        end = BEFORE if number % 6 == 0 else AFTER
        read(number, central=end, others=[("STRICT", BEFORE)])

    (line,) = spread().variants

    assert line.is_outside
    assert line.brier.value == pytest.approx(0.64)


@pytest.mark.parametrize(
    ("chosen", "now", "told"),
    [
        (replace(ADA, variant="STRICT"), NOW, "another reading than the central one"),
        (replace(ADA, weighting=Weighting.AT_HORIZON, horizon_days=1.0), NOW, "At a horizon only verdicts on record"),
        (ADA, None, "No knowledge time was given"),
    ],
)
def test_where_rules_are_not_read_otherwise_the_reason_is_told(chosen, now, told):
    read(1, others=[("STRICT", BEFORE)])

    found = full_scorecard(chosen, now=now).details.spread

    assert found.variants == ()
    assert told in found.variants_missing


def test_as_of_another_time_the_readings_are_those_of_that_time():
    read(1, others=[("STRICT", "2025-02-01T00:00:00Z")])

    (line,) = spread(replace(ADA, as_of=NOW)).variants

    assert line.brier.value == pytest.approx(0.64)
    assert spread(replace(ADA, as_of=datetime(2025, 1, 10, tzinfo=UTC))).brier.value is None


@pytest.mark.any_database
def test_more_predictions_cost_no_more_queries(django_assert_max_num_queries):
    lexicon("default_v1", likely="0.7")
    read(1, others=[("STRICT", BEFORE), ("LENIENT", AFTER)], words=wording(phrase="likely"))
    with django_assert_max_num_queries(60) as few:
        full_scorecard(ADA, now=NOW)

    for number in range(2, 12):
        read(number, others=[("STRICT", BEFORE), ("LENIENT", AFTER)], words=wording(phrase="likely"))
    with django_assert_max_num_queries(len(few.captured_queries)):
        full_scorecard(ADA, now=NOW)
