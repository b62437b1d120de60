"""Lists, filters, pages and conditional answers."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Event, Prediction, Topic
from forecasts.services.events import retract_event
from forecasts.services.predictions import record_rule
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_milestone
from tests.builders import (
    NOW,
    cover,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_topic,
    rule_that_it_occurs,
)

from .conftest import errors_of

pytestmark = pytest.mark.django_db
RESOURCES = [
    "articles",
    "forecasters",
    "topics",
    "predictions",
    "rules",
    "forecasts",
    "lexicons",
    "events",
    "observations",
    "sources",
    "entities",
    "milestones",
    "resolutions",
    "disputes",
    "evaluations",
    "scores",
]


@pytest.fixture(scope="class")
def settled(made_once):
    """A prediction that came true."""
    prediction = make_prediction()
    make_event()
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    return prediction


def titles(response) -> list[str]:
    assert response.status_code == 200, response.content
    return sorted(row["title"] for row in response.json()["results"])


class TestASettledPrediction:
    @pytest.mark.parametrize("resource", RESOURCES)
    def test_every_resource_can_be_listed_and_read_row_by_row(self, resource, settled, reader):
        answer = reader.get(f"{resource}/")

        assert answer.status_code == 200
        for row in answer.json()["results"]:
            key = next(name for name in ("id", "slug", "path", "key", "code") if name in row)
            name = row["slug"] if resource == "forecasters" else row[key]
            assert reader.get(f"{resource}/{name}/").status_code == 200

    @pytest.mark.any_database
    @pytest.mark.parametrize("resource", RESOURCES)
    def test_more_rows_cost_no_more_queries(self, resource, settled, reader):
        n_before = n_queries(reader, resource)
        for number in range(3):
            forecaster = make_forecaster(f"more-{number}")
            topic = make_topic(f"more/number-{number}")
            article = make_article(
                canonical_url=f"https://example.org/{number}", authors=[forecaster], outlet=forecaster
            )
            prediction = make_prediction(
                statement=f"Aid is sent, {number}.", article=article, holder=forecaster, topic=topic
            )
            make_event(on=datetime(2025, 2, 10 + number, tzinfo=UTC), owners=2)
            settle_prediction(prediction_id=prediction.pk, now=NOW)

        assert n_queries(reader, resource) == n_before <= 4

    def test_the_same_bytes_are_not_sent_twice(self, settled, reader):
        first = reader.get("predictions/")
        again = reader.get("predictions/", **{"if-none-match": first.headers["ETag"]})
        make_prediction(statement="Something else happens.")
        changed = reader.get("predictions/", **{"if-none-match": first.headers["ETag"]})

        assert (again.status_code, again.content) == (304, b"")
        assert changed.status_code == 200
        assert changed.headers["ETag"] != first.headers["ETag"]
        assert {"Accept", "Authorization"} <= set(first.headers["Vary"].split(", "))

    def test_a_probability_is_a_decimal_string(self, settled, reader):
        (forecast,) = reader.get("forecasts/").json()["results"]
        (row,) = reader.get("scores/?rule=BRIER").json()["results"]

        assert forecast["probability"] == "0.7000"
        assert row["value"] == "0.0900000000"
        assert row["range"] == {"low": 0.0, "high": 1.0}
        assert row["lower_is_better"] is True

    def test_an_explanation_names_the_facts_it_rests_on(self, settled, reader):
        event = Event.objects.get()

        told = reader.get(f"predictions/{settled.pk}/explain/").json()

        (reading,) = told["readings"]
        assert (told["verdict"], reading["name"], reading["evaluation"]["status"]) == ("YES", "central", "YES")
        assert "AID" in reading["in_words"]
        assert reading["evaluation"]["trace"]["consequent"]["value"] == "T"
        (witness,) = reading["evaluation"]["witnesses"]
        assert (witness["event"], witness["title"]) == (str(event.pk), "The United States sends military aid")
        assert witness["occurred_from"].startswith("2025-02-03")
        assert told["resolution"]["number"] == 1

    def test_an_explanation_shows_what_replaced_criteria_came_to(self, settled, reader):
        record_rule(
            prediction=settled, rule=rule_that_it_occurs(event_type="RETREAT"), now=NOW, may_resolve=True,
            description="The article means a retreat.",
        )  # fmt: skip

        told = reader.get(f"predictions/{settled.pk}/explain/").json()

        assert [one["version"] for one in told["readings"]] == [2]
        (before,) = told["superseded"]
        assert (before["version"], before["evaluation"]["status"]) == (1, "YES")

    def test_verdicts_are_told_with_who_decided(self, settled, resolver, reader):
        resolver.post(f"predictions/{settled.pk}/verdicts/", {"verdict": "NO", "reason": "The shipment turned back."})

        rows = reader.get(f"resolutions/?prediction={settled.pk}").json()["results"]

        assert [(row["number"], row["verdict"], row["is_current"], row["decided_by"]) for row in rows] == [
            (2, "NO", True, "PERSON"),
            (1, "YES", False, "MACHINE"),
        ]
        assert len(reader.get("resolutions/?current=true").json()["results"]) == 1


def n_queries(reader, resource: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert reader.get(f"{resource}/").status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ada on aid", "Bob on strikes"]),
        ("forecaster=ada-byron", ["Ada on aid"]),
        ("topic=aid", ["Ada on aid"]),
        ("topic=policy", ["Bob on strikes"]),
        ("conditional=true", ["Bob on strikes"]),
        ("conditional=false", ["Ada on aid"]),
        ("attribution=REPORTED", ["Bob on strikes"]),
        ("status=FINAL", []),
        ("status=NEEDS_REVIEW&topic=aid", []),
        ("issued_from=2025-01-06T00:00:00Z", ["Ada on aid", "Bob on strikes"]),
        ("issued_to=2025-01-06T00:00:00Z", []),
    ],
)
def test_predictions_are_narrowed(query, found, reader):
    ada = make_prediction(title="Ada on aid")
    Prediction.objects.filter(pk=ada.pk).update(status="OPEN")
    make_prediction(
        title="Bob on strikes",
        statement="The ban falls.",
        condition="If it rains,",
        attribution="REPORTED",
        holder=make_forecaster("bob"),
        topic=make_topic("policy/strikes"),
    )

    assert titles(reader.get(f"predictions/?{query}")) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["February", "March"]),
        ("event_type=AID", ["February"]),
        ("actor=USA", ["February"]),
        ("actor=US", []),
        ("actor=RUS", ["March"]),
        ("topic=aid", ["February"]),
        ("topic=war", ["March"]),
        ("source=wire", ["February", "March"]),
        ("occurred_from=2025-02-03T23:59:59Z", ["February", "March"]),
        ("occurred_from=2025-02-04T00:00:00Z", ["March"]),
        ("occurred_to=2025-03-01T00:00:00Z", ["February"]),
        ("status=RETRACTED", []),
    ],
)
def test_events_are_narrowed(query, found, reader):
    make_event(title="February")
    march = datetime(2025, 3, 1, tzinfo=UTC)
    make_event(title="March", on=march, event_type="ASSAULT", action_code="19", actors=("RUS",), topics=("war",))

    assert titles(reader.get(f"events/?{query}")) == found


def test_an_event_is_listed_once_with_what_is_known_now(reader):
    version = make_event()
    retract_event(event=version.event, reason="It was another ship.", known_at=NOW, now=NOW)

    (event,) = reader.get("events/").json()["results"]
    detail = reader.get(f"events/{version.event_id}/").json()

    assert (event["version"], event["status"]) == (2, "RETRACTED")
    assert [entry["status"] for entry in detail["versions"]] == ["ACTIVE", "RETRACTED"]


def test_the_newest_version_of_a_milestone_is_at_its_key(reader):
    for day in (4, 5):
        occurs_at = datetime(2024, 11, day, tzinfo=UTC)
        record_milestone(key="us.election.2024", label="Election", occurs_at=occurs_at, now=NOW)

    assert reader.get("milestones/us.election.2024/").json()["occurs_at"] == "2024-11-05T00:00:00Z"
    assert len(reader.get("milestones/").json()["results"]) == 2


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("path", "field", "message"),
    [
        (
            "predictions/?colour=red",
            "colour",
            "no parameter “colour” here. Near it: cursor. Known: forecaster, topic, article, status, verdict, attribution, "
            "conditional, issued_from, issued_to, q, cursor, page_size, ordering, total, fields, include.",
        ),
        ("predictions/?statsu=OPEN", "statsu", "Near it: status"),
        ("predictions/?status=open", "status", "open is not one of the available choices"),
        ("predictions/?conditional=maybe", "conditional", "maybe is not one of"),
        ("predictions/?article=7", "article", "valid UUID"),
        ("predictions/?forecaster=nobody", "forecaster", "There is no forecaster “nobody”"),
        ("predictions/?topic=nothing", "topic", "There is no topic “nothing”"),
        ("predictions/?status=OPEN&status=FINAL", "status", "given twice"),
        ("predictions/?status=%00", "status", "NUL"),
        ("predictions/?forecaster=a%00b", "forecaster", "NUL"),
        ("predictions/?issued_from=2025-01-01T00:00:00", "issued_from", "no time with an offset"),
        ("predictions/?issued_from=2025-02-30T00:00:00Z", "issued_from", "no time of the calendar"),
        ("predictions/?issued_from=0001-01-01T00:00:00%2B14:00", "issued_from", "no time of the calendar"),
        ("predictions/?issued_from=9999-12-31T23:00:00-14:00", "issued_from", "no time of the calendar"),
        ("predictions/?issued_from=%25%C3%8D", "issued_from", "“%Í” is no time with an offset"),
        ("observations/?valid_from=%25s", "valid_from", "“%s” is no date"),
        ("predictions/?q=%25", "q", "at least one word"),
        ("predictions/?page_size=201", "page_size", "from 1 to 200"),
        ("predictions/?page_size=0", "page_size", "from 1 to 200"),
        ("predictions/?cursor=xyz", "cursor", "no cursor of ours"),
        ("predictions/?cursor=WzEsMl0", "cursor", "no cursor of ours"),
        ("predictions/?cursor=W1tdLFtdXQ", "cursor", "no cursor of ours"),
        ("observations/?valid_from=2025-13-01", "valid_from", "no day of the calendar"),
        ("accuracy/?forecaster=nobody", "forecaster", "There is no forecaster “nobody”"),
        ("accuracy/?topic=nothing", "topic", "There is no topic “nothing”"),
        ("accuracy/?article=7", "article", "valid UUID"),
        ("accuracy/?page=2", "page", "no parameter “page” here"),
    ],
)
def test_a_wrong_parameter_is_told_with_what_would_do(path, field, message, reader):
    answer = reader.get(path)

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]


def test_a_wrong_name_is_answered_with_those_near_it(reader):
    make_forecaster("ada-byron")

    assert "Near it: ada-byron" in errors_of(reader.get("accuracy/?forecaster=ada-biron"))["forecaster"]


@pytest.mark.parametrize(
    "path",
    [
        "nothing/",
        "predictions/00000000-0000-4000-8000-000000000000/",
        "predictions/none/",
        "forecasters/nobody/",
        "topics/no/such/",
        "topics/%00/",
        "scores/999999999999999999/",
        "sources/%2e%2e/",
    ],
)
def test_nothing_at_an_address_is_a_problem_like_every_other(path, reader):
    answer = reader.get(path)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "There is nothing at this address."


def test_a_forgotten_slash_is_added_for_readers_and_told_to_writers(reader):
    read, written = reader.get("topics?page_size=7"), reader.post("topics", {})

    assert (read.status_code, read.headers["Location"]) == (302, "/api/v1/topics/?page_size=7")
    assert (written.status_code, written.json()["detail"]) == (404, "Addresses here end with a slash.")


def test_pages_hold_every_row_of_one_instant_once(reader):
    for number in range(7):
        make_forecaster(f"forecaster-{number}")

    seen, path = [], "forecasters/?page_size=3"
    while path:
        page = reader.get(path).json()
        seen += [row["slug"] for row in page["results"]]
        path = page["next"] and page["next"].split("/api/v1/")[1]

    assert sorted(seen) == [f"forecaster-{number}" for number in range(7)]


def test_a_row_that_arrives_meanwhile_moves_no_page(reader):
    for path in ("b", "d", "f"):
        make_topic(path)
    first = reader.get("topics/?page_size=2").json()
    Topic.objects.create(path="a", label="A")

    second = reader.get(first["next"].split("/api/v1/")[1]).json()

    assert [row["path"] for row in first["results"] + second["results"]] == ["b", "d", "f"]


def test_a_prediction_that_was_never_checked_is_explained_too(reader):
    prediction = make_prediction()

    told = reader.get(f"predictions/{prediction.pk}/explain/").json()

    assert told["resolution"] is None
    assert told["readings"][0]["evaluation"] is None
