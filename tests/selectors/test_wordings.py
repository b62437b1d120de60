from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from forecasts.models import Forecast
from forecasts.selectors import spoken
from forecasts.selectors.recounts import recount
from forecasts.selectors.scorecards import full_scorecard
from forecasts.selectors.slices import Slice
from forecasts.selectors.spoken import entries_of, hedges_in, spoken_in
from forecasts.selectors.wordings import verbal_of as verbal_of_spoken
from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, PUBLISHED, make_article, make_forecaster, make_prediction

pytestmark = pytest.mark.django_db

KNOWN = datetime(2025, 3, 1, tzinfo=UTC)
REASON = "The ministry's own statement settles it."
ADA = Slice(forecaster="ada-byron")
ROWS = [
    {"phrase": "may", "low": "0.2", "point": "0.419", "high": "0.6", "spread": "0.17", "hedge": "yes", "source": ""},
    {"phrase": "likely", "low": "0.6", "point": "0.729", "high": "0.85", "spread": "0.095", "source": ""},
    {"phrase": "unlikely", "low": "0.05", "point": "0.187", "high": "0.3", "spread": "0.104", "source": ""},
]
LADDER = [
    {"phrase": name, "low": low, "point": point, "high": high, "source": ""}
    for name, low, point, high in (
        ("unlikely", "0", "0.2", "0.4"), ("even", "0.4", "0.5", "0.6"), ("likely", "0.6", "0.8", "1"),
    )
]  # fmt: skip


@pytest.fixture(autouse=True)
def lexicons():
    record_lexicon(code="default_v1", title="Default", source="a survey", rows=ROWS, now=NOW)
    record_lexicon(code="ladder", title="Ladder", source="a standard", rows=LADDER, now=NOW)


def verbal_of(chosen, *, recount=None):
    spoken = spoken_in(chosen, recount=recount)
    entries = entries_of(spoken or ())
    hedges = hedges_in(chosen, recount=recount, entries=entries)
    return verbal_of_spoken(spoken, hedges=hedges, entries=entries)


def said(phrase, verdict, *, number, cluster="", holder=None, **words):
    """A prediction in words, with a person's verdict unless it is empty."""
    prediction = make_prediction(
        rules=[], statement=f"Claim {number}.", title=f"Claim {number}", probability=None,
        cluster_key=cluster or f"event {number}", **({"holder": holder} if holder else {}),
    )  # fmt: skip
    record_forecast(
        prediction=prediction,
        forecaster=prediction.holder,
        wording=wording(phrase=phrase, **words),
        made_at=PUBLISHED,
        now=NOW,
    )
    if verdict:
        editor, _ = User.objects.get_or_create(username="editor")
        record_verdict(
            prediction_id=prediction.pk, verdict=verdict, reason=REASON, actor=editor, known_at=KNOWN, now=NOW
        )
    return prediction


def said_often(phrase, *, happened, failed, start=0, **more):
    for number in range(start, start + happened + failed):
        said(phrase, "YES" if number < start + happened else "NO", number=number, **more)


def test_words_are_scored_at_the_point_and_within_their_bounds():
    said_often("likely", happened=3, failed=2)

    found = verbal_of(ADA)

    assert (found.n, found.n_clusters) == (5, 5)
    assert found.score.brier.value == pytest.approx((3 * 0.271**2 + 2 * 0.729**2) / 5)
    assert found.score.best.value == pytest.approx((3 * 0.15**2 + 2 * 0.6**2) / 5)
    assert found.score.worst.value == pytest.approx((3 * 0.4**2 + 2 * 0.85**2) / 5)
    assert found.score.reader_variance.value == pytest.approx(0.095**2)
    assert found.score.brier.interval.low < found.score.brier.value < found.score.brier.interval.high


def test_few_events_have_no_score_and_say_so():
    said_often("likely", happened=3, failed=2, cluster="one event")

    found = verbal_of(ADA)

    assert found.score.brier.absent.text == "Shown from 5 independent events on; there is 1 so far."
    assert (found.score.brier.interval, found.n_clusters) == (None, 1)
    assert found.auc.absent.text == found.discrimination.absent.text
    assert found.auc.absent.text == "Shown from 50 independent events on; there is 1 so far."


def test_each_phrase_of_each_forecaster_has_its_own_meaning():
    said_often("likely", happened=9, failed=11)
    king = make_forecaster("the-king")
    said_often("Likely", happened=2, failed=0, start=20, holder=king)

    ada, other = verbal_of(Slice()).phrases

    assert (ada.forecaster, ada.phrase, ada.lexicon, ada.n, ada.happened) == (
        "ada-byron", "likely", "default_v1 v1", 20, 9,
    )  # fmt: skip
    assert ada.text == (
        "When Ada Byron writes “likely”, it happened 9 of 20 times; readers hear 73%; effective meaning 59% [44–74]. "
        "On 20 independent events."
    )
    assert (other.forecaster, other.n, other.text) == (
        "the-king", 2, "Shown from 3 independent events on; there are 2 so far.",
    )  # fmt: skip


def test_words_that_an_editor_read_are_told_by_how_they_were_written():
    said_often("would", happened=1, failed=2, probability="0.9", low="0.7", high="0.95", basis="A bare assertion.")

    (line,) = verbal_of(ADA).phrases

    assert (line.phrase, line.lexicon, line.n, line.happened) == ("would", "", 3, 1)
    assert (line.point, line.low, line.high) == (pytest.approx(0.9), pytest.approx(0.7), pytest.approx(0.95))


