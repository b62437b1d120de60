"""Recording through the API: what it keeps, and what it does when told twice."""

from unittest.mock import Mock

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from forecasts.models import Article, Event, EventVersion, Forecast, Prediction, Resolution, RuleVersion, Topic
from forecasts.services.forecasts import record_lexicon
from forecasts.services.settlement import settle_prediction
from tests.builders import (
    NOW,
    PUBLISHED,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_topic,
    make_world,
    rule_that_it_occurs,
)

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ARTICLE = {
    "title": "After the vote",
    "canonical_url": "https://example.org/vote",
    "outlet": "the-example",
    "authors": ["ada-byron"],
    "published_at": "2025-01-06T10:00:00+01:00",
}
EVENT = {
    "source": "wire",
    "title": "The United States sends military aid",
    "event_type": "AID",
    "occurred_on": "2025-02-03",
    "known_at": "2025-02-04T08:00:00Z",
    "topics": ["aid/military"],
    "actors": ["USA.GOV"],
    "evidence": [{"url": "https://news.example/1"}],
}


def claim(**fields) -> dict:
    make_world()
    given = {
        "holder": make_forecaster().slug,
        "topic": make_topic().path,
        "article": str(make_article().pk),
        "title": "Aid is sent by March",
        "statement": "Aid is sent before 1 March 2025.",
        "outcome": "aid is sent",
        "quote": "The ban is likely to fall by March.",
        "wording": {"probability": "0.7"},
        "rules": [{"rule": rule_that_it_occurs()}],
    }
    return {**given, **fields}


def test_an_article_is_recorded_in_utc(logger):
    make_forecaster("the-example")

    answer = logger.post("articles/", ARTICLE)

    assert answer.status_code == 201, answer.content
    assert answer.json()["published_at"] == "2025-01-06T09:00:00Z"
    assert answer.json()["authors"] == [{"slug": "ada-byron", "name": "Ada Byron"}]
    assert logger.get(answer.headers["Location"].split("/api/v1/")[1]).json() == answer.json()


def test_an_article_told_twice_is_refused_with_where_it_is(logger):
    make_forecaster("the-example")
    first = logger.post("articles/", ARTICLE)

    again = logger.post("articles/", ARTICLE | {"title": "Another title"})

    assert again.status_code == 409
    assert again.headers["Location"] == first.headers["Location"]
    assert first.json()["id"] in errors_of(again)["canonical_url"]
    assert Article.objects.get().title == "After the vote"


def test_forecasters_and_topics_are_recorded_once(logger):
    assert logger.post("forecasters/", {"slug": "bob", "name": "Bob"}).status_code == 201
    assert logger.post("forecasters/", {"slug": "bob", "name": "Robert"}).status_code == 409
    assert logger.post("topics/", {"path": "aid/humanitarian"}).status_code == 201
    assert logger.post("topics/", {"path": "aid/humanitarian"}).status_code == 409
    assert set(Topic.objects.values_list("path", flat=True)) == {"aid", "aid/humanitarian"}


def test_a_prediction_is_logged_whole(logger, account):
    answer = logger.post("predictions/", claim(condition="If the vote passes,"))

    assert answer.status_code == 201, answer.content
    prediction = Prediction.objects.get()
    assert prediction.recorded_by == account
    assert prediction.issued_at == PUBLISHED
    assert answer.json()["is_conditional"] is True
    assert str(Forecast.objects.get(prediction=answer.json()["id"]).probability) == "0.7000"
    assert answer.json()["rules"][0]["name"] == "central"
    assert logger.get(f"rules/{answer.json()['rules'][0]['id']}/").json()["rule"] == rule_that_it_occurs()


@pytest.mark.parametrize(
    ("wording", "probability"),
    [
        ({"probability": 0.7}, "0.7000"),
        ({"probability": 0}, "0.0000"),
        ({"probability": 1}, "1.0000"),
        ({"probability": "0.1234"}, "0.1234"),
        ({"phrase": "likely"}, "0.7500"),
        ({"phrase": "Likely", "lexicon": "default_v1"}, "0.7500"),
        ({"phrase": "a strong chance", "probability": "0.8", "basis": "The editor's reading."}, "0.8000"),
        ({"probability": "0.7", "low": "0.6", "high": "0.8"}, "0.7000"),
    ],
)
def test_a_wording_becomes_a_probability(wording, probability, logger):
    rows = [{"phrase": "likely", "low": "0.6", "point": "0.75", "high": "0.9", "source": "A survey."}]
    record_lexicon(code="default_v1", title="Default", source="Editors", rows=rows, now=NOW)

    answer = logger.post("predictions/", claim(wording=wording))

    assert answer.status_code == 201, answer.content
    assert str(Forecast.objects.get(prediction=answer.json()["id"]).probability) == probability


