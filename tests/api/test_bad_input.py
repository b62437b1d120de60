"""Input that must be refused beside the field that is wrong, with nothing stored."""

import base64
import json

import pytest
from django.apps import apps
from django.db import IntegrityError

from forecasts.models import Prediction
from forecasts.services.forecasts import record_lexicon
from tests.builders import (
    NOW,
    make_article,
    make_forecaster,
    make_prediction,
    make_source,
    make_topic,
    make_world,
    rule_that_it_occurs,
)

from .conftest import errors_of
from .test_recording import ARTICLE, EVENT, claim

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def n_rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in apps.get_app_config("forecasts").get_models()}


def refused(program, path: str, body: object) -> dict[str, str]:
    """The messages of an answer that must be 400 and must have stored nothing."""
    before = n_rows()
    answer = program.post(path, body)
    assert answer.status_code == 400, answer.content
    assert n_rows() == before
    return errors_of(answer)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.2", "lies outside 0 to 1"),
        ('"1.2"', "lies outside 0 to 1"),
        ("70", "Percentages are divided by 100"),
        ("-0.1", "lies outside 0 to 1"),
        ("NaN", "not finite"),
        ("Infinity", "not finite"),
        ("-Infinity", "not finite"),
        ('"NaN"', "not finite"),
        ('"70%"', "is a percentage"),
        ("true", "no probability"),
        ('"١"', "no probability"),
        ('"1_0e-1"', "no probability"),
        ("1e400", "not finite"),
        ('"1e-400"', "finer than four decimals"),
        ("0.12345", "finer than four decimals"),
        ("[0.7]", "no probability"),
        ('"0.' + "7" * 100_000 + '"', "no probability"),
        ('{"value": 0.7}', "no probability"),
        ("null", "Give a probability, or the words"),
        ('""', "Give a probability, or the words"),
    ],
)
def test_what_is_no_probability_is_refused(text, message, logger):
    body = claim(wording={"probability": "HERE"})

    errors = refused(logger, "predictions/", json.dumps(body).replace('"HERE"', text))

    assert message in errors["wording.probability"]


@pytest.mark.parametrize(
    ("wording", "field", "message"),
    [
        ({"phrase": "a fair wind"}, "wording.phrase", "lacks “a fair wind”. Or give a number"),
        ({"phrase": "likely", "lexicon": "kant"}, "wording.lexicon", "There is no lexicon “kant”. Known: default_v1"),
        ({"phrase": "likely", "probability": "0.7"}, "wording.basis", "Say how “likely” was read"),
        ({"probability": "0.7", "low": "0.8", "high": "0.9"}, "wording.low", "does not hold the probability"),
        ({"probability": "0.7", "low": "0.6"}, "wording.high", "Give both ends"),
        ({"probability": "0.7", "low": "1.6", "high": "2"}, "wording.low", "lies outside 0 to 1"),
        ({"probability": "0.7", "odds": "7:3"}, "wording.odds", "There is no field “odds” here. Known: probability"),
        ("likely", "wording", "Expected a dictionary"),
    ],
)
def test_words_that_say_no_probability_are_refused(wording, field, message, logger):
    rows = [{"phrase": "likely", "low": "0.6", "point": "0.75", "high": "0.9", "source": "A survey."}]
    record_lexicon(code="default_v1", title="Default", source="Editors", rows=rows, now=NOW)

    assert message in refused(logger, "predictions/", claim(wording=wording))[field]


WINDOW = {"start": {"anchor": "publication"}, "end": "2025-03-01T00:00:00Z"}
PATTERN = {"type": ["AID"], "actor": ["USA.GOV"]}


def occurs(*, pattern: object = None, window: object = None, **more) -> dict:
    clause = {"pattern": PATTERN if pattern is None else pattern, "window": WINDOW if window is None else window}
    return {"rrl": "1", "consequent": {"occurs": clause | more}}


