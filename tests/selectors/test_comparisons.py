from dataclasses import replace
from datetime import timedelta

import pytest

from forecasts.scoring.comparison import Comparison
from forecasts.scoring.intervals import IntervalMethod
from forecasts.scoring.thresholds import Absent, Missing
from forecasts.selectors.comparisons import compare_two, compare_with_peers
from forecasts.selectors.slices import Slice, Weighting
from tests.builders import NOW, PUBLISHED, make_forecaster
from tests.forecasting import contest, decide, record_rows, row, says

pytestmark = pytest.mark.django_db

ANY = Slice()


def test_only_what_both_made_counts():
    contest(1, ada="0.9", bob="0.6")
    contest(2, "NO", ada="0.2", bob="0.5")
    contest(3, ada="0.1")
    contest(4, bob="0.7")

    found = compare_two(ANY, first="ada", second="bob")

    assert (found.n_shared, found.n_clusters) == (2, 2)
    assert (found.first_brier, found.second_brier) == (
        pytest.approx((0.01 + 0.04) / 2),
        pytest.approx((0.16 + 0.25) / 2),
    )
    assert isinstance(found.comparison, Comparison)
    assert found.comparison.difference == pytest.approx((-0.15 - 0.21) / 2)
    assert (found.comparison.method, found.comparison.p_value) == (IntervalMethod.SIGN_FLIP, 0.5)
    assert (found.only_first.n, found.only_first.mean_brier) == (1, pytest.approx(0.81))
    assert (found.only_second.n, found.only_second.mean_brier) == (1, pytest.approx(0.09))
    assert [(call.title, round(call.difference, 4)) for call in found.calls] == [("Claim 2", -0.21), ("Claim 1", -0.15)]


def test_turning_them_round_turns_the_sign():
    contest(1, ada="0.9", bob="0.6")
    contest(2, "NO", ada="0.6", bob="0.5")

    one, other = (compare_two(ANY, first=a, second=b) for a, b in (("ada", "bob"), ("bob", "ada")))

    assert one.comparison.difference == -other.comparison.difference
    assert one.comparison.p_value == other.comparison.p_value


def test_nothing_shared_is_an_answer():
    contest(1, ada="0.9")
    contest(2, bob="0.6")

    found = compare_two(ANY, first="ada", second="bob")

    assert isinstance(found.comparison, Absent)
    assert found.comparison.reason is Missing.NOTHING_SHARED
    assert (found.n_shared, found.first_brier, found.calls) == (0, None, ())
    assert (found.only_first.n, found.only_second.n) == (1, 1)


def test_two_who_never_forecast_share_nothing():
    found = compare_two(ANY, first="ada", second="bob")

    assert (found.n_shared, found.only_first.n, found.only_first.mean_brier) == (0, 0, None)


def test_one_shared_event_cannot_tell_skill_from_luck():
    contest(1, ada="0.9", bob="0.6", cluster="one")
    contest(2, ada="0.9", bob="0.6", cluster="one")

    found = compare_two(ANY, first="ada", second="bob")

    assert (found.n_shared, found.n_clusters, found.first_brier) == (2, 1, pytest.approx(0.01))
    assert isinstance(found.comparison, Absent)
    assert found.comparison.reason is Missing.TOO_FEW_EVENTS


def test_identical_forecasts_differ_by_nothing_and_prove_nothing():
    for number in range(16):
        contest(number, "YES" if number % 2 else "NO", ada="0.7", bob="0.7")

    found = compare_two(ANY, first="ada", second="bob")

    assert isinstance(found.comparison, Comparison)
    assert (found.comparison.difference, found.comparison.p_value) == (0.0, 1.0)
    assert found.comparison.method is IntervalMethod.ALIKE_BOUND
    assert (found.comparison.low, found.comparison.high) == (
        pytest.approx(-0.2059, abs=1e-4),
        pytest.approx(0.2059, abs=1e-4),
    )


def test_several_forecasts_share_one_unit_of_weight():
    prediction = contest(1, ada="0.9", bob="0.6")
    says("ada", prediction, "0.5", days=2)
    decide(prediction)
    contest(2, ada="0.8", bob="0.8")

    found = compare_two(ANY, first="ada", second="bob")
    last = compare_two(replace(ANY, weighting=Weighting.LAST), first="ada", second="bob")

    (first, _) = found.calls
    assert (first.title, first.weight) == ("Claim 1", 1.0)
    assert first.first_brier == pytest.approx((0.01 + 0.25) / 2)
    assert last.calls[0].first_brier == pytest.approx(0.25)


