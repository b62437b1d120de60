"""Kleene's tables, in full."""

from itertools import product

import pytest

from forecasts.rules.truth import Truth, all_of, any_of, negate

AND = {"TT": "T", "TF": "F", "TU": "U", "FT": "F", "FF": "F", "FU": "F", "UT": "U", "UF": "F", "UU": "U"}
OR = {"TT": "T", "TF": "T", "TU": "T", "FT": "T", "FF": "F", "FU": "U", "UT": "T", "UF": "U", "UU": "U"}
PAIRS = [pytest.param(left, right, id=left + right) for left, right in product(Truth, repeat=2)]


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_conjunction_follows_the_table(left, right):
    assert all_of([left, right]) == AND[left + right]


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_disjunction_follows_the_table(left, right):
    assert any_of([left, right]) == OR[left + right]


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_negated_conjunction_is_the_disjunction_of_negations(left, right):
    assert negate(all_of([left, right])) == any_of([negate(left), negate(right)])


def test_nothing_at_all_is_true_together_and_false_apart():
    assert (all_of([]), any_of([])) == (Truth.T, Truth.F)


def test_not_known_stays_not_known_when_negated():
    assert [negate(value) for value in Truth] == [Truth.F, Truth.T, Truth.U]
