"""Events over the API as analysts need them: labels, periods, ranges, places, duplicates, merges."""

import pytest

from forecasts.models import ApiToken, EventMerge
from tests.builders import make_event, make_source

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

EVENT = {
    "source": "wire",
    "external_id": "7",
    "title": "Aid is sent",
    "event_type": "AID",
    "action_code": "072",
    "occurred_on": "2025-01-01",
    "topics": ["aid/military"],
    "actors": ["USA.GOV"],
    "recipients": ["UKR"],
    "evidence": [{"url": "https://news.example/1"}, {"url": "https://other.example/1"}],
}
RICH = EVENT | {
    "date_precision": "QUARTER",
    "announced_on": "2024-12-24",
    "effective_from": "2025-01-01T00:00:00Z",
    "effective_until": "2026-01-01T00:00:00Z",
    "modes": ["aerial"],
    "locations": ["UKR.Kyiv"],
    "place": {"name": "Kyiv", "lat": 50.45, "lon": 30.52},
    "attributes": {"usd": {"low": 1, "best": 2, "high": 3, "unit": "usd"}},
}


def test_an_event_comes_back_with_its_labels_periods_ranges_and_place(ingester):
    shown = ingester.post("events/", RICH).json()

    assert (shown["event_type_label"], shown["action_code_label"]) == ("give aid", "Provide military aid")
    assert (shown["precision"], shown["occurred_until"]) == ("QUARTER", "2025-04-01T00:00:00Z")
    assert (shown["announced_from"], shown["announced_until"]) == ("2024-12-24T00:00:00Z", "2024-12-25T00:00:00Z")
    assert shown["effective_until"] == "2026-01-01T00:00:00Z"
    assert shown["place"] == {"name": "Kyiv", "lat": 50.45, "lon": 30.52}
    assert shown["attributes"] == RICH["attributes"]
    assert shown["owners"] == ["news.example", "other.example"]
    assert (shown["merged_into"], shown["absorbed"]) == (None, [])


def test_the_same_body_again_is_recorded_already(ingester):
    assert [ingester.post("events/", RICH).status_code for _ in range(2)] == [201, 409]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"action_code": "0729"}, "action_code", "Near it: 072 (Provide military aid)."),
        ({"event_type": "SANCTIONS"}, "event_type", "Near it: SANCTION."),
        ({"modes": ["areal"]}, "modes", "“areal” is no PLOVER mode. Near it: aerial"),
        ({"contexts": ["militar"]}, "contexts", "Near it: military"),
        ({"occurred_on": "2024-13"}, "occurred_on", "“2024-13” is no date, like 2024-11-05."),
        ({"occurred_on": "0025-01-01"}, "occurred_on", "lies outside the years 1800 to 2200"),
        ({"date_precision": "MONTH", "occurred_on": "2025-01-02"}, "date_precision", "give 2025-01-01"),
        ({"date_precision": "INSTANT"}, "date_precision", "“INSTANT” is no precision of a day."),
        ({"announced_on": "2024-12-24", "announced_at": "2024-12-24T10:00:00Z"}, "announced_on", "Give announced_on"),
        ({"effective_from": "2024-12-24T10:00:00Z"}, "effective_from", "or effective_from and effective_until"),
        ({"effective_on": "2150-01-01"}, "effective_until", "more than 50 years away"),
        ({"locations": ["UP"]}, "locations", "could be a code of two systems"),
        ({"place": {"lat": 50}}, "place", "Give lat and lon together."),
        ({"place": {"lat": 100, "lon": 0}}, "place.lat", "less than or equal to 90"),
        ({"attributes": {"usd": {"low": 3, "high": 1}}}, "attributes", "usd: low ≤ high does not hold: 3, 1."),
        ({"attributes": {"usd": {"from": 3}}}, "attributes", "“from” is no part of a range"),
        ({"attributes": {"note": "x" * 70_000}}, "attributes", "65,536 at most"),
    ],
)
def test_what_no_rule_could_use_is_told_at_its_field(ingester, changes, field, message):
    errors = errors_of(ingester.post("events/", EVENT | changes))

    assert message in errors[field]


@pytest.fixture
def pair():
    first = make_event(external_id="1").event
    return first, make_event(external_id="1", source=make_source(slug="agency"), title="Aid goes out").event


def test_possible_duplicates_of_any_source_are_listed(reader, pair):
    first, second = pair

    assert [row["id"] for row in reader.get(f"events/{first.pk}/duplicates/").json()] == [str(second.pk)]


def test_a_merge_is_shown_at_both_events_and_can_be_undone(administrator, pair):
    kept, merged = pair
    body = {"kept": str(kept.pk), "reason": "One act."}

    answer = administrator.post(f"events/{merged.pk}/merge/", body)

    assert (answer.status_code, answer.json()["merged_into"]) == (201, str(kept.pk))
    assert administrator.get(f"events/{kept.pk}/").json()["absorbed"] == [str(merged.pk)]
    assert administrator.post(f"events/{merged.pk}/merge/", body).status_code == 409
    assert administrator.post(f"events/{merged.pk}/unmerge/", {"reason": "Two."}).json()["merged_into"] is None
    assert administrator.post(f"events/{merged.pk}/unmerge/", {"reason": "Two."}).status_code == 409
    assert EventMerge.objects.count() == 2


def test_a_merge_is_refused_with_the_field_that_is_wrong(administrator, pair):
    kept, merged = pair
    unknown = "00000000-0000-0000-0000-000000000000"

    for body, field in (
        ({"kept": unknown, "reason": "One act."}, "kept"),
        ({"kept": str(merged.pk), "reason": "One act."}, "kept"),
        ({"kept": str(kept.pk)}, "reason"),
        ({"kept": str(kept.pk), "reason": "One act.", "known_at": "2024-01-01T00:00:00Z"}, "known_at"),
    ):
        assert list(errors_of(administrator.post(f"events/{merged.pk}/merge/", body))) == [field]


def test_a_program_merges_only_what_is_its_own(program_with, pair):
    kept, merged = pair
    ours = program_with(ApiToken.Scope.EVENT_WRITE)

    answer = ours.post(f"events/{kept.pk}/merge/", {"kept": str(merged.pk), "reason": "One act."})

    assert answer.status_code == 403
    assert "not for agency" in answer.json()["detail"]


def test_a_longer_list_with_merges_asks_no_more_of_the_database(administrator, pair, django_assert_max_num_queries):
    kept, merged = pair
    administrator.post(f"events/{merged.pk}/merge/", {"kept": str(kept.pk), "reason": "One act."})
    for number in range(4):
        make_event(external_id=f"more-{number}", title=f"More {number}")

    with django_assert_max_num_queries(10):
        rows = administrator.get("events/").json()["results"]

    assert len(rows) == 6
