"""Forecasters who were asked different things, set beside each other by what was hard for everybody."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import lsqr

from forecasts.scoring.rules import Direction, Measure
from forecasts.scoring.validation import FloatArray

DIFFICULTY_ADJUSTED: Final = Measure(
    "DIFFICULTY_ADJUSTED", "two-way-brier-1", None, None, Direction.LOWER_IS_BETTER, "squared probability"
)
# The errors need a matrix of all against all.
MOST_WITH_ERRORS: Final = 1_000
PRECISION: Final = 1e-12

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a forecaster scored on a question that hangs on an event; the score lower the better, the weight above 0."""

    forecaster: Hashable
    question: Hashable
    event: Hashable
    score: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Adjusted:
    """
    What a forecaster would have scored on every question of their group, as far as questions are hard alike for all.

    Only members of one `group` can be compared; 0 is the largest. `standard_error` is of the distance from the group's
    average, robust to events; None where the group is too large for it, or has a single event.
    """

    score: float
    standard_error: float | None
    group: int
    n_in_group: int
    n_clusters: int


def adjusted(marks: Sequence[Mark]) -> Mapping[Hashable, Adjusted]:
    """
    Return what each forecaster would have scored had all answered the same questions.

    A score is taken as the sum of what is the forecaster's and what is the question's, fitted by least squares. That can
    be told apart only among those whom shared questions connect, directly or through others.

    Args:
        marks: At most one for each forecaster and question.
    Returns:
        By forecaster. Somebody alone in a group is comparable with nobody.
    Raises:
        ValueError: A score that is not finite or a weight not above 0.
    References:
        Abowd, Creecy and Kramarz (2002), Computing person and firm effects, U.S. Census Bureau; Liang and Zeger (1986),
        Biometrika 73(1), 13-22 for the errors. ForecastBench, forecastbench.org, ranks models in this way.
    """
    if not marks:
        return {}
    scores, weights = (np.array([getattr(one, name) for one in marks]) for name in ("score", "weight"))
    if not (np.isfinite(scores).all() and np.isfinite(weights).all() and (weights > 0).all()):
        raise ValueError("every mark needs a finite score and a weight above 0")
    names, who = _numbered([one.forecaster for one in marks])
    questions, what = _numbered([one.question for one in marks])
    _, event = _numbered([one.event for one in marks])
    groups = _groups(who, what, n_forecasters=len(names), n_questions=len(questions))
    found: dict[Hashable, Adjusted] = {}
    for number, members in enumerate(groups):
        rows = np.isin(who, members)
        found |= _fitted(names, who[rows], what[rows], event[rows], scores[rows], weights[rows], group=number)
    return found


def _numbered(keys: Sequence[Hashable]) -> tuple[list[Hashable], Numbers]:
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    return list(places), np.array([places[key] for key in keys], dtype=np.intp)


def _groups(who: Numbers, what: Numbers, *, n_forecasters: int, n_questions: int) -> list[Numbers]:
    """The forecasters of each connected part, the largest first."""
    size = n_forecasters + n_questions
    graph = coo_array((np.ones(len(who)), (who, n_forecasters + what)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    parts = [np.flatnonzero(labels[:n_forecasters] == label) for label in np.unique(labels[:n_forecasters])]
    return sorted(parts, key=lambda part: (-len(part), int(part[0])))


def _fitted(
    names: Sequence[Hashable],
    who: Numbers,
    what: Numbers,
    event: Numbers,
    scores: FloatArray,
    weights: FloatArray,
    *,
    group: int,
) -> dict[Hashable, Adjusted]:
    members, who = np.unique(who, return_inverse=True)
    questions, what = np.unique(what, return_inverse=True)
    skill, hardness = _least_squares(who, what, scores, weights)
    residuals = weights * (scores - skill[who] - hardness[what])
    errors = _errors(who, what, event, residuals, weights)
    level = math.fsum(hardness) / len(questions)
    clusters = coo_array((np.ones(len(who)), (who, event))).tocsr()
    return {
        names[member]: Adjusted(
            score=float(skill[place]) + level,
            standard_error=None if errors is None else float(errors[place]),
            group=group,
            n_in_group=len(members),
            n_clusters=int(clusters.indptr[place + 1] - clusters.indptr[place]),
        )
        for place, member in enumerate(members)
    }


def _least_squares(
    who: Numbers, what: Numbers, scores: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    rows, roots = np.arange(len(who)), np.sqrt(weights)
    design = vstack([coo_array((roots, (who, rows))), coo_array((roots, (what, rows)))]).T.tocsr()
    found = lsqr(design, roots * scores, atol=PRECISION, btol=PRECISION, iter_lim=10 * sum(design.shape))[0]
    n = int(who.max()) + 1
    return found[:n], found[n:]


def _errors(
    who: Numbers, what: Numbers, event: Numbers, residuals: FloatArray, weights: FloatArray
) -> FloatArray | None:
    """The error of each forecaster's distance from the average of the group, over questions."""
    n, events = int(who.max()) + 1, len(np.unique(event))
    if n > MOST_WITH_ERRORS or events < 2:
        return None
    table: csr_array[Any, Any] = coo_array((weights, (who, what))).tocsr()
    per_question = np.asarray(table.sum(axis=0)).ravel()
    shares = table / per_question
    information = np.diag(np.asarray(table.sum(axis=1)).ravel()) - (shares @ table.T).toarray()
    influence = np.linalg.pinv(information, hermitian=True) @ coo_array((residuals, (who, event))).toarray()
    from_average = influence - (np.asarray(shares.mean(axis=1)).ravel() @ influence)
    return np.sqrt(events / (events - 1) * (from_average**2).sum(axis=1))