def nested(depth: int) -> dict:
    formula: dict = occurs()["consequent"]
    for _ in range(depth):
        formula = {"not": formula}
    return {"rrl": "1", "consequent": formula}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (occurs(window={"start": "2025-03-01T00:00:00Z", "end": "2025-02-01T00:00:00Z"}), "window"),
        (occurs(window={"start": {"anchor": "publication"}}), "end: is missing"),
        (
            occurs(window={"start": {"anchor": "calendar:us.election.1848"}, "end": "2025-02-01T00:00:00Z"}),
            "us.election.1848",
        ),
        (occurs(patern={}), "patern: is not known here"),
        (occurs(pattern={"type": ["AID"], "regex": "(a+)+$"}), "regex: is not known here"),
        (occurs(pattern={}), "pattern"),
        (occurs(pattern={"actor": ["USA.GOV"]}), "pattern"),
        ({"rrl": "1"}, "consequent: is missing"),
        ({}, "is missing"),
        (nested(9), "deep"),
    ],
)
def test_a_rule_that_cannot_decide_is_refused(rule, message, logger):
    errors = refused(logger, "predictions/", claim(rules=[{"rule": rule}]))

    assert message in errors["rules.0.rule"]


def test_a_bad_rule_among_several_is_named_by_its_place(logger):
    good, bad = {"rule": rule_that_it_occurs()}, {"rule": {"rrl": "1"}, "variant": "STRICT"}

    errors = refused(logger, "predictions/", claim(rules=[good, bad]))

    assert list(errors) == ["rules.1.rule"]
    assert not Prediction.objects.exists()


def test_a_rule_for_a_recorded_prediction_is_checked_too(logger):
    prediction = make_prediction()

    errors = refused(logger, "rules/", {"prediction": str(prediction.pk), "rule": {"rrl": "1"}})

    assert "consequent: is missing" in errors["rule"]


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"holder": "ada-biron"}, "holder", "There is no forecaster “ada-biron”. Near it: ada-byron."),
        ({"holder": 7}, "holder", "There is no forecaster “7”"),
        ({"topic": "aid/militery"}, "topic", "There is no topic “aid/militery”. Near it: aid/military"),
        ({"article": "00000000-0000-4000-8000-000000000000"}, "article", "There is no article"),
        ({"article": "the first"}, "article", "valid UUID"),
        ({"quote": "The ban will surely fall."}, "quote", "is not in the article's text"),
        ({"statement": " "}, "statement", "may not be blank"),
        ({"title": "x" * 301}, "title", "300 characters"),
        ({"title": "NUL \0 inside"}, "title", "NUL"),
        ({"title": "half \ud800 a pair"}, "title", "surrogate"),
        ({"attribution": "author"}, "attribution", "“author” is not among the choices: AUTHOR, REPORTED"),
        ({"issued_at": "2025-01-06T10:00:00"}, "issued_at", "no time with an offset"),
        ({"issued_at": "2100-01-06T10:00:00Z"}, "issued_at", "in the future"),
        ({"verdict": "YES"}, "verdict", "There is no field “verdict” here"),
        ({"status": "FINAL", "id": "7", "recorded_at": "2020-01-01T00:00:00Z"}, "recorded_at", "There is no field"),
        (
            {"rules": [{"rule": rule_that_it_occurs(), "variant": "STRICT", "name": "central"}]},
            "rules.0.name",
            "does not go with",
        ),
        ({"rules": [{"rule": "occurs"}]}, "rules.0.rule", "Expected a dictionary"),
        ({"rules": [{"rule": {}}] * 21}, "rules", "no more than 20"),
        ({"rules": [{"rule": rule_that_it_occurs(), "sha256": "0"}]}, "rules.0.sha256", "There is no field"),
    ],
)
def test_a_claim_that_cannot_be_logged_is_refused(fields, field, message, logger):
    assert message in refused(logger, "predictions/", claim(**fields))[field]


