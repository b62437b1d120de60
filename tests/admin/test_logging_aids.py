"""What helps while logging and deciding: readings of words, rules from fields, the contrast, the evidence."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Prediction, RuleVersion
from forecasts.services.forecasts import record_lexicon
from forecasts.services.sources import record_entity
from forecasts.services.sweeps import sweep
from tests.builders import (
    NOW,
    judged_prediction,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_source,
    make_topic,
    make_world,
    rule_that_it_occurs,
)

from .pages import add_page, errors_after, prediction_input, step_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NO_RULE = dict.fromkeys(("then_kind", "then_types", "then_topics", "then_actors", "then_last_day"), "")
TRUMP, HARRIS = ({"type": ["x-election-result"], "recipient": [who]} for who in ("person.trump", "person.harris"))
ELECTED = {
    "occurs": {
        "pattern": TRUMP, "refuted_by": HARRIS,
        "window": {"start": {"anchor": "publication"}, "end": "2025-01-21T00:00:00Z"},
    }
}  # fmt: skip


@pytest.fixture
def lexicon():
    row = {"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "spread": "0.09", "source": "Made up."}
    return record_lexicon(code="tiny", title="Tiny", source="Made up.", rows=[row], now=NOW)


def checked(admin, **given):
    article, topic = make_article(), make_topic()
    return admin.post(add_page("prediction"), {**prediction_input(article, topic=topic.pk), **given, "_dry_run": "1"})


def test_checking_tells_how_words_are_read_without_a_rule(admin, lexicon):
    page = checked(admin, **NO_RULE, probability="", phrase="likely", lexicon="tiny")

    assert page.context["adminform"].form.errors == {}
    assert "is read as <strong>0.7</strong>, between 0.6 and 0.8; readers differ by 0.09" in page.text
    assert not Prediction.objects.exists()


def test_checking_tells_beside_the_words_what_cannot_be_read(admin, lexicon):
    page = checked(admin, probability="", phrase="surely", lexicon="tiny")

    assert page.context["adminform"].form.errors["phrase"][0].startswith("The lexicon tiny lacks “surely”.")


def test_phrases_are_offered_with_their_readings(admin, lexicon):
    page = admin.get(add_page("prediction"))

    assert '<option value="likely" label="tiny: 0.7 (0.6 to 0.8)">' in page.text


def test_the_rule_of_fields_is_shown_as_json(admin):
    make_world()

    page = checked(admin)

    assert json.loads(page.context["adminform"].form.shown_rule())["consequent"]["occurs"]["pattern"]["type"] == ["AID"]


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"then_kind": "count"}, "then_n", "Say how many times it must happen."),
        ({"then_n": "3"}, "then_n", "This does not go with “Something like this happens”: leave it empty."),
        ({"then_kind": "series", "then_value": "80"}, "then_series", "Name the series."),
        ({"then_kind": "series", "then_series": "X"}, "then_value", "Give the value that it must reach."),
        ({"then_kind": "series", "then_series": "X", "then_value": "1"}, "then_types", "A series has no events"),
        ({"then_kind": "state"}, "then_end_types", "Say which events end it."),
        ({"then_within_days": "30"}, "then_within_days", "Give one end only: a day, a number of days, or a milestone."),
        ({"then_within_days": "0", "then_last_day": ""}, "then_within_days", "greater than or equal to 1"),
    ],
)
def test_fields_that_do_not_make_a_clause_are_told(admin, given, field, message):
    make_world()

    errors = checked(admin, **given).context["adminform"].form.errors

    assert message in errors[field][0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"then_kind": "count", "then_n": "3"}, "count"),
        ({"then_kind": "state", "then_end_types": "SANCTION", "then_initial": "no"}, "state"),
        ({"then_last_day": "", "then_within_days": "60"}, "occurs"),
        ({**NO_RULE, "then_kind": "series", "then_series": "EIA:RBRTE.D", "then_value": "80", "then_last_day": "2025-02-28"}, "series"),
    ],
)  # fmt: skip
def test_every_kind_of_clause_is_recorded_from_fields(admin, given, words):
    make_world()

    errors = errors_after(
        admin, add_page("prediction"), prediction_input(make_article(), topic=make_topic().pk) | given
    )

    assert errors == {}
    assert list(RuleVersion.objects.get().rule["consequent"]) == [words]


def test_a_reading_starts_from_the_central_rule_and_fields_take_its_place(admin):
    prediction = make_prediction()
    form = admin.get(step_page(prediction, "reading")).context["adminform"].form
    given = {
        "variant": "STRICT",
        "rule": form["rule"].value(),
        "then_kind": "occurs",
        "then_types": "AID",
        "then_last_day": "2025-01-31",
    }

    assert json.loads(form["rule"].value()) == prediction.rules.get().rule
    assert errors_after(admin, step_page(prediction, "reading"), given) == {}
    assert prediction.rules.get(name="strict").rule["consequent"]["occurs"]["window"]["end"] == "2025-02-01T00:00:00Z"


def test_saving_leads_to_a_further_reading_when_asked(admin):
    make_world()
    given = prediction_input(make_article(), topic=make_topic().pk)

    response = admin.post(add_page("prediction"), {**given, "_reading": "1"})

    assert response.url == step_page(Prediction.objects.get(), "reading")


def test_the_contrast_starts_from_the_claim_with_the_rivals_exchanged(admin):
    rule = rule_that_it_occurs(condition=ELECTED)
    prediction = make_prediction(rule=rule, condition="Trump wins", quote="Aid may stop at once.")

    form = admin.get(f"{add_page('prediction')}?contrast_of={prediction.pk}").context["adminform"].form

    assert form["contrasts_with"].value() == prediction.title
    assert form["holder"].value() == prediction.holder.slug
    assert form["outcome"].value() == prediction.outcome
    assert not form["condition"].value()
    other = json.loads(form["rule"].value())
    assert other["condition"]["occurs"]["pattern"] == HARRIS
    assert other["condition"]["occurs"]["refuted_by"] == TRUMP
    assert (
        f"contrast_of={prediction.pk}"
        in admin.get(reverse("admin:forecasts_prediction_change", args=[prediction.pk])).text
    )


def test_the_contrast_of_a_claim_without_a_rival_has_no_rule_yet(admin):
    prediction = make_prediction()

    form = admin.get(f"{add_page('prediction')}?contrast_of={prediction.pk}").context["adminform"].form

    assert not form["rule"].value()


def test_a_decision_is_taken_beside_the_evidence(admin):
    prediction = make_prediction()
    event = make_event()
    sweep(now=NOW)

    page = admin.get(step_page(prediction, "confirm"))

    assert "What is claimed, and what was found" in page.text
    assert event.title in page.text


def test_a_claim_without_a_rule_is_decided_without_evidence(admin):
    page = admin.get(step_page(make_prediction(rules=[]), "verdict"))

    assert "What is claimed, and what was found" not in page.text


def test_the_first_page_says_when_predictions_were_checked_and_how_many_are_due(admin):
    assert "No prediction was checked yet." in admin.get(reverse("admin:index")).text
    make_prediction()

    assert "1 due now" in admin.get(reverse("admin:index")).text
    now = timezone.now()
    sweep(now=now)

    page = admin.get(reverse("admin:index")).text
    assert f"last checked on {now:%Y-%m-%d %H:%M} UTC" in page
    assert "Nothing is due now." in page


def test_the_first_page_says_why_a_claim_past_its_deadline_is_undecided(admin):
    make_prediction()
    sweep(now=NOW)

    work = {one.title: one.rows for one in admin.get(reverse("admin:index")).context["work"]}

    assert [why for _, _, why in work["Past its deadline, undecided"]] == [
        "The window has long been over, and its sources are still not covered that far"
    ]


@pytest.mark.parametrize("typed", ["ada-byron", "ADA BYRON"])
def test_whose_claim_it_is_is_typed(admin, typed):
    make_world()
    given = prediction_input(make_article(), topic=make_topic().path, holder=typed)

    assert errors_after(admin, add_page("prediction"), given) == {}


def test_namesakes_and_strangers_are_told_beside_the_field(admin):
    make_world()
    given = prediction_input(make_article(), topic="weather")
    make_forecaster("ada-byron-paris", name="Ada Byron")

    errors = errors_after(admin, add_page("prediction"), {**given, "holder": "Ada Byron"})

    assert errors["holder"][0].startswith("Several are called “Ada Byron”. Give the short name: ")
    assert errors["topic"] == ["Select a valid choice. “weather” is not recorded yet."]


def test_names_are_offered_with_what_they_mean(admin):
    record_entity(path="person.harris", label="Kamala Harris")
    make_source()

    claim, event = admin.get(add_page("prediction")).text, admin.get(add_page("event")).text

    assert '<option value="person.harris" label="Kamala Harris"></option>' in claim
    assert '<option value="wire" label="Wire"></option>' in event
    assert "select2" not in claim + event


def test_an_article_is_chosen_by_its_title_or_its_address(admin):
    article = make_article()
    field = admin.get(add_page("prediction")).context["adminform"].form.fields["article"]

    assert field.to_python(article.title) == field.to_python(article.canonical_url) == field.to_python(article.pk)
    assert field.prepare_value(article.pk) == article.title


def test_an_article_whose_title_another_has_is_shown_by_its_key(admin):
    article = make_article()
    make_article(canonical_url="https://example.org/again")
    field = admin.get(add_page("prediction")).context["adminform"].form.fields["article"]

    assert field.prepare_value(article.pk) == article.pk
    with pytest.raises(ValidationError, match=f"Several are called “{article.title}”.*{article.pk}"):
        field.to_python(article.title)


def test_the_rule_is_told_in_words_while_it_is_typed(admin):
    article, topic = make_article(), make_topic()
    make_world()
    given = prediction_input(article, topic=topic.pk) | {"_dry_run": "sentence", "title": ""}

    told = admin.post(add_page("prediction"), given).text

    assert "<html" not in told
    assert "USA.GOV" in told


def test_what_a_rule_still_lacks_is_told_while_it_is_typed(admin):
    told = admin.post(add_page("prediction"), {"then_kind": "occurs", "_dry_run": "sentence"}).text

    assert "Give the last day that counts: a rule needs a deadline." in told


def test_who_answers_a_question_sees_the_evidence(admin):
    prediction = judged_prediction()

    page = admin.get(step_page(prediction, "answer")).text

    assert "What is claimed, and what was found" in page
