"""Real forecasts read by other means than the product's, for comparison with what it makes of them."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

WHOLE = 1_000_000


class Sample(NamedTuple):
    """Probabilities on the grid of 0.0001, outcomes in [0, 1], weights and the events that they hang on."""

    fcst: np.ndarray
    obs: np.ndarray
    weight: np.ndarray
    cluster: Sequence[str]

    def binary(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same as outcomes of 0 and 1: what came true in part is a yes and a no of that weight."""
        fcst, obs = np.tile(self.fcst, 2), np.repeat([1, 0], len(self.obs))
        weight = np.concatenate([self.weight * self.obs, self.weight * (1 - self.obs)])
        kept = weight > 0
        return fcst[kept], obs[kept], weight[kept]


def games(rows: list[dict[str, str]]) -> Sample:
    """One forecast a game, that the first team wins."""
    return _sample(
        [(row["prob1"], row["prob1_outcome"], f"{row['date']} {row['team1']} {row['team2']}") for row in rows]
    )


def matches(rows: list[dict[str, str]]) -> Sample:
    """Three forecasts a match, on one event."""
    found = [
        (row[side], row[f"{side}_outcome"], f"{row['date']} {row['team1']} {row['team2']}")
        for row in rows
        for side in ("prob1", "probtie", "prob2")
    ]
    return _sample(found)


def rounds(rows: list[dict[str, str]]) -> Sample:
    """The forecasts on resolved questions; those on one question share one unit of weight."""
    resolved = [row for row in rows if row["resolved"] == "True"]
    resolved.sort(key=lambda row: (row["source"], row["question_id"], row["freeze_datetime"]))
    return _sample(
        [
            (row["forecast_probability"], row["resolved_to"], f"{row['source']} {row['question_id']}")
            for row in resolved
        ],
        shared=True,
    )


def _sample(found: list[tuple[str, str, str]], *, shared: bool = False) -> Sample:
    times, seen = Counter(cluster for *_, cluster in found), Counter[str]()
    weights = []
    for *_, cluster in found:
        n = times[cluster] if shared else 1
        weights.append(WHOLE // n + (seen[cluster] < WHOLE % n))
        seen[cluster] += 1
    levels = [
        min(max(round(float(p) * 10_000), 0 if float(p) == 0 else 1), 9_999 if float(p) < 1 else 10_000)
        for p, *_ in found
    ]
    return Sample(
        fcst=np.array(levels) / 10_000,
        obs=np.array([float(y) for _, y, _ in found]),
        weight=np.array(weights) / WHOLE,
        cluster=[cluster for *_, cluster in found],
    )
