"""How predictions stand, and what each adds to the coverage of the slices it belongs to: counts that add up over any set."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, Sum

from forecasts.models import Among, Forecast, Forecaster, Posting, Prediction, Resolution, RuleVersion

from .counting import SETTLED
from .coverage import AGAINST, Facts, names_under

Counts = Mapping[str, int]
Stated = Sequence[int]
NO_WORD = ("", "", "", False)
IS_HEDGE = "lexicon_entry__is_hedge"


class Standing(NamedTuple):
    """
    What decides how a prediction counts, whoever forecast it.

    `word` has the verdict, the state and the side of the last word on it, and whether it was logged late.
    """

    word: tuple[str, str, str, bool]
    is_conditional: bool
    deadline_basis: str
    is_reported: bool
    is_read_otherwise: bool
    holder: UUID


def standings_of(predictions: Collection[UUID]) -> dict[UUID, Standing]:
    """How each prediction stands. The number of queries does not depend on how many they are."""
    last = Resolution.objects.current().filter(Among("prediction", predictions))
    told = last.values_list("prediction", "verdict", "state", "side_value", "is_retrospective")
    words = {pk: (verdict, state, side, is_late) for pk, verdict, state, side, is_late in told}
    others = RuleVersion.objects.exclude(variant=RuleVersion.Variant.CENTRAL).filter(Among("prediction", predictions))
    read_otherwise = set(others.values_list("prediction", flat=True))
    rows = Prediction.objects.filter(Among("pk", predictions))
    found = rows.values_list("pk", "condition", "deadline_basis", "attribution", "holder")
    return {
        pk: Standing(
            words.get(pk, NO_WORD),
            bool(condition),
            basis,
            attribution == Prediction.Attribution.REPORTED,
            pk in read_otherwise,
            holder,
        )
        for pk, condition, basis, attribution, holder in found
    }


def counts_of(standings: Mapping[UUID, Standing]) -> dict[UUID, Counts]:
    """
    What each prediction adds to the coverage of the slices it belongs to, whoever forecast it but aggregates.

    The number of queries does not depend on how many they are.
    """
    return counts_given(standings, stated=_stated(standings), posted=_posted(standings))


def counts_given(
    standings: Mapping[UUID, Standing], *, stated: Mapping[UUID, Stated], posted: Mapping[UUID, Counts]
) -> dict[UUID, Counts]:
    """
    What `counts_of` returns, where the forecasts have been counted already.

    Args:
        standings: How the predictions stand.
        stated: How many probabilities of their forecasters' own each has, how many that only hedge, and how many of
            all these were given in words.
        posted: How many forecasts count on each, by the name in `AGAINST` of what they are compared with.
    """
    return {
        pk: counts_under(one, stated=stated[pk], posted=posted[pk], is_reported=one.is_reported)
        for pk, one in standings.items()
    }


def counts_under(one: Standing, *, stated: Stated, posted: Counts, is_reported: bool) -> Counts:
    """What a prediction that stands so adds by some forecasts on it, be they all or those of one forecaster."""
    n_asked, n_hedges, n_worded = stated
    facts = Facts(*one.word, one.is_conditional, one.deadline_basis, n_asked > 0, n_hedges > 0, any(posted.values()))
    counts = Counter(names_under(facts))
    more = {"reported": is_reported, "in_words": n_worded > 0, "read_otherwise": one.is_read_otherwise}
    counts.update({name: int(is_so) for name, is_so in more.items()})
    counts["forecasts_excluded"] = n_asked - sum(posted.values()) if facts.verdict in SETTLED else 0
    counts.update(posted)
    return +counts


def _stated(predictions: Collection[UUID]) -> Mapping[UUID, Stated]:
    found: dict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0])
    own = Forecast.objects.filter(Among("prediction", predictions), is_scored=True).exclude(probability=None)
    own = own.exclude(forecaster__kind=Forecaster.Kind.AGGREGATE).order_by()
    counted = own.values_list("prediction", IS_HEDGE).annotate(n=Count("pk"), worded=Count("pk", filter=~Q(phrase="")))
    for pk, is_hedge, n, worded in counted:
        found[pk][bool(is_hedge)] += n
        found[pk][2] += worded
    return found


def _posted(predictions: Collection[UUID]) -> Mapping[UUID, Counts]:
    """How many forecasts count on each prediction, by what they are compared with."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = Posting.objects.filter(Among("resolution__prediction", predictions))
    rows = rows.exclude(forecast__forecaster__kind=Forecaster.Kind.AGGREGATE).order_by()
    for pk, kind, n in rows.values_list("resolution__prediction", "reference_kind").annotate(n=Sum("sign")):
        found[pk][AGAINST[kind]] = n
    return found
