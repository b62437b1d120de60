"""The tests of soundness bite: faults put into a copy of the project make them fail."""

import pytest

from tests.soundness.mutants import ALL, ROOT, NotApplicable, copy_of_the_project, is_noticed, mutated
from tests.soundness.mutations import Mutation

pytestmark = pytest.mark.any_database

QUICK = (
    "a window includes its end",
    "an unmet condition is a No",
    "the error is not corrected for few events",
)


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.name)
def test_a_fault_still_fits_the_code(mutation):
    assert mutated(mutation, root=ROOT) != (ROOT / mutation.path).read_text()


def test_a_fault_that_fits_nowhere_is_told():
    lost = Mutation("lost", "forecasts/rules/truth.py", "no such text", "")

    with pytest.raises(NotApplicable, match=r"lost: 'no such text' stands 0 times in forecasts/rules/truth.py"):
        mutated(lost, root=ROOT)


@pytest.fixture(scope="module")
def copy():
    with copy_of_the_project() as copy:
        yield copy


@pytest.mark.parametrize("mutation", [one for one in ALL if one.name in QUICK], ids=lambda one: one.name)
def test_a_fault_is_noticed(mutation, copy):
    assert is_noticed(mutation, copy=copy)