def test_hedges_are_counted_and_scored_apart():
    said("may", "YES", number=1)
    said("may", "NO", number=2)
    said("may", "", number=3)
    said("likely", "YES", number=4)

    card = full_scorecard(ADA, now=NOW)
    found = card.details.verbal.hedges

    assert (found.n, found.n_settled, found.happened, found.share.value) == (3, 2, 1, 0.5)
    assert found.brier.value == pytest.approx((0.581**2 + 0.419**2) / 2)
    assert (found.share.n, found.share.n_clusters, found.share.interval.method) == (2, 2, "BETA_BOUND")
    assert (card.summary.n, card.coverage.hedged) == (1, 3)
    assert card.summary.mean_brier == pytest.approx(0.271**2)


@pytest.mark.parametrize(("days", "n_settled"), [(0, 0), (1, 1)])
def test_hedges_of_a_vague_day_are_settled_only_by_what_came_after_it(days, n_settled):
    day = PUBLISHED.replace(hour=0)
    article = make_article(published_at=day, published_precision="DAY")
    prediction = make_prediction(article=article, rules=[], probability=None)
    record_forecast(
        prediction=prediction, forecaster=prediction.holder, wording=wording(phrase="may"), made_at=day, now=NOW
    )
    known = day + timedelta(days=days, hours=12)
    record_verdict(
        prediction_id=prediction.pk, verdict="YES", reason=REASON, actor=User.objects.create(username="editor"),
        known_at=known, now=NOW,
    )  # fmt: skip

    recorded, recounted = (
        hedges_in(ADA, recount=one, entries=entries_of(())) for one in (None, recount(ADA, as_of=NOW))
    )

    assert (recorded.n, recorded.n_settled) == (1, n_settled)
    assert recounted == recorded


def test_a_scale_without_gaps_has_a_proper_score():
    said_often("likely", happened=1, failed=1, lexicon="ladder")
    said_often("likely", happened=1, failed=0, start=2)

    (line,) = verbal_of(ADA).ladders

    # Cuts .4 and .6 weigh .3 each. Above both: right costs nothing, wrong 2 x .3 x (.4 + .6).
    assert (line.lexicon, line.n, line.score.value) == ("ladder v1", 2, pytest.approx(0.6 / 2))
    assert (line.score.n, line.score.n_clusters, line.score.interval.method) == (2, 2, "BETA_BOUND")
    assert line.midpoint_brier.value == pytest.approx((0.04 + 0.64) / 2)


def test_the_order_of_words_is_what_tells_cases_apart():
    said_often("likely", happened=21, failed=4)
    said_often("unlikely", happened=4, failed=21, start=30)

    default = verbal_of(ADA)
    said_often("likely", happened=21, failed=4, start=60, lexicon="ladder", holder=make_forecaster("the-king"))
    said_often("unlikely", happened=4, failed=21, start=90, lexicon="ladder", holder=make_forecaster("the-king"))
    ladder = verbal_of(Slice(forecaster="the-king"))

    assert default.auc.value == ladder.auc.value == pytest.approx(21 / 25)
    assert default.discrimination.value == pytest.approx(ladder.discrimination.value)
    assert default.score.brier.value != pytest.approx(ladder.score.brier.value)


def test_numbers_are_no_words():
    make_prediction(rules=[], probability="0.7")

    found = verbal_of(ADA)

    assert (found.n, found.phrases, found.hedges.n) == (0, (), 0)
    assert found.score.brier.absent.text == "None resolved: nothing to score yet."


def test_counted_anew_they_come_to_the_same():
    said_often("likely", happened=3, failed=3)
    said("may", "YES", number=10)
    said("would", "NO", number=11, probability="0.9", basis="A bare assertion.")
    now = replace(ADA, as_of=NOW)

    assert verbal_of(now, recount=recount(now, as_of=NOW)) == verbal_of(ADA)


@pytest.mark.any_database
def test_more_words_cost_no_more_queries(django_assert_num_queries):
    said_often("likely", happened=3, failed=3)

    with django_assert_num_queries(3):
        verbal_of(ADA)

    said_often("unlikely", happened=3, failed=9, start=10)
    with django_assert_num_queries(3):
        assert verbal_of(ADA).n == 18


def test_marks_that_were_recorded_as_words_are_told_as_they_are():
    prediction = said("likely", "", number=1)
    Forecast.objects.create(
        prediction=prediction, forecaster=make_forecaster("the-king"), probability="0.7", phrase='""',
        made_at=PUBLISHED, recorded_at=NOW,
    )  # fmt: skip
    editor, _ = User.objects.get_or_create(username="editor")
    record_verdict(prediction_id=prediction.pk, verdict="YES", reason=REASON, actor=editor, known_at=KNOWN, now=NOW)

    (line,) = full_scorecard(Slice(forecaster="the-king"), now=NOW).details.verbal.phrases

    assert (line.phrase, line.n) == ('""', 1)


def test_more_words_than_can_be_looked_through_are_not_and_it_says_so(monkeypatch):
    said_often("likely", happened=3, failed=3)
    monkeypatch.setattr(spoken, "MOST_SPOKEN", 5)

    found = full_scorecard(ADA, now=NOW).details.verbal

    assert (found.n, found.phrases, found.score.brier.absent.reason) == (None, (), "TOO_MANY")
    assert "too many to look through while somebody waits. Narrow the slice." in found.score.brier.absent.text


def test_more_hedges_than_can_be_looked_through_are_not_and_it_says_so(monkeypatch):
    for number in range(3):
        said("may", "YES", number=number)
    monkeypatch.setattr(spoken, "MOST_SPOKEN", 2)

    found = full_scorecard(ADA, now=NOW).details.verbal.hedges
    anew = full_scorecard(replace(ADA, as_of=NOW)).details.verbal.hedges

    assert (found.n, found.share.absent.reason, found.brier.absent.reason) == (None, "TOO_MANY", "TOO_MANY")
    assert anew == found