def test_a_prediction_told_twice_adds_nothing_of_the_second_telling(logger):
    first = logger.post("predictions/", claim())

    again = logger.post("predictions/", claim(rules=[{"rule": rule_that_it_occurs(end="2025-04-01T00:00:00Z")}]))

    assert again.status_code == 409
    assert again.headers["Location"] == first.headers["Location"]
    assert RuleVersion.objects.count() == 1


def test_another_rule_is_the_next_version(logger):
    prediction = make_prediction(now=timezone.now())
    body = {"prediction": str(prediction.pk), "rule": rule_that_it_occurs(end="2025-04-01T00:00:00Z")}

    answer = logger.post("rules/", body)

    assert answer.status_code == 201, answer.content
    assert answer.json()["version"] == 2
    assert logger.post("rules/", body).status_code == 409


@pytest.mark.parametrize(
    ("when", "interval", "precision"),
    [
        ({"occurred_on": "2025-02-03"}, ("2025-02-03T00:00:00Z", "2025-02-04T00:00:00Z"), "DAY"),
        ({"occurred_at": "2025-02-03T09:30:00+01:00"}, ("2025-02-03T08:30:00Z", "2025-02-03T08:30:00Z"), "INSTANT"),
        (
            {"occurred_from": "2025-02-01T00:00:00Z", "occurred_until": "2025-02-04T00:00:00Z"},
            ("2025-02-01T00:00:00Z", "2025-02-04T00:00:00Z"),
            "RANGE",
        ),
    ],
)
def test_an_event_is_dated_in_one_of_three_ways(when, interval, precision, ingester):
    undated = {name: value for name, value in EVENT.items() if name != "occurred_on"}

    answer = ingester.post("events/", undated | when)

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["occurred_from"], told["occurred_until"], told["precision"]) == (*interval, precision)
    assert told["tier"] == "A"


def test_an_event_makes_what_it_concerns_due(ingester):
    prediction = make_prediction()
    Prediction.objects.filter(pk=prediction.pk).update(next_check_at=None)

    ingester.post("events/", EVENT)

    prediction.refresh_from_db()
    assert prediction.next_check_at is not None


@pytest.mark.parametrize("broker", [None, OperationalError("Connection refused")], ids=["up", "down"])
def test_a_sweep_is_asked_for_once_the_event_is_committed(
    broker, ingester, monkeypatch, django_capture_on_commit_callbacks
):
    asked = Mock(side_effect=broker)
    monkeypatch.setattr("forecasts.tasks.sweep.apply_async", asked)

    with django_capture_on_commit_callbacks(execute=True):
        answer = ingester.post("events/", EVENT)
        assert not asked.called

    assert answer.status_code == 201
    assert asked.call_count == 1


def test_what_is_refused_asks_for_no_sweep(ingester, django_capture_on_commit_callbacks):
    ingester.post("events/", EVENT)

    with django_capture_on_commit_callbacks() as callbacks:
        ingester.post("events/", EVENT)
        ingester.post("events/", EVENT | {"title": ""})

    assert callbacks == []


def test_an_event_told_twice_is_refused_with_where_it_is(ingester):
    first = ingester.post("events/", EVENT)

    again = ingester.post("events/", EVENT)

    assert again.status_code == 409
    assert first.json()["id"] in errors_of(again)["external_id"]
    assert Event.objects.count() == 1


def test_an_id_of_another_event_is_refused(ingester):
    ingester.post("events/", EVENT | {"external_id": "E1"})

    again = ingester.post("events/", EVENT | {"external_id": "E1", "title": "Something else"})

    assert again.status_code == 400
    assert "recorded with other content" in errors_of(again)["external_id"]


def test_an_event_is_corrected_and_retracted_by_new_versions(ingester):
    event = ingester.post("events/", EVENT).json()["id"]
    content = {name: value for name, value in EVENT.items() if name not in ("source", "evidence", "known_at")}

    correction = ingester.post(
        f"events/{event}/corrections/", content | {"title": "Aid is sent", "reason": "A clearer title."}
    )
    same = ingester.post(f"events/{event}/corrections/", content | {"title": "Aid is sent", "reason": "Once more."})
    retraction = ingester.post(f"events/{event}/retraction/", {"reason": "The report was wrong."})

    assert correction.json()["version"] == 2, correction.content
    assert same.status_code == 409
    assert (retraction.json()["version"], retraction.json()["status"]) == (3, "RETRACTED")
    assert [version["version"] for version in retraction.json()["versions"]] == [1, 2, 3]