def test_two_hundred_revisions_count_as_one_prediction():
    said = [
        ("bob", "0.6", 0.0),
        ("ada", "0.9", 0.0),
        *(("ada", f"0.{one:03}", one / 100 + 0.001) for one in range(200)),
    ]
    record_rows(
        row("Claim 1.", who, probability, made_at=PUBLISHED + timedelta(days=1 + days), verdict="YES")
        for who, probability, days in said
    )
    contest(2, ada="0.9", bob="0.6")

    found = compare_two(ANY, first="ada", second="bob")

    assert (found.n_shared, {call.weight for call in found.calls}) == (2, {1.0})
    assert found.comparison.difference == pytest.approx(sum(call.difference for call in found.calls) / 2)


def test_a_slice_narrows_the_comparison():
    contest(1, ada="0.9", bob="0.6")
    contest(2, ada="0.9", bob="0.6")

    found = compare_two(replace(ANY, topic="policy"), first="ada", second="bob")

    assert found.n_shared == 0


def test_what_was_known_earlier_is_compared_as_of_then():
    contest(1, ada="0.9", bob="0.6")
    contest(2, "NO", ada="0.2", bob="0.5")

    recounted = compare_two(replace(ANY, as_of=NOW), first="ada", second="bob")
    before = compare_two(replace(ANY, as_recorded=NOW.replace(year=2024)), first="ada", second="bob")
    recorded = compare_two(ANY, first="ada", second="bob")

    assert (recounted.comparison, recounted.calls) == (recorded.comparison, recorded.calls)
    assert before.n_shared == 0


def test_the_same_forecaster_twice_is_refused():
    with pytest.raises(ValueError, match="ada cannot be compared with themselves"):
        compare_two(ANY, first="ada", second="ada")


def test_peers_are_everybody_else_on_the_same_prediction_each_counting_once():
    prediction = contest(1, ada="0.8", bob="0.9", cleo="0.5")
    says("bob", prediction, "0.7", days=3)
    decide(prediction)
    contest(2, "NO", ada="0.5", bob="0.4")
    contest(3, ada="0.1")
    contest(4, bob="0.1", cleo="0.2")

    found = compare_with_peers(ANY, first="ada")

    bob, cleo = (0.01 + 0.09) / 2, 0.25
    assert {call.title: (call.second_brier, call.n_peers) for call in found.calls} == {
        "Claim 1": (pytest.approx((bob + cleo) / 2), 2),
        "Claim 2": (pytest.approx(0.16), 1),
    }
    assert found.comparison.difference == pytest.approx((0.04 - (bob + cleo) / 2 + 0.25 - 0.16) / 2)
    assert (found.only_first.n, found.only_second.n) == (1, 0)


def test_the_page_works_out_a_peer_figure_by_hand():
    contest(1, ada="0.8", bob="0.7")
    contest(2, "NO", ada="0.5", bob="0.4")

    found = compare_with_peers(ANY, first="ada")

    assert -found.comparison.difference == pytest.approx(((0.09 - 0.04) + (0.16 - 0.25)) / 2)


@pytest.mark.parametrize("kind", ["CROWD", "MARKET"])
def test_crowds_and_markets_are_nobodys_peers_and_have_peers_themselves(kind):
    make_forecaster("exchange", kind=kind)
    contest(1, ada="0.9", exchange="0.6")
    contest(2, ada="0.9", bob="0.9", exchange="0.6")

    ada, exchange = (compare_with_peers(ANY, first=slug) for slug in ("ada", "exchange"))
    recounted = compare_with_peers(replace(ANY, as_of=NOW), first="ada")

    assert [call.n_peers for call in ada.calls] == [1]
    assert recounted.calls == ada.calls
    assert sorted(call.n_peers for call in exchange.calls) == [1, 2]


def test_peer_figures_of_one_prediction_weighted_by_it_add_up_to_nothing():
    contest(1, ada="0.9", bob="0.6", cleo="0.2")
    contest(2, "NO", ada="0.9", bob="0.6", cleo="0.2")

    differences = [compare_with_peers(ANY, first=slug).comparison.difference for slug in ("ada", "bob", "cleo")]

    assert sum(differences) == pytest.approx(0)


def test_more_predictions_cost_no_more_queries(django_assert_num_queries):
    for number in range(3):
        contest(number, ada="0.9", bob="0.6")

    for _ in range(2):
        with django_assert_num_queries(3):
            compare_two(ANY, first="ada", second="bob")
        with django_assert_num_queries(3):
            compare_with_peers(ANY, first="ada")
        contest(10 + _, ada="0.9", bob="0.6", cleo="0.3")
