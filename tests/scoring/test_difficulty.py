import math

import numpy as np
import pytest

from forecasts.scoring.comparison import SharedEvent, compare
from forecasts.scoring.difficulty import Mark, adjusted


def marks(rows):
    """Each row is forecaster, question and score; every question is an event of its own."""
    return [Mark(forecaster, question, question, score) for forecaster, question, score in rows]


def test_nobody_has_no_adjusted_score():
    assert adjusted([]) == {}


def test_whoever_answered_hard_questions_is_not_worse_for_it():
    # The hard question costs everybody 0.3 more. Ada, 0.1 better than Bob, answered it twice as often.
    rows = [
        ("ada", "hard", 0.4),
        ("bob", "hard", 0.5),
        ("ada", "easy", 0.1),
        ("bob", "easy", 0.2),
        ("cleo", "easy", 0.1),
    ]

    found = adjusted(marks(rows))

    # By hand: hard is worth 0.3 more than easy, so that Cleo, who saw only the easy one, would have averaged 0.25.
    assert {name: one.score for name, one in found.items()} == {
        "ada": pytest.approx(0.25),
        "bob": pytest.approx(0.35),
        "cleo": pytest.approx(0.25),
    }
    assert {(one.group, one.n_in_group) for one in found.values()} == {(0, 3)}


def test_shared_questions_connect_through_others():
    rows = [("ada", 1, 0.1), ("bob", 1, 0.2), ("bob", 2, 0.5), ("cleo", 2, 0.4)]

    found = adjusted(marks(rows))

    # Bob is 0.1 worse than either; question 2 costs 0.3 more than question 1.
    assert found["ada"].score == pytest.approx(found["cleo"].score) == pytest.approx(0.25)
    assert found["bob"].score == pytest.approx(0.35)


def test_what_nothing_connects_is_not_compared():
    rows = [("ada", 1, 0.1), ("bob", 1, 0.2), ("cleo", 2, 0.4), ("dan", 2, 0.4), ("eve", 2, 0.1), ("finn", 3, 0.0)]

    found = adjusted(marks(rows))

    assert {name: (one.group, one.n_in_group) for name, one in found.items()} == {
        "cleo": (0, 3), "dan": (0, 3), "eve": (0, 3), "ada": (1, 2), "bob": (1, 2), "finn": (2, 1),
    }  # fmt: skip
    assert found["finn"].score == 0.0


def test_of_complete_answers_it_is_the_plain_mean():
    generator = np.random.default_rng(3)
    table = generator.random((4, 30))
    rows = [(who, what, table[who, what]) for who in range(4) for what in range(30)]

    found = adjusted(marks(rows))

    assert [found[who].score for who in range(4)] == pytest.approx(table.mean(axis=1).tolist())


def test_of_two_the_difference_and_its_error_are_those_of_the_paired_comparison():
    generator = np.random.default_rng(5)
    table = generator.random((2, 40))
    events = [what // 2 for what in range(40)]
    found = adjusted([Mark(who, what, events[what], table[who, what]) for who in range(2) for what in range(40)])

    paired = compare(
        [SharedEvent(float((table[0] - table[1])[2 * event : 2 * event + 2].sum()), 2) for event in range(20)]
    )

    assert found[0].score - found[1].score == pytest.approx(paired.difference)
    half_width = (paired.high - paired.low) / 2
    # From the average of two, each is half as far away as from the other. The quantile is that of 19 degrees.
    assert found[0].standard_error == pytest.approx(half_width / 2.093024 / 2, rel=1e-6)
    assert found[0].n_clusters == 20


def test_it_finds_again_what_the_scores_were_made_of():
    generator = np.random.default_rng(9)
    skill, hardness = generator.normal(0, 0.05, 25), generator.normal(0.2, 0.1, 400)
    rows = [
        (who, what, skill[who] + hardness[what] + generator.normal(0, 0.02))
        for what in range(400)
        for who in generator.choice(25, size=4, replace=False)
    ]

    found = adjusted(marks(rows))

    true = skill - skill.mean()
    estimated = np.array([found[who].score for who in range(25)])
    errors = np.array([found[who].standard_error for who in range(25)])
    off = np.abs(estimated - estimated.mean() - true)
    assert off.max() < 0.015
    assert 0.85 < (off < 1.96 * errors).mean() <= 1.0


def test_weights_count_as_repetitions():
    rows = [("ada", 1, 0.1), ("bob", 1, 0.2), ("ada", 2, 0.5), ("bob", 2, 0.1)]
    doubled = [Mark(who, what, what, score, weight=2.0) for who, what, score in rows]

    found, same = adjusted(doubled), adjusted(marks(rows))

    assert found["ada"].score == pytest.approx(same["ada"].score)
    assert found["ada"].standard_error == pytest.approx(same["ada"].standard_error)


def test_one_event_has_no_error():
    found = adjusted([Mark("ada", 1, "one", 0.1), Mark("bob", 1, "one", 0.2)])

    assert found["ada"].standard_error is None


def test_identical_forecasters_do_not_differ_at_all():
    found = adjusted(marks([(who, what, 0.1 * what) for who in ("ada", "bob") for what in range(5)]))

    assert found["ada"].score == pytest.approx(found["bob"].score)
    assert found["ada"].standard_error == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("mark", [Mark("a", 1, 1, math.nan), Mark("a", 1, 1, 0.1, weight=0)])
def test_impossible_marks_are_refused(mark):
    with pytest.raises(ValueError, match="every mark needs a finite score and a weight above 0"):
        adjusted([mark])
