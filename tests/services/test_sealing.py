"""Committing to what is read later: nothing shows before, nothing else is revealed after, nothing is kept back unseen."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from forecasts.ledger.canonical import canonical
from forecasts.ledger.seals import Seal, sealed
from forecasts.models import Forecast, Prediction, Sealed, SealedContent, Unsealing
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.scorecards import scorecard
from forecasts.selectors.sealed import SealedCounts, sealed_counts, who_never_revealed
from forecasts.selectors.slices import Slice
from forecasts.services.predictions import ClaimDraft, record_prediction
from forecasts.services.refusal import Refused
from forecasts.services.sealing import Due, opened_by, reveal, reveal_due, seal_commitment, seal_content
from forecasts.services.settlement import settle_prediction
from tests.api.test_concurrency import IS_SHARED, at_once
from tests.builders import (
    NOW,
    cover,
    make_event,
    make_forecaster,
    make_prediction,
    make_topic,
    make_world,
    rule_that_it_occurs,
)

pytestmark = pytest.mark.django_db
SEALED_AT = datetime(2025, 1, 10, tzinfo=UTC)
REVEAL_BY = datetime(2025, 5, 2, tzinfo=UTC)


def document(**fields) -> dict:
    given = {
        "v": 1,
        "title": "Aid stops",
        "statement": "The United States sends military aid again before March.",
        "outcome": "military aid is sent",
        "topic": "aid/military",
        "probability": "0.8",
        "rule": rule_that_it_occurs(),
    }
    return given | fields


@pytest.fixture
def ada():
    make_world()
    make_topic()
    return make_forecaster()


def kept_here(ada, *, content=None, now=SEALED_AT, **fields):
    return seal_content(forecaster=ada, content=content or document(), reveal_by=REVEAL_BY, now=now, **fields)


def kept_elsewhere(ada, *, content=None, now=SEALED_AT) -> tuple[Sealed, Seal]:
    opened = sealed(content or document())
    row, _ = seal_commitment(forecaster=ada, commitment=opened.commitment, reveal_by=REVEAL_BY, now=now)
    return row, opened


def problems(refusal) -> dict:
    return refusal.value.message_dict


def test_what_is_sealed_is_in_no_record(ada):
    kept_here(ada)

    assert not Prediction.objects.exists()
    assert not Forecast.objects.exists()


def test_what_is_kept_here_is_revealed_as_it_was_sealed(ada):
    row, opened = kept_here(ada)

    revealed, is_new = reveal(sealed=row, now=NOW)

    assert is_new
    assert (revealed.content, revealed.salt) == (opened.content, opened.salt)
    assert Seal(revealed.content, revealed.salt).commitment == row.commitment
    assert revealed.prediction.statement == document()["statement"]
    assert str(revealed.forecast.probability) == "0.8000"
    assert not SealedContent.objects.exists()


def test_it_counts_from_when_it_was_sealed(ada):
    row, _ = kept_here(ada)
    make_event()
    cover()

    revealed, _ = reveal(sealed=row, now=NOW)
    resolution = settle_prediction(prediction_id=revealed.prediction_id, now=NOW)

    assert revealed.forecast.made_at == revealed.prediction.issued_at == revealed.prediction.sealed_at == SEALED_AT
    assert (resolution.verdict, resolution.is_retrospective) == ("YES", False)
    card = scorecard(Slice(forecaster=ada.slug))
    assert (card.summary.n, card.coverage.retrospective) == (1, 0)
    assert card.summary.mean_brier == pytest.approx(0.04)
    assert scorecard(Slice(forecaster=ada.slug, as_of=NOW)).coverage.retrospective == 0


def test_what_is_sealed_after_its_outcome_was_known_is_not_scored(ada):
    prediction = make_prediction(holder=make_forecaster("bo-zell"))
    make_event()
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    late, _ = kept_here(
        ada,
        now=datetime(2025, 3, 3, tzinfo=UTC),
        content={"v": 1, "prediction": str(prediction.pk), "probability": "1"},
    )

    reveal(sealed=late, now=NOW)
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    assert scorecard(Slice(forecaster=ada.slug)).summary.n == 0


def test_a_sealed_forecast_of_a_settled_prediction_is_scored(ada):
    prediction = make_prediction(holder=make_forecaster("bo-zell"))
    row, _ = kept_here(ada, content={"v": 1, "prediction": str(prediction.pk), "probability": "0.9"})
    make_event()
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    reveal(sealed=row, now=NOW)
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    assert scorecard(Slice(forecaster=ada.slug)).summary.mean_brier == pytest.approx(0.01)


def test_what_is_kept_elsewhere_is_revealed_by_what_opens_it(ada):
    row, opened = kept_elsewhere(ada)

    revealed, _ = reveal(sealed=row, given=opened, now=NOW)

    assert revealed.forecast.made_at == SEALED_AT


def test_the_layout_of_a_content_does_not_matter(ada):
    row, opened = kept_elsewhere(ada)
    turned = dict(reversed(json.loads(opened.content).items()))

    revealed, _ = reveal(sealed=row, given=opened_by(content=turned, salt=opened.salt), now=NOW)

    assert revealed.content == opened.content


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"probability": "0.9"}, 'probability: sealed as "0.8", and "0.9" here.'),
        ({"note": "Or not."}, 'note: not sealed, and "Or not." here.'),
        ({"rule": None}, "rule: sealed as {"),
    ],
)
def test_what_differs_from_what_is_kept_is_told(ada, change, told):
    row, opened = kept_here(ada)
    given = opened_by(content=document(**change), salt=opened.salt)

    with pytest.raises(Refused) as refusal:
        reveal(sealed=row, given=given, now=NOW)

    first, *rest = problems(refusal)["content"]
    assert first == "This is not what was sealed."
    assert any(one.startswith(told) for one in rest)
    assert not Unsealing.objects.exists()


def test_another_content_or_salt_does_not_open_a_commitment(ada):
    row, opened = kept_elsewhere(ada)
    for given in (Seal(canonical(document(probability="0.9")).decode(), opened.salt), Seal(opened.content, "00" * 16)):
        with pytest.raises(Refused) as refusal:
            reveal(sealed=row, given=given, now=NOW)

        assert f"with this salt it comes to {given.commitment}, and {row.commitment} was recorded" in str(
            problems(refusal)
        )


def test_the_right_content_with_another_salt_is_refused_where_it_is_kept(ada):
    row, opened = kept_here(ada)

    with pytest.raises(Refused, match="This is not what was sealed: with this salt"):
        reveal(sealed=row, given=Seal(opened.content, "00" * 16), now=NOW)


def test_what_is_kept_elsewhere_needs_its_content(ada):
    row, _ = kept_elsewhere(ada)

    with pytest.raises(Refused, match="The content is not kept here: give it with its salt"):
        reveal(sealed=row, now=NOW)


def test_revealing_again_adds_nothing_and_revealing_otherwise_is_refused(ada):
    row, opened = kept_here(ada)
    first, _ = reveal(sealed=row, now=NOW)

    again, is_new = reveal(sealed=row, given=opened, now=NOW + timedelta(days=1))

    assert (again, is_new) == (first, False)
    with pytest.raises(Refused, match="not what was sealed"):
        reveal(sealed=row, given=opened_by(content=document(probability="0.1"), salt=opened.salt), now=NOW)
    assert (Prediction.objects.count(), Forecast.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("content", "field", "told"),
    [
        ({"v": 2}, "content.v", "This must be 1"),
        ({"probability": "1.5"}, "content.probability", "lies outside 0 to 1"),
        ({"topic": "nowhere"}, "content.topic", "There is no topic “nowhere”"),
        ({"rule": {"rrl": "1"}}, "content.rules.0.rule", "consequent"),
        ({"statement": " "}, "content.statement", "A prediction needs its statement"),
        ({"secret": 1}, "content.secret", "There is no field “secret”"),
        ({"prediction": "x"}, "content.prediction", "Give the id of a recorded prediction"),
        ({"note": 7}, "content.note", "must be text"),
    ],
)
def test_what_could_not_be_revealed_is_not_sealed(ada, content, field, told):
    with pytest.raises(Refused) as refusal:
        kept_here(ada, content=document(**content))

    assert told in str(problems(refusal)[field])
    assert not Sealed.objects.exists()


@pytest.mark.parametrize("reveal_by", [SEALED_AT, SEALED_AT + timedelta(days=4000)])
def test_a_date_that_is_none_is_refused(ada, reveal_by):
    with pytest.raises(Refused, match="is no date to reveal it by: from a minute to ten years from now"):
        seal_content(forecaster=ada, content=document(), reveal_by=reveal_by, now=SEALED_AT)


def test_a_commitment_of_somebody_else_cannot_be_copied(ada):
    row, opened = kept_elsewhere(ada)
    again, is_new = seal_commitment(
        forecaster=ada, commitment=opened.commitment, reveal_by=REVEAL_BY, now=NOW - timedelta(days=90)
    )

    assert (again, is_new) == (row, False)
    with pytest.raises(Refused, match="This commitment is of Ada Byron, who sealed it. Take another salt"):
        seal_commitment(
            forecaster=make_forecaster("bo-zell"), commitment=opened.commitment, reveal_by=REVEAL_BY, now=SEALED_AT
        )


def test_what_is_no_commitment_is_refused(ada):
    with pytest.raises(Refused, match="is no commitment: give 64 hexadecimal digits"):
        seal_commitment(forecaster=ada, commitment="AB" * 32, reveal_by=REVEAL_BY, now=SEALED_AT)


def test_on_its_date_what_is_kept_here_is_revealed_and_the_rest_is_noted(ada):
    kept_here(ada)
    kept_elsewhere(ada, content=document(statement="Another."))

    assert reveal_due(now=REVEAL_BY - timedelta(seconds=1)) == Due(revealed=0, overdue=0)
    assert reveal_due(now=REVEAL_BY) == Due(revealed=1, overdue=1)
    assert reveal_due(now=NOW) == Due(revealed=0, overdue=0)
    assert sealed_counts(forecaster=ada.slug) == SealedCounts(sealed=0, revealed=1, never_revealed=1)


def test_what_cannot_be_recorded_on_its_date_counts_as_never_revealed(ada):
    kept_here(ada)
    # The same statement was recorded in other words meanwhile.
    claim = ClaimDraft(
        holder=ada, topic=make_topic(), title="T", statement=document()["statement"], outcome="something else"
    )
    record_prediction(claim=claim, now=NOW)

    assert reveal_due(now=NOW) == Due(revealed=0, overdue=1)
    assert who_never_revealed() == {ada.slug}


def test_what_was_never_revealed_is_counted_and_costs_the_rank(ada):
    kept_elsewhere(ada)
    prediction = make_prediction(probability="0.8")
    make_event()
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    assert scorecard(Slice(forecaster=ada.slug)).brier_at_worst is None
    reveal_due(now=NOW)

    card = scorecard(Slice(forecaster=ada.slug))

    assert card.sealed == SealedCounts(sealed=0, revealed=0, never_revealed=1)
    assert card.summary.mean_brier == pytest.approx(0.04)
    # One call of 0.04 and one that may have been as wrong as can be: (0.04 + 1) / 2.
    assert card.brier_at_worst == pytest.approx(0.52)
    (line,) = leaderboard(Slice()).unranked
    assert line.seat.reason == "NEVER_REVEALED"


def test_what_is_revealed_late_is_not_held_against_anybody_and_stays_told(ada):
    row, opened = kept_elsewhere(ada)
    reveal_due(now=REVEAL_BY)

    reveal(sealed=row, given=opened, now=NOW)

    assert sealed_counts(forecaster=ada.slug) == SealedCounts(revealed=1)
    assert sealed_counts(forecaster=ada.slug, as_recorded=REVEAL_BY) == SealedCounts(never_revealed=1)
    assert sealed_counts(forecaster=ada.slug, as_recorded=SEALED_AT) == SealedCounts(sealed=1)
    assert list(row.unsealings.order_by("id").values_list("kind", flat=True)) == ["OVERDUE", "REVEALED"]


def test_when_it_was_sealed_cannot_be_changed(ada):
    row, _ = kept_here(ada)
    revealed, _ = reveal(sealed=row, now=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Prediction.objects.filter(pk=revealed.prediction_id).update(sealed_at=None)


@pytest.mark.django_db(transaction=IS_SHARED)
def test_of_many_who_reveal_at_once_one_does(ada):
    row, _ = kept_here(ada)

    done = at_once([lambda: reveal(sealed=row, now=NOW)[1]] * 4)

    assert sorted(done) == [False, False, False, True]
    assert (Unsealing.objects.count(), Prediction.objects.count(), Forecast.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=IS_SHARED)
def test_revealing_while_the_date_passes_leaves_one_end(ada):
    row, opened = kept_elsewhere(ada)

    at_once([lambda: reveal(sealed=row, given=opened, now=NOW), lambda: reveal_due(now=NOW)])

    assert Unsealing.objects.filter(kind="REVEALED").count() == 1
    assert sealed_counts(forecaster=ada.slug) == SealedCounts(revealed=1)
