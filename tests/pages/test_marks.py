"""What stands on pages a hundred times, as HTML."""

from datetime import UTC, date, datetime

import pytest
from django.template import engines

pytestmark = pytest.mark.any_database

EVENING = datetime(2025, 3, 1, 18, 5, 9, tzinfo=UTC)
OPEN = '<span class="badge open"><span aria-hidden="true">○</span> Open</span>'


def shown(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (EVENING, '<time datetime="2025-03-01T18:05:09Z">1 Mar 2025, 18:05&nbsp;UTC</time>'),
        (datetime(2025, 12, 31, tzinfo=UTC), '<time datetime="2025-12-31T00:00:00Z">31 Dec 2025</time>'),
        (datetime(2025, 12, 31, 0, 0, 1, tzinfo=UTC), '<time datetime="2025-12-31T00:00:01Z">31 Dec 2025, 00:00&nbsp;UTC</time>'),
    ],
)  # fmt: skip
def test_an_instant_tells_its_time_of_day_unless_that_is_midnight(at, told):
    assert shown("{{ at|moment }}", at=at) == told


def test_a_day_may_be_that_of_an_instant():
    assert shown("{{ at|day }}", at=EVENING) == '<time datetime="2025-03-01">1 Mar 2025</time>'
    assert shown("{{ at|day }}", at=date(2025, 3, 1)) == '<time datetime="2025-03-01">1 Mar 2025</time>'


@pytest.mark.parametrize(
    ("verdict", "status", "told"),
    [
        ("", "OPEN", OPEN),
        ("", "NEEDS_REVIEW", '<span class="badge review"><span aria-hidden="true">?</span> Needs review</span>'),
        ("YES", "FINAL", '<span class="badge yes"><span aria-hidden="true">✓</span> Yes</span>'),
        ("ANNULLED", "PROPOSED", '<span class="badge void"><span aria-hidden="true">∅</span> Annulled</span> <span class="state">proposed</span>'),
        ("NO", "NEEDS_REVIEW", '<span class="badge no"><span aria-hidden="true">✗</span> No</span> <span class="state">in doubt</span>'),
        ("PARTLY", "REOPENED", '<span class="badge partly"><span aria-hidden="true">½</span> Partly</span> <span class="state"></span>'),
    ],
)  # fmt: skip
def test_a_badge_tells_the_verdict_and_how_far_it_stands(verdict, status, told):
    assert (
        shown("{{ verdict|badge:status }}", verdict=verdict, status=status) == f'<span class="standing">{told}</span>'
    )
