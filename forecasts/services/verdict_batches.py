"""Recording many verdicts and disputes, each told what became of it, with their predictions scored together."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from forecasts.models import Among, Prediction, Resolution

from .batches import Fate, RowResult, SentRow, key_in, one_by_one
from .scores import score_predictions


@transaction.atomic
def record_decisions(
    rows: Sequence[SentRow], *, write: Callable[[dict[str, Any]], tuple[object, bool]], now: datetime
) -> list[RowResult]:
    """
    Record rows that each say something of a `prediction`, then bring its scores in line.

    Every prediction is locked before anything else, in the order of their keys: sums are locked by whoever scores, who
    holds the prediction by then.

    Args:
        rows: Each with its index.
        write: Appends a resolution and returns its key and whether it is new; raises `Refused`.
    """
    _lock(rows)
    results = []
    for round_of_rows in _rounds(rows):
        told = one_by_one(round_of_rows, write=write)
        _score([one.key for one in told if one.fate is Fate.RECORDED], now=now)
        results += told
    return results


def _lock(rows: Sequence[SentRow]) -> None:
    named = {found for _, values in rows if (found := key_in(values.get("prediction")))}
    list(Prediction.objects.select_for_update().filter(Among("pk", named)).order_by("pk").values_list("pk"))


def _rounds(rows: Sequence[SentRow]) -> list[list[SentRow]]:
    """The rows, so that each prediction comes once in a round: what is superseded by a later row keeps scores of its own."""
    rounds: list[list[SentRow]] = []
    n_before: Counter[UUID | None] = Counter()
    for index, values in rows:
        key = key_in(values.get("prediction"))
        if n_before[key] == len(rounds):
            rounds.append([])
        rounds[n_before[key]].append((index, values))
        n_before[key] += 1
    return rounds


def _score(resolutions: Sequence[Any], *, now: datetime) -> None:
    decided = Resolution.objects.filter(Among("pk", resolutions)).values_list("prediction", flat=True)
    if predictions := set(decided):
        score_predictions(predictions=predictions, now=now)
