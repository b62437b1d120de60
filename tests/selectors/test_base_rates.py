"""Only what could be known before a forecast is in its base rate, and never its own prediction."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from forecasts.models import Prediction
from forecasts.scoring.base_rates import MIN_CASES
from forecasts.selectors.base_rates import UNKNOWN, KnownOutcome, base_rates, lineage
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import NOW, PUBLISHED, make_article
from tests.forecasting import asked, decide, settled

pytestmark = pytest.mark.django_db

DAY, TICK = PUBLISHED, timedelta(microseconds=1)
BEFORE = DAY - TICK


def rate_of(prediction: Prediction, *, made_at: datetime = DAY):
    return base_rates([(prediction.pk, made_at)])[prediction.pk, made_at]


@pytest.mark.parametrize(
    ("known_at", "expected"),
    [
        (BEFORE, (Decimal("0.3182"), 20, "aid/military")),
        (DAY, UNKNOWN),
        (DAY + TICK, UNKNOWN),
    ],
    ids=["a tick before", "at the instant", "a tick after"],
)
def test_only_what_could_be_known_before_counts(known_at, expected):
    settled(6, known_at=known_at)

    assert rate_of(asked(1)) == expected


def test_what_could_be_known_earlier_the_same_day_does_not_count():
    settled(6, known_at=DAY)

    assert rate_of(asked(1), made_at=DAY + timedelta(hours=23)) == UNKNOWN
    assert rate_of(asked(1), made_at=DAY + timedelta(days=1)).cases == 20


def test_of_an_article_dated_by_its_month_only_what_was_known_before_that_month_counts():
    settled(6, known_at=datetime(2025, 1, 3, tzinfo=UTC), name="of january")
    month = make_article(canonical_url="https://example.org/month", published_precision="MONTH")
    of_month, of_day = asked(1, article=month), asked(2)

    assert (rate_of(of_month, made_at=PUBLISHED), rate_of(of_day, made_at=PUBLISHED).cases) == (UNKNOWN, 20)


def test_a_prediction_is_not_counted_for_itself():
    settled(6, of=MIN_CASES)
    late = decide(asked(1), "YES", known_at=DAY - timedelta(days=1))
    other = asked(2)

    assert (rate_of(late).cases, rate_of(other).cases) == (20, 21)
    assert rate_of(late).rate == Decimal("0.3182")
    assert rate_of(other).rate == Decimal("0.3478")  # 8 / 23


@pytest.mark.parametrize(
    ("n_below", "expected"),
    [(MIN_CASES, ("aid/military", 20)), (MIN_CASES - 1, ("aid", 24)), (14, UNKNOWN)],
    ids=["enough", "too few, so the topic above", "too few above too"],
)
def test_the_nearest_topic_with_enough_is_taken(n_below, expected):
    settled(6, of=n_below)
    settled(3, of=5, topic="aid/civil", name="civil")
    settled(3, of=30, topic="aidless", name="no part of it")

    found = rate_of(asked(1))

    assert (found if expected is UNKNOWN else (found.topic, found.cases)) == expected


def test_what_came_true_in_part_counts_in_part():
    settled(6, of=MIN_CASES - 1)
    record_verdict(
        prediction_id=asked(1).pk, verdict="PARTLY", share=Decimal("0.5"), reason="It was a tie.",
        actor=User.objects.get(username="importer"), known_at=BEFORE, now=NOW,
    )  # fmt: skip

    assert rate_of(asked(2)).rate == Decimal("0.3409")  # 7.5 / 22


def test_what_is_reopened_counts_no_longer():
    settled(6)
    more = decide(asked(1), "YES", known_at=BEFORE)
    reopen(prediction_id=more.pk, reason="It was another bill.", actor=User.objects.get(username="editor"), now=NOW)

    assert rate_of(asked(2)).cases == 20


def test_outcomes_of_the_same_transaction_count_beside_what_is_recorded():
    settled(6, of=MIN_CASES - 1)
    told, other = asked(1), asked(2)
    beside = {told.pk: KnownOutcome(BEFORE.date(), 5_000)}

    found = base_rates([(told.pk, DAY), (other.pk, DAY)], beside=beside)

    assert found[told.pk, DAY] == UNKNOWN
    assert found[other.pk, DAY] == (Decimal("0.3409"), 20, "aid/military")  # 7.5 / 22


def test_any_number_is_looked_up_with_three_queries(django_assert_num_queries):
    settled(6, known_at=BEFORE)
    settled(6, known_at=DAY + timedelta(days=2), name="later")
    said = [(asked(number).pk, DAY + timedelta(days=number)) for number in range(6)]

    with django_assert_num_queries(3):
        found = base_rates(said)
    with django_assert_num_queries(2):
        base_rates(said[:1])

    assert [found[one].cases for one in said] == [20, 20, 20, 40, 40, 40]


def test_nothing_is_asked_of_nobody(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert base_rates([]) == {}


def test_the_line_of_a_topic_leads_up():
    assert lineage("aid/military/tanks") == ["aid/military/tanks", "aid/military", "aid"]
    assert lineage("aid") == ["aid"]
