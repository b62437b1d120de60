"""The tests of soundness bite: faults put into the code make them fail. `make mutants` puts in every one."""

import pytest

from tests.soundness.faulty import ROOT, NotApplicable, mutated, run_with
from tests.soundness.mutations import MUTATIONS, SEARCHED, Mutation
from tests.soundness.profiles import PROFILE
from tests.soundness.scoring_mutations import SCORING_MUTATIONS

ALL = (*MUTATIONS, *SEARCHED, *SCORING_MUTATIONS)
# HYPOTHESIS_PROFILE=search puts in those that are found by a long search, all others HYPOTHESIS_PROFILE=mutants.
OF_THIS_PROFILE = [one for one in ALL if one.profile == PROFILE]

pytestmark = pytest.mark.any_database


def by_name(mutation: Mutation) -> str:
    return mutation.name


@pytest.mark.parametrize("mutation", ALL, ids=by_name)
def test_a_fault_still_fits_the_code(mutation):
    assert mutated(mutation) != (ROOT / mutation.path).read_text()


def test_a_fault_that_fits_nowhere_is_told():
    lost = Mutation("lost", "forecasts/rules/truth.py", "no such text", "", tests=())

    with pytest.raises(NotApplicable, match=r"lost: 'no such text' stands 0 times in forecasts/rules/truth.py"):
        mutated(lost)


def test_a_change_of_nothing_is_not_taken_for_a_fault():
    fault = MUTATIONS[0]

    code, printed = run_with(fault._replace(new=f"{fault.old} # as before", tests=("tests/rules/test_windows.py",)))

    assert (code, " passed" in printed) == (0, True), printed


@pytest.mark.mutant
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mutation", OF_THIS_PROFILE, ids=by_name)
def test_a_fault_is_noticed(mutation, django_db_blocker):
    with django_db_blocker.unblock():
        code, printed = run_with(mutation)

    # Not by a set-up that failed, which may have failed for another reason.
    assert (code, "\nFAILED " in printed, "\nERROR " in printed) == (1, True, False), printed
