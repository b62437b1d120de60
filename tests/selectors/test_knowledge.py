from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forecasts.selectors.knowledge import coverage_at
from forecasts.selectors.occurrences import versions_known_at
from forecasts.services.events import correct_event, draft_of, retract_event
from tests.builders import NOW, cover, make_event, make_source

pytestmark = pytest.mark.django_db

LAG = timedelta(days=2)


def test_a_group_is_as_complete_as_its_least_complete_source():
    cover(to=datetime(2025, 5, 1, tzinfo=UTC))
    cover(to=datetime(2025, 4, 1, tzinfo=UTC), source=make_source(slug="second", tier="B"))

    assert coverage_at(as_of=NOW) == ({"wire": datetime(2025, 4, 1, tzinfo=UTC)}, {"wire": "B"})


def test_a_group_with_a_source_that_states_nothing_is_not_covered():
    cover()
    make_source(slug="second")

    assert coverage_at(as_of=NOW)[0] == {}


def test_coverage_is_never_nearer_than_the_settlement_lag():
    cover(to=datetime(2025, 5, 1, tzinfo=UTC))
    early = datetime(2025, 2, 1, tzinfo=UTC)

    assert coverage_at(as_of=early)[0] == {"wire": early - LAG}


def test_a_source_that_admits_a_gap_is_taken_at_its_last_word():
    cover(to=datetime(2025, 5, 1, tzinfo=UTC))
    cover(to=datetime(2025, 3, 1, tzinfo=UTC), now=NOW + timedelta(hours=1))

    assert coverage_at(as_of=NOW + timedelta(hours=1))[0] == {"wire": datetime(2025, 3, 1, tzinfo=UTC)}


def test_each_time_sees_the_version_that_counted_then():
    first = make_event(known_at=datetime(2025, 2, 3, tzinfo=UTC))
    corrected = replace(draft_of(first), title="Corrected", known_at=datetime(2025, 2, 10, tzinfo=UTC))
    correct_event(event=first.event, draft=corrected, reason="It was misread.", now=NOW)
    retract_event(event=first.event, reason="It was a rumour.", known_at=datetime(2025, 2, 20, tzinfo=UTC), now=NOW)

    seen = [
        [version.title for version in versions_known_at(as_of=datetime(2025, 2, day, tzinfo=UTC))]
        for day in (2, 3, 9, 10, 19, 20)
    ]

    told = "The United States sends military aid"
    assert seen == [[], [told], [told], ["Corrected"], ["Corrected"], []]