@pytest.mark.parametrize(
    ("when", "field", "message"),
    [
        ({}, "occurred_on", "Say when it occurred"),
        (
            {"occurred_on": "2025-02-03", "occurred_at": "2025-02-03T00:00:00Z"},
            "occurred_on",
            "not occurred_on and occurred_at",
        ),
        ({"occurred_from": "2025-02-03T00:00:00Z"}, "occurred_from", "Give occurred_on, or"),
        (
            {"occurred_from": "2025-02-03T00:00:00Z", "occurred_until": "2025-02-01T00:00:00Z"},
            "occurred_until",
            "before it begins",
        ),
        ({"occurred_on": "2100-02-03", "known_at": "2100-02-03T00:00:00Z"}, "occurred_from", "in the future"),
        ({"occurred_on": "2025-02-30"}, "occurred_on", "“2025-02-30” is no day of the calendar"),
        ({"occurred_on": "2025-W53-1"}, "occurred_on", "is no date"),
        ({"occurred_on": "20250203"}, "occurred_on", "is no date"),
        ({"occurred_on": "0001-01-01"}, "occurred_on", "outside the years 1800 to 2200"),
        ({"occurred_on": "1850-01-01"}, "occurred_from", "before 1900"),
        ({"occurred_at": "2026-03-08T02:30"}, "occurred_at", "no time with an offset"),
        ({"occurred_at": "2025-02-03"}, "occurred_at", "no time with an offset"),
        ({"occurred_at": 1738540800}, "occurred_at", "no time with an offset"),
        ({"occurred_at": "2025-02-29T00:00:00Z"}, "occurred_at", "no time of the calendar"),
        ({"occurred_at": "2025-02-03T24:00:00Z"}, "occurred_at", "no time of the calendar"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at", "no time of the calendar"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at", "no time of the calendar"),
        ({"occurred_at": "9999-01-01T00:00:00Z"}, "occurred_at", "outside the years 1800 to 2200"),
    ],
)
def test_an_event_without_a_possible_date_is_refused(when, field, message, ingester):
    undated = {name: value for name, value in EVENT.items() if not name.startswith("occurred")}

    assert message in refused(ingester, "events/", undated | when)[field]


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"known_at": "2025-02-01T00:00:00Z"}, "known_at", "before it happened"),
        ({"known_at": "2100-02-01T00:00:00Z"}, "known_at", "in the future"),
        ({"event_type": "GIFT"}, "event_type", "“GIFT” is no event type"),
        ({"action_code": "7a"}, "action_code", "no CAMEO code"),
        ({"actors": ["UAS.GOV"]}, "actors", "“UAS.GOV” is no recorded entity"),
        ({"actors": "USA.GOV"}, "actors", "Expected a list"),
        ({"evidence": []}, "evidence", "at least one report"),
        ({"evidence": [{"url": "ftp://example.org/1"}]}, "evidence.0.url", "no web address"),
        ({"evidence": [{"url": "javascript:alert(1)"}]}, "evidence.0.url", "no web address"),
        ({"evidence": [{"owner": "somebody"}]}, "evidence.0", "an address or a citation"),
        ({"tier": "A"}, "tier", "There is no field “tier” here"),
        ({"source": "wyre"}, "source", "There is no source “wyre”. Near it: wire."),
        ({"attributes": [1]}, "attributes", "Expected a dictionary"),
        ({"attributes": {"usd": 10**19}}, "attributes.usd", "too large"),
    ],
)
def test_an_event_that_cannot_be_is_refused(fields, field, message, ingester):
    assert message in refused(ingester, "events/", EVENT | fields)[field]


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"published_at": "2100-01-01T00:00:00Z"}, "published_at", "in the future"),
        ({"authors": []}, "authors", "at least 1 element"),
        ({"authors": ["nobody"]}, "authors.0", "There is no forecaster “nobody”"),
        ({"canonical_url": "http://"}, "canonical_url", "no web address"),
        ({"canonical_url": "http://[::1"}, "canonical_url", "no web address"),
        ({"text_sha256": "abc"}, "text_sha256", "required pattern"),
        ({"supersedes": None}, "supersedes", "There is no field"),
    ],
)
def test_an_article_that_cannot_be_is_refused(fields, field, message, logger):
    make_forecaster("the-example")

    assert message in refused(logger, "articles/", ARTICLE | fields)[field]


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("", "slug", "is required"),
        ("{", "", "not JSON"),
        ("{'slug': 'bob'}", "", "not JSON"),
        (b'{"slug": "\xff"}', "", "not UTF-8"),
        ('\ufeff{"slug": "bob"}', "", "not JSON"),
        (DEEP, "", "nested more than 32 levels"),
        ('{"slug": ' + "[" * 40 + "]" * 40 + "}", "slug", "nested more than 32 levels"),
        ('{"slug": "bob", "slug": "eve", "name": "Bob"}', "slug", "given twice"),
        ('{"slug": "bob", "name": "NUL \\u0000"}', "name", "NUL"),
        ('{"slug": "bob", "name": "half \\ud800"}', "name", "surrogate"),
        ('{"slug": "bob", "na\\u0000me": "Bob"}', "", "NUL"),
        ('{"slug": ' + "9" * 5000 + "}", "", "not JSON"),
        ('{"slug": NaN}', "slug", "not finite"),
        ("[]", "", "Expected a dictionary"),
        ("null", "", "No data provided"),
        ('"bob"', "", "Expected a dictionary"),
    ],
)
def test_a_body_that_readers_could_disagree_about_is_refused(text, field, message, logger):
    before = n_rows()

    answer = logger.post("forecasters/", text)

    assert answer.status_code == 400, answer.content
    assert n_rows() == before
    said = errors_of(answer)
    assert message in (said[field] if said else answer.json()["detail"])


