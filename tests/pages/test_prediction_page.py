"""A prediction's page says what was claimed, what became of it and why."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection

from forecasts.models import Prediction
from forecasts.services.intake import RuleDraft
from forecasts.services.ledger import enter_transaction
from forecasts.services.predictions import record_rule
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import (
    NOW,
    answered,
    cover,
    judged_prediction,
    make_article,
    make_event,
    make_prediction,
    rule_that_it_occurs,
)

pytestmark = pytest.mark.any_database


def occurs(*, event_type: str, end: str = "2025-03-01T00:00:00Z") -> dict:
    return rule_that_it_occurs(event_type=event_type, end=end)["consequent"]


def test_shows_the_claim_with_its_words_and_where_they_stand(text_of, db):
    article = make_article()
    prediction = make_prediction(
        article=article,
        quote="The ban is likely to fall",
        original_wording="The ban may well fall",
        condition="she wins",
    )

    text = text_of(f"/predictions/{prediction.pk}/")

    assert "The ban is likely to fall What comes after the vote , The Example" in text
    assert "In the original: The ban may well fall" in text
    assert "If she wins Then military aid is sent" in text
    assert "70%" in text


def test_shows_the_verdict_with_its_reason_and_score(text_of, settle, db):
    prediction = make_prediction()
    settle()

    text = text_of(f"/predictions/{prediction.pk}/")

    assert "✓ Yes proposed came about 3 Feb 2025 decided 1 Jun 2025 by rule Brier score 0.0900" in text
    assert "It happened as claimed." in text
    assert "The United States sends military aid Decides 3 Feb 2025 Wire, tier A news0.example" in text


def test_says_that_the_outcome_happened_although_the_condition_failed(text_of, settle, db):
    rule = {"rrl": "1", "condition": occurs(event_type="REJECT"), "consequent": occurs(event_type="AID")}
    prediction = make_prediction(rule=rule, condition="the talks fail")
    cover()
    settle()

    text = text_of(f"/predictions/{prediction.pk}/")

    assert "∅ Annulled" in text
    assert "The condition was not met; the outcome happened all the same. Not scored." in text
    assert "Brier score" not in text


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], "No rule is recorded yet that could decide it."),
        ([RuleDraft(rule_that_it_occurs())], "silence is no evidence until they do."),
        ([RuleDraft(rule_that_it_occurs(end="2031-01-01T00:00:00Z"))], "The window is still open: it may yet happen."),
    ],
)
def test_says_what_an_open_prediction_waits_for(rules, expected, text_of, settle, db):
    prediction = make_prediction(rules=rules)
    settle(with_event=False)

    text = text_of(f"/predictions/{prediction.pk}/")

    assert "What it waits for" in text
    assert expected in text


def test_shows_the_readings_side_by_side_with_their_outcomes(text_of, settle, db):
    prediction = make_prediction(
        rules=[
            RuleDraft(rule_that_it_occurs()),
            RuleDraft(
                rule_that_it_occurs(event_type="SANCTION"),
                variant="STRICT",
                name="sanctions only",
                description="No aid.",
            ),
        ]
    )
    settle()

    text = text_of(f"/predictions/{prediction.pk}/")

    assert "Central reading decides ✓ Yes" in text
    assert "sanctions only strict, for comparison ○ Open" in text


def test_draws_the_life_of_the_prediction(client, settle, db):
    prediction = make_prediction()
    settle()

    html = client.get(f"/predictions/{prediction.pk}/").content.decode()

    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart chart-timeline"' in html
    assert "chart-publication" in html
    assert "chart-witness" in html
    assert "chart-yes" in html


def test_draws_every_verdict_there_was_and_says_which_no_longer_stand(client, settle, db):
    prediction = make_prediction()
    settle()
    editor = User.objects.create_user("editor")
    reopen(prediction_id=prediction.pk, reason="The report was withdrawn.", actor=editor, now=NOW + timedelta(days=1))
    record_verdict(
        prediction_id=prediction.pk, verdict="NO", reason="Nothing was sent.", actor=editor, now=NOW + timedelta(days=2)
    )

    html = client.get(f"/predictions/{prediction.pk}/").content.decode()
    drawing = html[html.index('<svg xmlns="http://www.w3.org/2000/svg" class="chart chart-timeline"') :]

    assert f"Yes, withdrawn {NOW + timedelta(days=1):%Y-%m-%d}" in drawing
    assert "chart-mark chart-yes" in drawing
    assert "chart-mark chart-no" in drawing


def test_draws_the_present_while_the_prediction_is_open(client, settle, db):
    prediction = make_prediction()
    settle(with_event=False)

    html = client.get(f"/predictions/{prediction.pk}/").content.decode()

    assert "chart-now" in html
    assert "chart-outcome" in html


def test_draws_no_life_of_which_only_the_beginning_is_known(client, db):
    prediction = make_prediction(rules=[])

    assert "<svg" not in client.get(f"/predictions/{prediction.pk}/").content.decode()


@pytest.mark.parametrize(("precision", "label"), [("DAY", "published"), ("MONTH", "published, day unknown")])
def test_draws_a_placeholder_date_as_one(precision, label, client, db):
    prediction = make_prediction(article=make_article(published_precision=precision))

    assert (
        f"<title>publication, 6 Jan 2025: {label}</title>"
        in client.get(f"/predictions/{prediction.pk}/").content.decode()
    )


def test_shows_a_quote_of_six_hundred_letters_whole(text_of, db):
    quote = ("the ban will fall and " * 30)[:600].strip()
    prediction = make_prediction(article=make_article(text=f"Once more: {quote}."), quote=quote)

    assert quote in text_of(f"/predictions/{prediction.pk}/")


def test_says_that_words_give_no_number(text_of, db):
    prediction = make_prediction(probability=None)

    assert "No probability is recorded" in text_of(f"/predictions/{prediction.pk}/")


def test_names_the_prediction_for_the_other_case(text_of, db):
    partner = make_prediction(title="If he wins, it ends")
    prediction = make_prediction(title="If she wins, it goes on", statement="It goes on.", contrasts_with=partner)

    assert "Otherwise If he wins, it ends" in text_of(f"/predictions/{prediction.pk}/")
    assert "Otherwise If she wins, it goes on" in text_of(f"/predictions/{partner.pk}/")


def test_stands_the_rule_as_recorded_beside_its_words(client, db):
    prediction = make_prediction()

    html = client.get(f"/predictions/{prediction.pk}/").content.decode()

    assert "&quot;anchor&quot;: &quot;publication&quot;" in html
    assert prediction.rules.get().sha256 in html


def test_marks_an_event_that_may_concern_it(text_of, settle, db):
    prediction = make_prediction()
    make_event(status="CONTESTED")
    cover()
    settle(with_event=False)

    text = text_of(f"/predictions/{prediction.pk}/")

    assert Prediction.objects.get().status == "NEEDS_REVIEW"
    assert "a person must say whether it is." in text
    assert "Possibly concerns it" in text


def test_shows_what_replaced_criteria_came_to(text_of, db):
    prediction = make_prediction()
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    record_rule(
        prediction=prediction, rule=rule_that_it_occurs(event_type="RETREAT"), now=NOW, may_resolve=True,
        description="The article means a retreat.",
    )  # fmt: skip

    text = text_of(f"/predictions/{prediction.pk}/")

    assert "Earlier criteria" in text
    assert "central v1" in text
    assert "came to: yes" in text


def test_notes_what_came_to_light_too_late_to_reopen_a_verdict(text_of, db):
    prediction = make_prediction(rule=rule_that_it_occurs(policy={"coverage": ["wire"], "reopen_for": "P1D"}))
    cover()
    for days in (0, 7):
        settle_prediction(prediction_id=prediction.pk, now=NOW + timedelta(days=days))
    make_event(now=NOW + timedelta(days=20))
    settle_prediction(prediction_id=prediction.pk, now=NOW + timedelta(days=20))

    assert "would say “Yes”" in text_of(f"/predictions/{prediction.pk}/")


def test_shows_the_questions_left_to_people_with_their_answers(text_of, db):
    prediction = judged_prediction()
    before = text_of(f"/predictions/{prediction.pk}/")
    answered(prediction)

    after = text_of(f"/predictions/{prediction.pk}/")

    assert "Was it on their terms?" in before
    assert "Nobody has answered it yet." in before
    assert "The signed text says so." in after


def test_says_how_much_came_true(text_of, db):
    prediction = make_prediction(rules=[])
    actor = User.objects.create(username="editor")
    reason = "The match ended twenty to twenty."
    record_verdict(prediction_id=prediction.pk, verdict="PARTLY", share="0.5", reason=reason, actor=actor, now=NOW)

    text = text_of(f"/predictions/{prediction.pk}/")

    assert "½ Partly" in text
    assert "It came true in part: 50% of it counts as having happened." in text
    assert "Partly (0.5)" in text


def test_the_page_says_which_entry_of_the_ledger_holds_the_claim(client, db):
    prediction = make_prediction()
    before = client.get(f"/predictions/{prediction.pk}/").content.decode()
    entry = enter_transaction(connection)

    page = client.get(f"/predictions/{prediction.pk}/").content.decode()

    assert "From before the ledger" in before
    assert f"Entry {entry.seq} of the ledger" in page
    assert f"/api/v1/ledger/receipts/prediction/{prediction.pk}/" in page


def test_says_when_it_is_looked_at_next_also_after_a_check_that_failed(text_of, client, settle, db):
    prediction = make_prediction()
    settle(with_event=False)
    address, api = f"/predictions/{prediction.pk}/", f"/api/v1/predictions/{prediction.pk}/"

    def told(**state) -> tuple[str, str | None]:
        Prediction.objects.update(next_check_at=NOW, **state)
        return text_of(address), client.get(api).json()["next_check_at"]

    page, shown = told(retry_at=None, attempts=0)
    assert ("Looked at again 1 Jun 2025, 12:00 UTC" in page, shown) == (True, "2025-06-01T12:00:00Z")
    page, shown = told(retry_at=NOW + timedelta(minutes=4), attempts=1)
    assert ("Looked at again 1 Jun 2025, 12:04 UTC" in page, shown) == (True, "2025-06-01T12:04:00Z")
    page, shown = told(retry_at=NOW + timedelta(minutes=4), attempts=Prediction.MAX_ATTEMPTS)
    assert ("Looking failed again and again" in page, shown) == (True, None)
