"""What an editor gets wrong is told beside the field, and nothing is stored."""

import json

import pytest

from forecasts.models import Article, Event, EventVersion, Evidence, Forecast, Prediction, RuleVersion
from forecasts.services.forecasts import record_lexicon
from tests.builders import NOW, make_article, make_source, make_topic, make_world, rule_that_it_occurs

from .pages import add_page, errors_after, event_input, prediction_input

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

BY_FIELDS = ("then_kind", "then_types", "then_topics", "then_actors", "then_last_day")
NO_FIELDS = dict.fromkeys(BY_FIELDS, "")


def nested(depth: int) -> str:
    """A rule that says “not” so many times."""
    inner = json.dumps(rule_that_it_occurs()["consequent"])
    return '{"rrl": "1", "consequent": ' + '{"not": ' * depth + inner + "}" * depth + "}"


def as_json(**changes) -> dict[str, str]:
    """A rule as JSON instead of by fields."""
    return {**NO_FIELDS, "rule": json.dumps({**rule_that_it_occurs(), **changes})}


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"probability": "1.2"}, "probability", "1.2 lies outside 0 to 1."),
        ({"probability": "-0.1"}, "probability", "-0.1 lies outside 0 to 1."),
        ({"probability": "NaN"}, "probability", "“NaN” is not finite."),
        (
            {"probability": "70%"},
            "probability",
            "“70%” is a percentage. Give a number from 0 to 1, such as 0.7 for 70%.",
        ),
        ({"probability": "1e400"}, "probability", "1e400 lies outside 0 to 1."),
        ({"probability": "١"}, "probability", "“١” is no probability."),
        ({"probability": "0.12345"}, "probability", "0.12345 is finer than four decimals"),
        ({"low": "0.8", "high": "0.9"}, "low", "The range 0.8000 to 0.9000 does not hold the probability 0.7000."),
        ({"low": "0.5"}, "high", "Give both ends of the range, or neither."),
        ({"probability": "", "phrase": "surely", "lexicon": "tiny"}, "phrase", "The lexicon tiny lacks “surely”."),
        ({"phrase": "likely"}, "basis", "Say how “likely” was read as 0.7, since no lexicon was used."),
        ({"phrase": "likely", "lexicon": "tiny"}, "lexicon", "Give either a number or a lexicon"),
        ({"lexicon": "unheard-of"}, "lexicon", "Select a valid choice."),
        ({"holder": ""}, "holder", "This field is required."),
        ({"holder": "0" * 32}, "holder", "Select a valid choice."),
        ({"topic": ""}, "topic", "This field is required."),
        ({"statement": "  "}, "statement", "This field is required."),
        ({"quote": "Words that nobody wrote."}, "quote", "“Words that nobody wrote.” is not in the article's text."),
        ({"issued_at": "2999-01-01"}, "issued_at", "2999-01-01 00:00 UTC is in the future"),
        ({"issued_at": "2026-02-30"}, "issued_at", "Enter a valid date/time."),
    ],
)
def test_a_claim_with_a_mistake_is_not_logged(admin, given, field, message):
    make_world()
    rows = [{"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "source": "Made up."}]
    record_lexicon(code="tiny", title="Tiny", source="Made up.", rows=rows, now=NOW)
    claim = prediction_input(make_article(), topic=make_topic().pk)

    errors = errors_after(admin, add_page("prediction"), {**claim, **given})

    assert list(errors) == [field]
    assert message in errors[field][0]
    assert not Prediction.objects.exists()
    assert not Forecast.objects.exists()


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"then_last_day": "2024-12-31"}, "then_last_day", "window"),
        ({"then_last_day": ""}, "then_last_day", "Give the last day that counts: a rule needs a deadline."),
        ({"then_last_day": "9999-12-31"}, "then_last_day", "9999-12-31 is out of range; use a year from 1900 to 2199."),
        ({"then_kind": ""}, "then_kind", "Say whether it happens or does not."),
        ({"then_types": "", "then_topics": "", "then_actors": ""}, "then_kind", "consequent.occurs.pattern"),
        ({"then_types": "AIDE"}, "then_kind", "'AIDE'"),
        ({"then_codes": "seven"}, "then_kind", "'seven'"),
        ({"then_actors": "ATLANTIS"}, "then_kind", "ATLANTIS"),
        ({"then_attributes": "direction ease"}, "then_attributes", "“direction ease” is no attribute"),
        ({"then_start": "condition"}, "then_start", "It cannot count from the condition: there is none below."),
        ({"if_types": "AGREE"}, "if_kind", "Say whether it happens or does not."),
        ({"rule": json.dumps(rule_that_it_occurs())}, "rule", "Give the rule either by the fields above or as JSON"),
        ({**NO_FIELDS, "rule": "{"}, "rule", "This is no JSON: "),
        ({**NO_FIELDS, "rule": '{"a": 1, "a": 2}'}, "rule", "the key “a” comes twice in one object"),
        ({**NO_FIELDS, "rule": "[1, 2]"}, "rule", "rule"),
        ({**NO_FIELDS, "rule": '{"rrl": "1", "consequent": NaN}'}, "rule", "consequent: is nan; write a finite number"),
        ({**NO_FIELDS, "rule": nested(20)}, "rule", "deep"),
        ({**NO_FIELDS, "rule": nested(5000)}, "rule", "deep"),
        ({**NO_FIELDS, "rule": "1" * 100_001}, "rule", "The rule has 100001 characters; 100000 at most."),
        (as_json(consequents=[]), "rule", "did you mean 'consequent'?"),
        (as_json(condition={"occurs": {}}), "rule", "condition.occurs.pattern: is missing"),
    ],
)
def test_a_rule_with_a_mistake_is_not_recorded(admin, given, field, message):
    make_world()
    claim = prediction_input(make_article(), topic=make_topic().pk)

    errors = errors_after(admin, add_page("prediction"), {**claim, **given})

    assert field in errors
    assert message in " ".join(errors[field])
    assert not Prediction.objects.exists()
    assert not RuleVersion.objects.exists()


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"occurred_on": ""}, "occurred_on", "This field is required."),
        ({"occurred_on": "2999-01-01"}, "occurred_on", "2999-01-01 00:00 UTC is in the future"),
        ({"occurred_on": "0025-01-01"}, "occurred_on", "The year 25 is before 1900: is a digit missing?"),
        ({"last_day": "2025-02-02"}, "last_day", "It ends on 2025-02-02, before it begins."),
        ({"last_day": "9999-12-31"}, "last_day", "The year 9999 is out of range; is a digit wrong?"),
        ({"last_day": "2025-02-04", "occurred_time": "14:00"}, "last_day", "Give either the minute, or the days"),
        ({"known_at": "2025-02-01"}, "known_at", "2025-02-01 00:00 UTC is before it happened"),
        ({"known_at": "2999-01-01"}, "known_at", "2999-01-01 00:00 UTC is in the future"),
        ({"event_type": "AIDE"}, "event_type", "Select a valid choice. AIDE is not one"),
        ({"action_code": "7"}, "action_code", "“7” is no CAMEO code: two to four digits"),
        ({"actors": "USA, ATLANTIS.GOV"}, "actors", "“ATLANTIS.GOV” is no recorded entity, nor below one."),
        ({"attributes": "size"}, "attributes", "“size” is no attribute: write one “name = value” a line."),
        ({"evidence_urls": ""}, "evidence_urls", "An event needs at least one report: an address, or a citation."),
        ({"evidence_urls": "javascript:alert(1)"}, "evidence_urls", "“javascript:alert(1)” is no web address"),
    ],
)
def test_an_event_with_a_mistake_is_not_recorded(admin, given, field, message):
    make_world()

    errors = errors_after(admin, add_page("event"), event_input(make_source(), **given))

    assert list(errors) == [field]
    assert message in errors[field][0]
    assert not EventVersion.objects.exists()
    assert not Evidence.objects.exists()


