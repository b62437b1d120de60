"""What predictions add to the coverage of each forecaster who has to do with them."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from uuid import UUID

from django.db.models import Count, Q, Sum

from forecasts.models import Among, ArticleAuthor, Forecast, Posting

from .coverage import AGAINST
from .standings import IS_HEDGE, Counts, Standing, Stated, counts_under

Pair = tuple[UUID, UUID]  # A prediction and a forecaster.
BySlug = Mapping[str, Counts]
NOTHING_STATED = (0, 0, 0)


def own_counts_of(standings: Mapping[UUID, Standing], *, forecasters: Mapping[UUID, str]) -> Mapping[UUID, BySlug]:
    """
    What each prediction adds to the coverage of those forecasters who forecast or hold it, or wrote its article.

    The number of queries does not depend on how many they are.

    Args:
        standings: How the predictions stand.
        forecasters: The slugs of some, by their keys.
    """
    if not forecasters:
        return {}
    return own_counts_given(
        standings,
        forecasters=forecasters,
        stated=_stated(standings, forecasters),
        posted=_posted(standings, forecasters),
    )


def own_counts_given(
    standings: Mapping[UUID, Standing],
    *,
    forecasters: Mapping[UUID, str],
    stated: Mapping[Pair, Stated],
    posted: Mapping[Pair, Counts],
) -> Mapping[UUID, BySlug]:
    """
    What `own_counts_of` returns, where the forecasts have been counted already.

    Args:
        standings: How the predictions stand.
        forecasters: The slugs of some, by their keys.
        stated: How many probabilities of their own a forecaster gave for a prediction, how many that only hedge, and how
            many of all these in words; there for everybody who forecast it, be it to withdraw. Other
            predictions and forecasters may be among them.
        posted: How many of their forecasts count on it, by the name in `AGAINST` of what they are compared with.
    """
    written = _written(standings, forecasters)
    held = {(pk, one.holder) for pk, one in standings.items() if one.holder in forecasters}
    about = held | {(pk, who) for pk, who in stated if pk in standings and who in forecasters}
    found: dict[UUID, dict[str, Counts]] = defaultdict(dict)
    for pair in about | written:
        one = standings[pair[0]]
        is_reported = one.is_reported and pair in written and pair not in held
        if pair in about:
            ours, counted = stated.get(pair, NOTHING_STATED), posted.get(pair, {})
            counts = counts_under(one, stated=ours, posted=counted, is_reported=is_reported)
        else:
            counts = +Counter(reported=int(is_reported))
        found[pair[0]][forecasters[pair[1]]] = counts
    return found


def _stated(standings: Mapping[UUID, Standing], forecasters: Mapping[UUID, str]) -> Mapping[Pair, Stated]:
    rows = Forecast.objects.filter(Among("prediction", standings), Among("forecaster", forecasters)).order_by()
    own, hedge = Q(is_scored=True, probability__isnull=False), Q(**{IS_HEDGE: True})
    counted = rows.values_list("prediction", "forecaster").annotate(
        own=Count("pk", filter=own & ~hedge),
        hedges=Count("pk", filter=own & hedge),
        worded=Count("pk", filter=own & ~Q(phrase="")),
    )
    return {(pk, who): numbers for pk, who, *numbers in counted}


def _posted(standings: Mapping[UUID, Standing], forecasters: Mapping[UUID, str]) -> Mapping[Pair, Counts]:
    found: dict[Pair, dict[str, int]] = defaultdict(dict)
    rows = Posting.objects.filter(
        Among("resolution__prediction", standings), Among("forecast__forecaster", forecasters)
    ).order_by()
    alike = rows.values_list("resolution__prediction", "forecast__forecaster", "reference_kind")
    for pk, who, kind, n in alike.annotate(n=Sum("sign")):
        found[pk, who][AGAINST[kind]] = n
    return found


def _written(standings: Mapping[UUID, Standing], forecasters: Mapping[UUID, str]) -> set[Pair]:
    """The predictions in articles that the forecasters wrote."""
    rows = ArticleAuthor.objects.filter(Among("article__predictions", standings), Among("forecaster", forecasters))
    return set(rows.values_list("article__predictions", "forecaster"))
