import pytest

from forecasts.scoring.thresholds import Missing
from forecasts.selectors import difficulties as module
from forecasts.selectors.difficulties import difficulties
from forecasts.selectors.slices import Slice
from tests.builders import NOW
from tests.forecasting import contest, contests

pytestmark = pytest.mark.django_db

ANY = Slice()


def lines(found):
    return {line.forecaster: line for group in found.groups for line in group}


def test_somebody_who_made_the_hard_predictions_is_set_beside_the_others():
    by_all, by_two = {"ada": "0.9", "bob": "0.8", "cleo": "0.9"}, {"ada": "0.9", "bob": "0.8"}
    contests(*[("YES", by_all)] * 20, *[("YES", by_two)] * 10, *[("NO", {"bob": "0.8", "cleo": "0.9"})] * 30)

    found = difficulties(ANY)

    assert len(found.groups) == 1
    by_name = lines(found)
    assert by_name["ada"].mean_brier == pytest.approx(0.01)
    # What was hard was hard for Bob and Cleo; had Ada been asked it, hers would be no better.
    assert by_name["ada"].adjusted.score > 0.2
    assert {line.absent for line in by_name.values()} == {None}
    assert lines(difficulties(Slice(as_of=NOW))).keys() == by_name.keys()


def test_too_few_events_and_nobody_to_compare_with_are_said():
    contest(1, ada="0.9", bob="0.6")
    contest(2, cleo="0.9")

    found = lines(difficulties(ANY))

    assert found["ada"].absent.text == "Shown from 30 independent events on; there is 1 so far."
    assert found["cleo"].absent.reason is Missing.NOT_COMPARABLE


def test_nothing_decided_has_no_groups():
    found = difficulties(ANY)

    assert (found.groups, found.n_forecasters, found.absent) == ((), 0, None)


def test_too_many_scores_are_not_worked_out_while_somebody_waits(monkeypatch):
    contest(1, ada="0.9", bob="0.6")
    monkeypatch.setattr(module, "MOST", 1)

    found = difficulties(ANY)

    assert (found.groups, found.absent.reason) == ((), Missing.TOO_MANY)


def test_more_forecasters_cost_no_more_queries(django_assert_num_queries):
    contest(1, **{f"person-{number}": "0.6" for number in range(12)})

    with django_assert_num_queries(3):
        assert difficulties(ANY).n_forecasters == 12