def test_another_report_is_added_once(ingester):
    event = ingester.post("events/", EVENT).json()["id"]
    report = {"url": "https://other.example/2"}

    assert ingester.post(f"events/{event}/evidence/", report).json()["owner"] == "other.example"
    assert ingester.post(f"events/{event}/evidence/", report).status_code == 409
    assert len(ingester.get(f"events/{event}/").json()["evidence"]) == 2


def test_a_value_of_a_series_is_recorded_once_for_a_release(ingester):
    body = {
        "source": "wire",
        "series": "EIA:brent",
        "valid_on": "2025-01-15",
        "value": "83.48",
        "unit": "USD",
        "released_at": "2025-01-25T00:00:00Z",
    }

    assert ingester.post("observations/", body).json()["value"] == "83.48000000"
    assert ingester.post("observations/", body).status_code == 409
    assert "was released with 83.48" in errors_of(ingester.post("observations/", body | {"value": "84"}))["value"]


def test_coverage_moves_the_source_on(ingester):
    body = {"complete_to": "2025-05-01T00:00:00Z"}

    assert ingester.post("sources/wire/coverage/", body).status_code == 201
    assert ingester.get("sources/wire/").json()["complete_to"] == "2025-05-01T00:00:00Z"
    assert ingester.post("sources/wire/coverage/", body).status_code == 409


def test_a_forecaster_forecasts_now_and_withdraws(program_with):
    prediction, ada = make_prediction(), program_with("forecast:write")
    body = {"prediction": str(prediction.pk), "forecaster": "ada-byron", "wording": {"probability": "0.4"}}

    forecast = ada.post("forecasts/", body)
    withdrawal = ada.post("forecasts/", body | {"wording": None})

    assert forecast.status_code == withdrawal.status_code == 201
    assert withdrawal.json()["probability"] is None
    assert Forecast.objects.count() == 3


def test_only_an_administrator_dates_a_forecast(program_with, administrator):
    prediction, ada = make_prediction(), program_with("forecast:write")
    body = {
        "prediction": str(prediction.pk),
        "forecaster": "ada-byron",
        "wording": {"probability": "0.4"},
        "made_at": "2025-01-08T00:00:00Z",
    }

    assert "only the scope admin" in errors_of(ada.post("forecasts/", body))["made_at"]
    assert administrator.post("forecasts/", body).json()["made_at"] == "2025-01-08T00:00:00Z"


def test_a_person_replaces_a_verdict(resolver, account):
    prediction = make_prediction()
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    answer = resolver.post(
        f"predictions/{prediction.pk}/verdicts/",
        {"verdict": "NO", "reason": "The shipment turned back.", "expected_number": 1},
    )

    assert answer.status_code == 201, answer.content
    assert (answer.json()["number"], answer.json()["state"], answer.json()["decided_by"]) == (2, "FINAL", "PERSON")
    assert Resolution.objects.current().get().actor == account


def test_a_tie_is_recorded_with_its_share(resolver):
    prediction = make_prediction(rules=[])
    body = {"verdict": "PARTLY", "share": "0.5", "reason": "It ended 20 to 20."}

    answer = resolver.post(f"predictions/{prediction.pk}/verdicts/", body)

    assert answer.status_code == 201, answer.content
    assert (answer.json()["verdict"], answer.json()["share"]) == ("PARTLY", "0.5000")
    assert {row["outcome"] for row in resolver.get("scores/").json()["results"]} == {"0.5000"}
    (call,) = resolver.get("accuracy/?include=calls").json()["included"]["calls"]
    assert (call["outcome"], call["terms"]["BRIER"]) == (0.5, 0.29)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"verdict": "PARTLY", "reason": "It ended 20 to 20."}, "share", "Say how much came true"),
        ({"verdict": "PARTLY", "share": True, "reason": "It ended 20 to 20."}, "share", "is no probability"),
        ({"verdict": "MAYBE", "reason": "Nobody can tell."}, "verdict", "YES, NO, PARTLY, ANNULLED, AMBIGUOUS"),
        ({"verdict": "YES", "reason": "short"}, "reason", "at least 10 characters"),
        ({"verdict": "YES", "reason": "It was so.", "known_at": "2100-01-01T00:00:00Z"}, "known_at", "in the future"),
        (
            {"verdict": "YES", "reason": "It was so.", "evidence_url": "javascript:alert(1)"},
            "evidence_url",
            "no web address",
        ),
        ({"verdict": "YES", "reason": "It was so.", "state": "FINAL"}, "state", "no field “state”"),
    ],
)
def test_a_verdict_that_cannot_stand_is_refused(body, field, message, resolver):
    prediction = make_prediction()

    answer = resolver.post(f"predictions/{prediction.pk}/verdicts/", body)

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]
    assert not Resolution.objects.exists()


