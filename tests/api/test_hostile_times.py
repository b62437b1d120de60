"""Times that readers take in different ways, at every door: bodies, parameters, rows in numbers."""

import pytest

from forecasts.models import Article
from tests.builders import make_forecaster

from .conftest import errors_of
from .test_bad_input import refused
from .test_recording import ARTICLE, EVENT

pytestmark = pytest.mark.django_db

NO_OFFSET, NO_TIME, NO_YEAR = (
    "is no time with an offset",
    "is no time of the calendar",
    "outside the years 1800 to 2200",
)
# Each is read in silence by some library: as local time, as another day, or as the last instant there is.
INSTANTS = [
    ("2026-03-08T02:30", NO_OFFSET),  # an hour that New York skips
    ("2026-03-08T02:30:00", NO_OFFSET),
    ("2026-11-01T01:30", NO_OFFSET),  # an hour that New York has twice
    ("2026-12-31", NO_OFFSET),
    ("2026-W53-1", NO_OFFSET),
    ("20260308T023000Z", NO_OFFSET),
    ("2026-03-08 02:30:00Z", NO_OFFSET),
    ("2026-03-08T02:30:00 America/New_York", NO_OFFSET),
    ("2026-03-08T02:30:00EST", NO_OFFSET),
    ("2026-03-08T02:30:00+0500", NO_OFFSET),
    ("1773000000", NO_OFFSET),
    ("٢٠٢٦-03-08T02:30:00Z", NO_OFFSET),
    ("2026-03-08T02:30:00.1234567Z", NO_OFFSET),
    ("2026-03-08T02:30:60Z", NO_TIME),  # a leap second
    ("2026-03-08T24:00:00Z", NO_TIME),
    ("2026-03-08T02:30:00+24:00", NO_TIME),
    ("2026-02-29T00:00:00Z", NO_TIME),
    ("2100-02-29T00:00:00Z", NO_TIME),
    ("2025-11-31T00:00:00Z", NO_TIME),
    ("0001-01-01T00:00:00+23:59", NO_TIME),
    ("9999-12-31T23:59:59-23:59", NO_TIME),
    ("0001-01-01T00:00:00Z", NO_YEAR),
    ("9999-12-31T23:59:59Z", NO_YEAR),
    ("0000-01-01T00:00:00Z", NO_TIME),
]
DAYS = [
    ("2026-2-1", "is no date"),
    ("2026-W53-1", "is no date"),
    ("20260201", "is no date"),
    ("2026-032", "is no date"),
    ("01.02.2026", "is no date"),
    ("2026-02-01T00:00:00Z", "is no date"),
    ("2026-02-29", "is no day of the calendar"),
    ("2026-13-01", "is no day of the calendar"),
    ("0001-01-01", NO_YEAR),
    ("9999-12-31", NO_YEAR),
]


@pytest.mark.any_database
@pytest.mark.parametrize(("text", "message"), INSTANTS)
def test_an_instant_that_could_be_another_is_refused_in_a_body(text, message, logger):
    make_forecaster("the-example"), make_forecaster()

    told = refused(logger, "articles/", ARTICLE | {"published_at": text})

    assert message in told["published_at"]


@pytest.mark.any_database
@pytest.mark.parametrize(("text", "message"), INSTANTS)
def test_an_instant_that_could_be_another_is_refused_as_a_parameter(text, message, reader):
    for path, field in (("predictions/", "issued_from"), ("accuracy/", "as_of"), ("exports/events.csv", "occurred_to")):
        answer = reader.client.get(f"/api/v1/{path}", {field: text})

        assert answer.status_code == 400
        assert message in errors_of(answer)[field]


@pytest.mark.any_database
@pytest.mark.parametrize(("text", "message"), DAYS)
def test_a_day_that_could_be_another_is_refused(text, message, ingester):
    told = refused(ingester, "events/", EVENT | {"occurred_on": text})
    row = ingester.post("bulk/events/", [EVENT | {"occurred_on": text}]).json()["results"][0]
    answer = ingester.client.get("/api/v1/observations/", {"valid_to": text})

    assert message in told["occurred_on"]
    assert message in row["problem"]["errors"][0]["message"]
    assert message in errors_of(answer)["valid_to"]


@pytest.mark.any_database
@pytest.mark.parametrize("value", [1773000000, 1.5, True, ["2026-03-08T02:30:00Z"], {"at": "2026-03-08T02:30:00Z"}])
def test_an_instant_is_a_text(value, logger):
    make_forecaster("the-example"), make_forecaster()

    assert NO_OFFSET in refused(logger, "articles/", ARTICLE | {"published_at": value})["published_at"]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("2024-12-31T23:59:59.999999-12:00", "2025-01-01T11:59:59.999999Z"),
        ("2024-03-10T02:30:00-05:00", "2024-03-10T07:30:00Z"),
        ("2024-11-03t01:30:00z", "2024-11-03T01:30:00Z"),
        ("1901-01-01T00:00:00+14:00", "1900-12-31T10:00:00Z"),
    ],
)
def test_an_instant_with_its_offset_is_kept_to_the_microsecond(text, instant, logger):
    make_forecaster("the-example"), make_forecaster()

    answer = logger.post("articles/", ARTICLE | {"published_at": text})

    assert (answer.status_code, answer.json()["published_at"]) == (201, instant)
    assert Article.objects.get().published_at.tzinfo is not None