def test_an_event_told_twice_leads_to_the_first(admin):
    make_world()
    source = make_source()
    assert errors_after(admin, add_page("event"), event_input(source)) == {}

    errors = errors_after(admin, add_page("event"), event_input(source))

    event = Event.objects.get()
    assert errors["title"][0] == (
        f'This event is recorded already. <a href="/admin/forecasts/event/{event.pk}/change/">Look at it</a>.'
    )


def test_a_claim_told_twice_leads_to_the_first(admin):
    make_world()
    given = prediction_input(make_article(), topic=make_topic().pk)
    assert errors_after(admin, add_page("prediction"), given) == {}

    errors = errors_after(admin, add_page("prediction"), {**given, "probability": "0.9"})

    assert f"/admin/forecasts/prediction/{Prediction.objects.get().pk}/change/" in errors["statement"][0]
    assert Forecast.objects.count() == 1


def test_an_article_of_the_future_is_not_recorded(admin):
    author = make_article().authors.get()
    given = {
        "title": "Not yet", "canonical_url": "https://example.org/later", "outlet": author.name, "authors": author.name,
        "published_on": "2999-01-01",
    }  # fmt: skip

    errors = errors_after(admin, add_page("article"), given)

    assert "2999-01-01 00:00 UTC is in the future" in errors["published_on"][0]
    assert Article.objects.count() == 1


def test_hostile_text_is_shown_as_text(admin):
    make_world()
    given = event_input(make_source(), title="<script>alert(1)</script>", actors="<b>")

    page = admin.post(add_page("event"), given)

    assert "<script>alert(1)" not in page.text
    assert "“&lt;b&gt;” is no recorded entity" in page.text