def test_a_verdict_on_a_record_that_moved_on_is_a_conflict(resolver):
    prediction = make_prediction()
    body = {"verdict": "YES", "reason": "It was so.", "expected_number": 3}

    answer = resolver.post(f"predictions/{prediction.pk}/verdicts/", body)

    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/problems/changed/")
    assert "record changed since" in errors_of(answer)["verdict"]
    assert not Resolution.objects.exists()


def test_nobody_resolves_their_own_prediction(resolver, account):
    prediction = make_prediction()
    prediction.holder.account = account
    prediction.holder.save()

    answer = resolver.post(
        f"predictions/{prediction.pk}/verdicts/", {"verdict": "YES", "reason": "I was right, of course."}
    )

    assert "Nobody resolves their own prediction" in errors_of(answer)["verdict"]
    assert EventVersion.objects.count() == Resolution.objects.count() == 0


def test_a_verdict_is_disputed_with_a_reason(resolver):
    prediction = make_prediction()
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    disputed = resolver.post(f"predictions/{prediction.pk}/disputes/", {"reason": "The shipment turned back."})
    again = resolver.post(f"predictions/{prediction.pk}/disputes/", {"reason": "The shipment turned back."})

    assert (disputed.status_code, disputed.json()["state"], disputed.json()["verdict"]) == (201, "DISPUTED", "YES")
    assert (again.status_code, again.json()["errors"][0]["field"]) == (400, "reason")
    assert "It is disputed already" in again.json()["errors"][0]["message"]


def test_a_rule_is_tried_out_clause_by_clause_and_not_recorded(logger):
    make_event()
    make_topic()
    body = {"rule": rule_that_it_occurs(), "publication": "2025-01-06T00:00:00Z"}

    answer = logger.post("rules/check/", body)

    (clause,) = answer.json()["clauses"]
    assert (answer.status_code, answer.json()["status"]) == (200, "YES")
    assert [event["title"] for event in clause["decisive"]] == ["The United States sends military aid"]
    assert not RuleVersion.objects.exists()


def test_criteria_are_not_changed_by_a_token_that_may_not_resolve_once_facts_are_known(logger):
    prediction = make_prediction()
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    body = {"prediction": str(prediction.pk), "rule": rule_that_it_occurs(end="2025-04-01T00:00:00Z")}

    answer = logger.post("rules/", body | {"description": "The deadline was misread."})

    assert answer.status_code == 400
    assert "only somebody who may resolve predictions" in errors_of(answer)["rule"]
    assert prediction.rules.count() == 1


@pytest.mark.parametrize(
    ("scopes", "description", "field"),
    [
        (["prediction:write", "resolve"], "The deadline was misread.", ""),
        (["prediction:write", "resolve"], "", "description"),
        (["prediction:write", "resolve", "forecast:write"], "The deadline was misread.", "rule"),
    ],
)
def test_known_criteria_change_by_a_resolver_with_a_reason_and_without_a_stake(
    program_with, scopes, description, field
):
    prediction = make_prediction()
    make_event()
    body = {"prediction": str(prediction.pk), "rule": rule_that_it_occurs(end="2025-04-01T00:00:00Z")}

    answer = program_with(*scopes).post("rules/", body | {"description": description})

    assert answer.status_code == (400 if field else 201), answer.content
    assert field in errors_of(answer) if field else answer.json()["version"] == 2


def test_a_rule_that_cannot_be_tried_is_refused(logger):
    make_world()
    make_topic()
    body = {"rule": rule_that_it_occurs(end="2025-01-01T00:00:00Z"), "publication": "2025-01-06T00:00:00Z"}

    answer = logger.post("rules/check/", body)

    assert answer.status_code == 400
    assert "ends before it begins" in errors_of(answer)["rule"]


def test_words_propose_the_deadline_that_a_rule_leaves_out(logger):
    rule = rule_that_it_occurs()
    del rule["consequent"]["occurs"]["window"]["end"]
    given = claim(rules=[{"rule": rule}], deadline_basis="IMPLIED", deadline_words="Soon")

    answer = logger.post("predictions/", given)

    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["deadline_words"], told["deadline_policy"]) == ("soon", "deadlines-1")
    assert sorted(one["variant"] for one in told["rules"]) == ["CENTRAL", "EARLY", "LATE"]
    central = RuleVersion.objects.get(variant="CENTRAL")
    assert central.rule["consequent"]["occurs"]["window"]["end"] == "2025-04-07T00:00:00Z"


def test_words_that_no_table_knows_are_refused_with_those_near_them(logger):
    answer = logger.post("predictions/", claim(deadline_basis="IMPLIED", deadline_words="sooon"))

    assert answer.status_code == 400
    assert errors_of(answer)["deadline_words"] == "deadlines-1 says nothing of “sooon”. Near it: soon."
