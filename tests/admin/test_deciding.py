"""Verdicts of people, checks on demand, coverage, and the tokens of programs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forecasts.models import ApiToken, Coverage, Forecast, Milestone, Prediction, Resolution
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, make_event, make_forecaster, make_prediction, make_source

from .pages import add_page, errors_after, list_page, row_page, step_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

REASON = "The ministry said so on the day."


def proposed() -> Prediction:
    """A prediction whose verdict waits for a confirmation: one report of tier B is not enough."""
    prediction = make_prediction()
    make_event(source=make_source(slug="papers", tier="B"))
    settle_prediction(prediction_id=prediction.pk, now=timezone.now())
    prediction.refresh_from_db()
    return prediction


def test_confirming_makes_the_proposed_verdict_final(admin, editor):
    prediction = proposed()
    page = admin.get(step_page(prediction, "confirm"))
    seen = page.context["adminform"].form.initial
    given = {"verdict": seen["verdict"], "reason": REASON, "expected_number": seen["expected_number"]}

    assert errors_after(admin, step_page(prediction, "confirm"), given) == {}

    last = Resolution.objects.get(superseded_by=None)
    assert (last.number, last.verdict, last.state, last.reason_code, last.actor) == (
        2,
        "YES",
        "FINAL",
        "CONFIRMED",
        editor,
    )


def test_a_verdict_on_a_record_that_moved_on_is_refused(admin):
    prediction = proposed()
    given = {"verdict": "NO", "reason": REASON, "expected_number": "0"}

    errors = errors_after(admin, step_page(prediction, "confirm"), given)

    assert "The record changed since you opened it" in errors["verdict"][0]
    assert Resolution.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"reason": "Because."}, "reason", "Give the reason in at least 10 characters"),
        ({"verdict": "MAYBE"}, "verdict", "Select a valid choice."),
        ({"known_at": "2999-01-01"}, "known_at", "2999-01-01 00:00 UTC is in the future."),
        ({"happened_at": "2025-02-03", "known_at": "2025-02-02"}, "known_at", "It cannot be known before it happened."),
        ({"evidence_url": "no address"}, "evidence_url", "Enter a valid URL."),
    ],
)
def test_a_verdict_with_a_mistake_is_not_recorded(admin, given, field, message):
    prediction = make_prediction()

    errors = errors_after(admin, step_page(prediction, "verdict"), {"verdict": "YES", "reason": REASON, **given})

    assert list(errors) == [field]
    assert message in errors[field][0]
    assert not Resolution.objects.exists()


def test_a_tie_is_recorded_with_its_share(admin):
    prediction = make_prediction()
    given = {"verdict": "PARTLY", "share": "0.5", "reason": REASON}

    assert errors_after(admin, step_page(prediction, "verdict"), given) == {}

    assert (Resolution.objects.get().verdict, str(Resolution.objects.get().share)) == ("PARTLY", "0.5000")
    assert "Partly (0.5)" in admin.get(row_page(prediction)).content.decode()


def test_nobody_decides_their_own_prediction(admin, editor):
    ada = make_forecaster()
    ada.account = editor
    ada.save()
    prediction = make_prediction(holder=ada)

    errors = errors_after(admin, step_page(prediction, "verdict"), {"verdict": "YES", "reason": REASON})

    assert errors == {"verdict": ["Nobody resolves their own prediction: ask another editor."]}


def test_a_disputed_verdict_keeps_its_word_and_is_checked_afresh(admin):
    prediction = proposed()

    assert errors_after(admin, step_page(prediction, "dispute"), {"reason": REASON}) == {}

    prediction.refresh_from_db()
    assert (prediction.verdict, prediction.status) == ("YES", "DISPUTED")
    assert prediction.next_check_at is not None
    assert admin.get(step_page(prediction, "dispute")).status_code == 404


def test_reopening_withdraws_the_verdict(admin):
    prediction = proposed()

    assert errors_after(admin, step_page(prediction, "reopen"), {"reason": "no"})["reason"][0].startswith(
        "Give the reason"
    )
    assert errors_after(admin, step_page(prediction, "reopen"), {"reason": REASON}) == {}

    prediction.refresh_from_db()
    assert (prediction.verdict, prediction.status) == ("", "OPEN")
    assert admin.get(step_page(prediction, "reopen")).status_code == 404
    assert admin.get(step_page(prediction, "verdict")).status_code == 200


def test_checking_now_settles_this_prediction(admin):
    prediction = make_prediction()
    make_event()

    page = admin.post(step_page(prediction, "check"), follow=True)

    assert "Checked: Yes" in page.text
    assert admin.get(step_page(prediction, "check")).status_code == 405


def test_a_check_that_fails_says_why(admin, monkeypatch):
    prediction = make_prediction()

    def fail(**given):
        raise RuntimeError("the rule engine is on strike")

    monkeypatch.setattr("forecasts.admin.predictions.settle_prediction", fail)
    page = admin.post(step_page(prediction, "check"), follow=True)

    assert "The check failed: RuntimeError: the rule engine is on strike" in page.text


def test_every_write_asks_for_a_sweep(admin, django_capture_on_commit_callbacks):
    source = make_source()

    with django_capture_on_commit_callbacks() as asked:
        assert errors_after(admin, step_page(source, "coverage"), {"complete_to": "2025-05-01"}) == {}

    assert len(asked) == 1
    assert Coverage.objects.get().complete_to.isoformat() == "2025-05-01T00:00:00+00:00"


def test_a_refused_write_asks_for_none(admin, django_capture_on_commit_callbacks):
    source = make_source()

    with django_capture_on_commit_callbacks() as asked:
        errors = errors_after(admin, step_page(source, "coverage"), {"complete_to": "2999-01-01"})

    assert "no source is complete that far" in errors["complete_to"][0]
    assert asked == []


def test_a_forecast_is_withdrawn_only_without_a_number(admin):
    prediction = make_prediction()
    given = {
        "prediction": prediction.pk,
        "forecaster": prediction.holder_id,
        "made_at": "2025-02-01 12:00",
        "is_withdrawn": "on",
    }

    both = errors_after(admin, add_page("forecast"), {**given, "probability": "0.5"})

    assert both == {"is_withdrawn": ["Give either a probability or a withdrawal, not both."]}
    assert errors_after(admin, add_page("forecast"), given) == {}
    assert Forecast.objects.order_by("made_at").last().probability is None


def test_another_date_of_a_milestone_is_its_next_version(admin):
    given = {"key": "us.vote", "label": "The vote", "occurs_at": "2024-11-05"}

    assert errors_after(admin, add_page("milestone"), given) == {}
    assert "It is recorded with this date." in errors_after(admin, add_page("milestone"), given)["occurs_at"][0]
    assert errors_after(admin, add_page("milestone"), {**given, "occurs_at": "2024-11-06"}) == {}

    assert list(Milestone.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_a_token_is_shown_once_and_revoked(admin, editor):
    given = {"name": "import", "account": editor.pk, "scopes": ["read", "prediction:write"]}

    page = admin.post(add_page("apitoken"), given)

    token, text = ApiToken.objects.get(), page.context["text"]
    assert text in page.text
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert text not in admin.get(row_page(token)).text
    admin.post(list_page("apitoken"), {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert timezone.now() - token.revoked_at < timedelta(minutes=1)


def test_a_token_for_events_needs_its_source(admin, editor):
    given = {"name": "import", "account": editor.pk, "scopes": ["event:write"]}

    errors = errors_after(admin, add_page("apitoken"), given)

    assert errors == {"source": ["A token that records events needs the source it records for."]}
    assert not ApiToken.objects.exists()


def test_the_page_of_a_prediction_shows_its_whole_record(admin):
    prediction = proposed()
    cover(to=NOW - timedelta(days=1))

    page = admin.get(row_page(prediction))

    for shown in (
        "Confirm or replace the verdict",
        "The proposed verdict waits for a confirmation",
        "central, version 1",
        "0.7000",
    ):
        assert shown in page.text
    assert Resolution.objects.get().reason in page.context["last"].reason
