"""Sources, entities, milestones, corrections of articles, disputes and histories: written and read by programs."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.api.cursors import write_cursor
from forecasts.models import ApiToken, Article, EntityMembership, Milestone, Resolution, Source
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.settlement import settle_prediction
from tests.builders import (
    NOW,
    answered,
    cover,
    judged_prediction,
    make_article,
    make_event,
    make_prediction,
    make_world,
)

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SOURCE = {"slug": "agency", "name": "Agency", "tier": "C", "settlement_lag_seconds": 86_400}
MILESTONE = {"key": "us.election.2028", "label": "Election", "occurs_at": "2028-11-07T00:00:00Z"}
ARTICLE = {
    "title": "What comes after the vote",
    "canonical_url": "https://example.org/after-the-vote",
    "outlet": "the-example",
    "authors": ["ada-byron"],
    "published_at": "2025-01-07T00:00:00Z",
    "text": "The ban is likely to fall.",
}


def test_a_source_is_recorded_once(administrator):
    first, again = administrator.post("sources/", SOURCE), administrator.post("sources/", SOURCE)

    assert (first.status_code, again.status_code) == (201, 409)
    assert first.json()["settlement_lag_seconds"] == 86_400
    assert Source.objects.get(slug="agency").tier == "C"
    assert administrator.get("sources/agency/").json()["tier"] == "C"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Bad Slug"}, "slug"),
        ({"tier": "E"}, "tier"),
        ({"settlement_lag_seconds": -1}, "settlement_lag_seconds"),
        ({"x": 1}, "x"),
    ],
)
def test_a_malformed_source_is_refused(change, field, administrator):
    assert field in errors_of(administrator.post("sources/", SOURCE | change))


def test_an_entity_belongs_to_another_between_two_dates(administrator):
    make_world()
    administrator.post("entities/", {"path": "person.byron", "label": "Ada Byron", "wikidata": "Q7259"})
    stay = {"group": "USA.GOV", "starts_at": "2025-01-20T17:00:00Z"}

    first = administrator.post("entities/person.byron/memberships/", stay)
    again = administrator.post("entities/person.byron/memberships/", stay)

    assert (first.status_code, again.status_code) == (201, 409)
    assert first.json()["memberships"] == [{"group": "USA.GOV", "starts_at": "2025-01-20T17:00:00Z", "ends_at": None}]
    assert EntityMembership.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"group": "person.trump"}, "group"),
        ({"group": "nobody"}, "group"),
        ({"group": "person"}, "group"),
        ({"group": "USA", "starts_at": "2025-02-01T00:00:00Z", "ends_at": "2025-01-01T00:00:00Z"}, "ends_at"),
    ],
)
def test_a_membership_that_cannot_be_is_refused(body, field, administrator):
    make_world()

    assert field in errors_of(administrator.post("entities/person.trump/memberships/", body))


def test_another_date_is_the_next_version_of_a_milestone(administrator):
    first = administrator.post("milestones/", MILESTONE)
    same = administrator.post("milestones/", MILESTONE)
    moved = administrator.post("milestones/", MILESTONE | {"occurs_at": "2028-11-08T00:00:00Z"})

    assert [answer.status_code for answer in (first, same, moved)] == [201, 409, 201]
    assert (moved.json()["version"], Milestone.objects.count()) == (2, 2)


def test_a_corrected_article_keeps_its_first_record(logger):
    article = make_article()

    first = logger.post(f"articles/{article.pk}/corrections/", ARTICLE)
    again = logger.post(f"articles/{article.pk}/corrections/", ARTICLE)
    other = logger.post(f"articles/{article.pk}/corrections/", ARTICLE | {"title": "Another"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 409, 400)
    assert first.json()["supersedes"] == str(article.pk)
    assert "It is corrected already" in errors_of(other)[""]
    assert Article.objects.count() == 2
    assert [row["id"] for row in logger.get("search/?q=ban&kind=article").json()["results"]] == [first.json()["id"]]


def test_a_correction_is_checked_like_an_article(logger):
    article = make_article()

    answer = logger.post(f"articles/{article.pk}/corrections/", ARTICLE | {"published_at": "2199-01-01T00:00:00Z"})

    assert "is in the future" in errors_of(answer)["published_at"]


@pytest.fixture
def settled():
    prediction = make_prediction()
    make_event()
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    return prediction


def test_a_dispute_is_a_resource(settled, resolver):
    body = {"prediction": str(settled.pk), "reason": "The shipment turned back."}

    first, again = resolver.post("disputes/", body), resolver.post("disputes/", body)

    assert (first.status_code, first.json()["state"]) == (201, "DISPUTED")
    assert "It is disputed already" in errors_of(again)["reason"]
    (listed,) = resolver.get(f"disputes/?prediction={settled.pk}&current=true").json()["results"]
    assert listed["id"] == first.json()["id"]
    assert resolver.get(f"disputes/{listed['id']}/").status_code == 200


def test_a_verdict_is_withdrawn(settled, resolver):
    answer = resolver.post(f"predictions/{settled.pk}/reopening/", {"reason": "It was another ship."})

    assert (answer.status_code, answer.json()["state"], answer.json()["verdict"]) == (201, "REOPENED", "")
    assert Resolution.objects.count() == 2


def test_a_history_tells_everything_in_order(settled, resolver):
    resolver.post("disputes/", {"prediction": str(settled.pk), "reason": "The shipment turned back."})

    told = resolver.get(f"predictions/{settled.pk}/history/").json()["results"]

    steps = [(entry["step"], entry["value"], entry["actor"]) for entry in told]
    assert steps == [
        ("PREDICTION", "", "PERSON"),
        ("RULE", "central", "PERSON"),
        ("FORECAST", "0.7000", "PERSON"),
        ("EVALUATION", "YES", "MACHINE"),
        ("RESOLUTION", "YES PROPOSED", "MACHINE"),
        ("DISPUTE", "YES DISPUTED", "PERSON"),
    ]
    forecast, resolution = told[2], told[4]
    assert (forecast["happened_at"], forecast["recorded_at"]) == ("2025-01-06T00:00:00Z", "2025-06-01T12:00:00Z")
    assert resolution["happened_at"] <= resolution["known_at"] <= resolution["recorded_at"]


def test_an_answer_of_a_person_is_in_the_history(reader):
    prediction = judged_prediction()
    answered(prediction)

    told = reader.get(f"predictions/{prediction.pk}/history/").json()["results"]

    assert ("JUDGEMENT", "YES", "The signed text says so.") in [
        (one["step"], one["value"], one["said"]) for one in told
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_of_a_history_are_together_what_one_page_tells(size, settled, resolver):
    resolver.post("disputes/", {"prediction": str(settled.pk), "reason": "The shipment turned back."})
    for day in (3, 2, 1):  # recorded at one instant, and made the other way round
        make_forecast(settled, datetime(2025, 2, day, tzinfo=UTC))
    path = f"predictions/{settled.pk}/history/"
    whole = resolver.get(path).json()
    told, following = [], f"{path}?page_size={size}"

    while following:
        page = resolver.get(following.removeprefix("http://testserver/api/v1/")).json()
        told, following = told + page["results"], page["next"]
        assert len(page["results"]) <= size

    assert whole["next"] is None
    assert told == whole["results"]
    made = [(one["number"], one["happened_at"][:10]) for one in told if one["step"] == "FORECAST"]
    assert made == [(1, "2025-01-06"), (2, "2025-02-01"), (3, "2025-02-02"), (4, "2025-02-03")]


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("cursor=never", "cursor", "This is no cursor of ours"),
        (f"cursor={write_cursor(('RULE', uuid.UUID(int=1)), of='history')}", "cursor", "This is no cursor of ours"),
        (f"cursor={write_cursor((1, 2), of='history')}", "cursor", "This is no cursor of ours"),
        ("page_size=0", "page_size", "“0” is no page size"),
        ("pagesize=1", "pagesize", "Near it: page_size."),
    ],
)
def test_a_page_of_a_history_that_cannot_be_is_refused(query, field, message, reader):
    prediction = make_prediction()

    assert message in errors_of(reader.get(f"predictions/{prediction.pk}/history/?{query}"))[field]


def test_a_longer_history_costs_no_more_queries(settled, resolver, reader):
    n_before = n_queries(reader, settled)
    resolver.post("disputes/", {"prediction": str(settled.pk), "reason": "The shipment turned back."})
    for month in range(2, 5):
        make_forecast(settled, datetime(2025, month, 1, tzinfo=UTC))

    assert n_queries(reader, settled) == n_before


def n_queries(program, prediction) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert program.get(f"predictions/{prediction.pk}/history/").status_code == 200
    return len(queries)


def make_forecast(prediction, made_at: datetime) -> None:
    record_forecast(
        prediction=prediction,
        forecaster=prediction.holder,
        wording=wording(probability="0.4"),
        made_at=made_at,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sources/", SOURCE),
        ("milestones/", MILESTONE),
        ("entities/USA/memberships/", {"group": "UKR"}),
        ("disputes/", {}),
        ("entities/", {"path": "X", "label": "X"}),
    ],
)
def test_a_token_for_events_records_none_of_these(path, body, ingester):
    assert ingester.post(path, body).status_code == 403


def test_a_token_that_logs_predictions_records_entities_but_whose_they_are_not(program_with):
    make_world()
    logger = program_with(ApiToken.Scope.PREDICTION_WRITE)

    assert logger.post("entities/", {"path": "FRA", "label": "France"}).status_code == 201
    assert logger.post("entities/FRA/memberships/", {"group": "USA"}).status_code == 403
