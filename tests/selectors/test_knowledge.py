from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forecasts.rules import Membership
from forecasts.selectors.knowledge import knowledge
from forecasts.selectors.occurrences import versions_known_at
from forecasts.services.events import correct_event, draft_of, retract_event
from forecasts.services.sources import record_entity, record_membership, record_milestone
from tests.builders import NOW, PUBLISHED, cover, make_event, make_source

pytestmark = pytest.mark.django_db

LAG = timedelta(days=2)


def known_at(as_of):
    """What a rule that listens for nothing has to know."""
    return knowledge(publication=PUBLISHED, keys=[], as_of=as_of)


def test_a_group_is_as_complete_as_its_least_complete_source():
    cover(to=datetime(2025, 5, 1, tzinfo=UTC))
    cover(to=datetime(2025, 4, 1, tzinfo=UTC), source=make_source(slug="second", tier="B"))

    assert (known_at(NOW).complete_to, known_at(NOW).coverage_tiers) == (
        {"wire": datetime(2025, 4, 1, tzinfo=UTC)}, {"wire": "B"},
    )  # fmt: skip


def test_a_group_with_a_source_that_states_nothing_is_not_covered():
    cover()
    make_source(slug="second")

    assert known_at(NOW).complete_to == {}


def test_coverage_is_never_nearer_than_the_settlement_lag():
    cover(to=datetime(2025, 5, 1, tzinfo=UTC))
    early = datetime(2025, 2, 1, tzinfo=UTC)

    assert known_at(early).complete_to == {"wire": early - LAG}


def test_a_source_that_admits_a_gap_is_taken_at_its_last_word():
    cover(to=datetime(2025, 5, 1, tzinfo=UTC))
    cover(to=datetime(2025, 3, 1, tzinfo=UTC), now=NOW + timedelta(hours=1))

    assert known_at(NOW + timedelta(hours=1)).complete_to == {"wire": datetime(2025, 3, 1, tzinfo=UTC)}


def test_memberships_and_milestones_are_read_beside_the_sources():
    cover()
    person, office = (record_entity(path=path, label=path) for path in ("person.joe", "USA.GOV.POTUS"))
    record_membership(member=person, group=office, ends_at=NOW, now=NOW)
    for day in (1, 2):
        record_milestone(key="vote", label="Vote", occurs_at=datetime(2025, 3, day, tzinfo=UTC), now=NOW)

    known = known_at(NOW)

    assert known.memberships == (Membership("person.joe", "USA.GOV.POTUS", None, NOW),)
    assert known.milestones == {"vote": datetime(2025, 3, 2, tzinfo=UTC)}
    assert set(known.complete_to) == {"wire"}


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
