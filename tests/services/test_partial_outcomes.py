"""What came true in part, from the verdict to the scorecard."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from forecasts.models import Posting, Prediction, Resolution, Score
from forecasts.selectors.scorecards import Slice, full_scorecard
from forecasts.services.rebuilds import check_scopes
from forecasts.services.refusal import Refused
from forecasts.services.resolutions import append_resolution
from forecasts.services.verdicts import dispute, record_verdict
from tests.builders import NOW, make_prediction

pytestmark = pytest.mark.django_db

REASON = "The match ended twenty to twenty."


@pytest.fixture
def editor():
    return get_user_model().objects.create(username="editor")


@pytest.fixture
def tied(editor) -> Prediction:
    prediction = make_prediction(rules=[], probability="0.7")
    decide(prediction, editor)
    prediction.refresh_from_db()
    return prediction


def decide(prediction, actor, **changes) -> Resolution:
    given = {"verdict": "PARTLY", "share": "0.5", "reason": REASON, **changes}
    return record_verdict(prediction_id=prediction.pk, actor=actor, now=NOW, **given)


def test_a_tie_earns_the_mixture_of_a_yes_and_a_no(tied):
    """Half of (1 - 0.7)² and half of 0.7² is 0.29; half of -ln 0.7 and half of -ln 0.3 is 0.7803."""
    scores = {score.rule: score for score in Score.objects.all()}

    assert (tied.status, tied.verdict) == ("FINAL", "PARTLY")
    assert {score.outcome for score in scores.values()} == {Decimal("0.5000")}
    assert scores["BRIER"].value == Decimal("0.29")
    assert float(scores["LOG"].value) == pytest.approx(0.7803238741)
    assert Posting.objects.get().outcome == 5_000


def test_a_scorecard_counts_it_as_resolved_with_its_share(tied):
    card = full_scorecard(Slice())

    (call,) = card.calls
    assert (card.coverage.resolved, call.outcome, call.verdict) == (1, 0.5, "PARTLY")
    assert card.summary.mean_brier == pytest.approx(0.29)
    assert card.summary.record.observed == 0.5
    assert check_scopes() == []


def test_a_scorecard_of_a_past_day_knows_it_too(editor):
    known = datetime(2025, 3, 1, tzinfo=UTC)
    decide(make_prediction(rules=[]), editor, known_at=known)

    card = full_scorecard(Slice(as_of=known))

    assert [call.outcome for call in card.calls] == [0.5]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"share": None}, "Say how much came true, between 0 and 1, such as 0.5 for a tie."),
        ({"share": ""}, "Say how much came true"),
        ({"share": "0"}, "A share of 0.0000 is no part: record NO."),
        ({"share": "1"}, "A share of 1.0000 is no part: record YES."),
        ({"share": "1.5"}, "1.5 lies outside 0 to 1."),
        ({"share": "nan"}, "is not finite"),
        ({"share": "0.33333"}, "finer than four decimals"),
        ({"share": "half"}, "“half” is no probability"),
        ({"verdict": "YES"}, "A share goes with PARTLY alone, not with YES: leave it out."),
        ({"verdict": "ANNULLED"}, "A share goes with PARTLY alone, not with ANNULLED"),
        ({"verdict": "AMBIGUOUS"}, "A share goes with PARTLY alone, not with AMBIGUOUS"),
    ],
)
def test_a_share_that_cannot_be_is_refused_at_its_field(editor, changes, message):
    with pytest.raises(Refused) as refused:
        decide(make_prediction(rules=[]), editor, **changes)

    assert message in refused.value.message_dict["share"][0]
    assert not Resolution.objects.exists()


@pytest.mark.parametrize(
    ("verdict", "share"), [("PARTLY", None), ("PARTLY", "0"), ("PARTLY", "1"), ("YES", "0.5"), ("ANNULLED", "0.5")]
)
def test_the_database_refuses_a_share_that_does_not_go_with_the_verdict(editor, verdict, share):
    prediction = make_prediction(rules=[])
    fields = {"verdict": verdict, "state": "FINAL", "reason": REASON, "reason_code": "JUDGED", "actor": editor}

    with pytest.raises(IntegrityError, match="resolution_share_is_of_partly"), transaction.atomic():
        append_resolution(prediction=prediction, now=NOW, share=share, **fields)


def test_another_share_is_another_verdict_that_takes_two_people(tied, editor):
    second = get_user_model().objects.create(username="second")

    proposed = decide(tied, editor, share="0.25")
    with pytest.raises(Refused, match="another editor has to confirm it"):
        decide(tied, editor, share="0.25")
    confirmed = decide(tied, second, share="0.25")

    assert (proposed.state, confirmed.state, confirmed.share) == ("PROPOSED", "FINAL", Decimal("0.2500"))
    assert Score.objects.current().get(rule="BRIER").outcome == Decimal("0.2500")
    assert check_scopes() == []


def test_a_dispute_keeps_the_share(tied, editor):
    disputed = dispute(prediction_id=tied.pk, reason="Overtime was not counted.", actor=editor, now=NOW)

    assert (disputed.verdict, disputed.share) == ("PARTLY", Decimal("0.5000"))
    assert Score.objects.current().count() == 2


def test_a_tie_that_turns_out_void_leaves_no_score(tied, editor):
    decide(tied, editor, verdict="ANNULLED", share=None)

    card = full_scorecard(Slice())
    assert (card.coverage.annulled, card.coverage.resolved, card.calls) == (1, 0, ())
    assert check_scopes() == []
