"""A version of a slice changes with whatever its figures are made of, and never comes back."""

import pytest
from hypothesis import given
from hypothesis.extra.django import TestCase

from forecasts.selectors.recorded_coverage import recorded_coverage
from forecasts.selectors.slices import Slice
from forecasts.selectors.sums import kept_scope, sums_of
from forecasts.selectors.versions import Standing, standing_of, version_of
from forecasts.services import rebuilds
from forecasts.services.rebuilds import rebuild_scopes
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, make_prediction, make_topic
from tests.histories import STEPS, decide, forecast, take, three_predictions
from tests.soundness.profiles import SECONDS, effort

SLICES = [
    Slice(),
    Slice(topic="aid"),
    Slice(topic="war", retrospective=False),
    Slice(outlet="the-example", verbal=False),
    Slice(forecaster="ada-byron"),
    Slice(forecaster="bob", topic="aid/military"),
    Slice(attribution="AUTHOR", as_recorded=NOW),
]


class AnyHistory(TestCase):
    @pytest.mark.timeout(SECONDS)
    @effort(3)
    @given(STEPS)
    def test_no_history_changes_a_figure_without_changing_the_version(self, steps):
        self.follow(steps)

    @pytest.mark.timeout(SECONDS)
    @effort(2)
    @given(STEPS)
    def test_nor_where_the_sums_of_forecasters_are_kept(self, steps):
        limit, rebuilds.KEEP_FROM = rebuilds.KEEP_FROM, 1
        try:
            for prediction in (predictions := three_predictions()):
                decide(prediction, "YES")
            rebuild_scopes()
            assert version_of(Slice(forecaster="ada-byron")) != version_of(Slice())
            self.follow(steps, predictions=predictions)
        finally:
            rebuilds.KEEP_FROM = limit

    def follow(self, steps, *, predictions=None):
        predictions = predictions or three_predictions()
        seen: dict = {}
        for step in [None, *steps, None]:
            if step:
                take(step, predictions=predictions)
            else:
                rebuild_scopes()
            for chosen in SLICES:
                version, found = version_of(chosen), (recorded_coverage(chosen), sums_of(chosen).totals)
                assert seen.setdefault((chosen, version), found) == found
                assert version_of(chosen) == version
                self.compare(chosen, standing=standing_of(chosen), version=version, totals=found[1])
                assert standing_of(chosen, known=version) == Standing(version)

    def compare(self, chosen, *, standing, version, totals):
        assert standing.version == version
        if standing.scope is not None:
            assert sums_of(chosen, scope=standing.scope).totals == totals


@pytest.mark.django_db
def test_settling_again_leaves_the_version_as_it_is():
    prediction = make_prediction(rules=[])
    decide(prediction, "YES")
    before = version_of(Slice())

    settle_prediction(prediction_id=prediction.pk, now=NOW)

    assert version_of(Slice()) == before


@pytest.mark.django_db
def test_what_is_kept_comes_with_the_version_unless_it_is_known(django_assert_num_queries):
    decide(make_prediction(rules=[]), "YES")
    rebuild_scopes()

    with django_assert_num_queries(1):
        standing = standing_of(Slice())
    with django_assert_num_queries(1):
        known = standing_of(Slice(), known=standing.version)

    assert standing.scope == kept_scope(Slice())
    assert known == Standing(standing.version)


@pytest.mark.django_db
def test_what_is_kept_does_not_come_while_a_prediction_waits_to_be_counted():
    decide(prediction := make_prediction(rules=[]), "YES")
    rebuild_scopes()
    forecast(prediction, "0.4", days=3)

    assert standing_of(Slice()) == Standing(version_of(Slice()))


@pytest.mark.django_db
def test_what_happens_under_another_topic_leaves_the_version_of_a_topic_as_it_is():
    aid = make_prediction(rules=[])
    war = make_prediction(rules=[], statement="Another.", topic=make_topic("war"))
    for prediction in (aid, war):
        settle_prediction(prediction_id=prediction.pk, now=NOW)
    before = version_of(Slice(topic="aid")), version_of(Slice())

    decide(war, "YES")
    forecast(war, "0.4", days=3)

    assert version_of(Slice(topic="aid")) == before[0]
    assert version_of(Slice()) != before[1]


@pytest.mark.django_db
def test_a_forecast_changes_the_version_before_anything_is_settled():
    prediction = make_prediction(rules=[])
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    before = version_of(Slice(topic="aid"))

    forecast(prediction, "0.4", days=3)
    once = version_of(Slice(topic="aid"))
    forecast(prediction, "0.5", days=4)

    assert len({before, once, version_of(Slice(topic="aid"))}) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", [Slice(as_of=NOW), Slice(variant="STRICT")])
def test_what_is_evaluated_when_it_is_asked_for_has_no_version(chosen):
    decide(make_prediction(rules=[]), "YES")

    assert version_of(chosen) is None