def test_a_body_that_is_too_large_is_refused(logger):
    answer = logger.post("forecasters/", '{"slug": "' + "x" * 3_000_000 + '"}')

    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body has more than 2500000 bytes."


def test_only_json_is_read(logger):
    answer = logger.client.post("/api/v1/forecasters/", {"slug": "bob", "name": "Bob"})

    assert answer.status_code == 415
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == (
        "A body of the type “multipart/form-data; boundary=BoUnDaRyStRiNg” is not read here. Send application/json, and name it in "
        "Content-Type."
    )


def test_every_fault_is_told_at_once_with_the_value(logger):
    answer = logger.post("forecasters/", {"name": "", "kind": "GHOST", "colour": "red"})

    told = {error["field"]: error.get("value") for error in answer.json()["errors"]}
    assert told == {"slug": None, "name": "", "kind": "GHOST", "colour": "red"}


def test_a_race_is_a_conflict(logger, monkeypatch):
    def lose(**_):
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr("forecasts.api.views.articles.record_article", lose)
    make_forecaster("the-example")

    answer = logger.post("articles/", ARTICLE)

    assert answer.status_code == 409
    assert "at the same moment" in answer.json()["detail"]


def test_the_builders_of_these_tests_make_input_that_is_accepted(logger, ingester):
    make_world(), make_topic(), make_article(), make_source()

    assert logger.post("predictions/", claim()).status_code == 201
    assert ingester.post("events/", EVENT).status_code == 201


@pytest.mark.parametrize(
    "position", [["9999-12-31T23:59:59-23:59", 1], ["2020-01-01", 1], ["0001-01-01T00:00:00+23:59", 1], ["\ud800", 1]]
)
def test_a_cursor_made_up_is_refused(reader, position):
    cursor = base64.urlsafe_b64encode(json.dumps(position).encode()).decode()

    for address in ("predictions/", "events/", "resolutions/"):
        assert reader.get(f"{address}?cursor={cursor}").status_code == 400


def test_a_place_in_a_list_that_is_no_place_is_no_server_error(logger):
    assert logger.post("predictions/", {"rules": [1], "rules.\u00b2": 1}).status_code == 400


@pytest.mark.parametrize("body", ["{", '{"slug": "bob", "slug": "eve"}', b"\xff"])
def test_a_wrong_parameter_is_told_whatever_the_body_holds(body, logger):
    assert "no parameter" in refused(logger, "forecasters/?colour=red", body)["colour"]


def test_a_wrong_parameter_is_told_whatever_the_type_of_the_body(logger):
    answer = logger.client.post("/api/v1/forecasters/?colour=red", {"slug": "bob"})

    assert answer.status_code == 400
    assert "no parameter" in errors_of(answer)["colour"]
