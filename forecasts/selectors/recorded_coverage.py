"""What became of the predictions of a slice by the verdicts on record, counted by the database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
)

from forecasts.models import Forecast, Posting, Prediction, Resolution

from .counting import SETTLED
from .coverage import AGAINST, Coverage, Facts, asked_forecasts, counts_of, coverage_predictions, reported, stated_in
from .kept_coverage import kept_counts
from .slices import Slice, Weighting, postings_in, weight_of
from .standings import NO_WORD
from .sums import KeptScope, kept_scope

WORD = ("verdict", "state", "side_value", "is_retrospective")
NO_FACTS = Facts(*NO_WORD, False, "", False, False, False)
OF_THE_SCHEDULE = (Weighting.TIME_WEIGHTED, Weighting.AT_HORIZON)
# What leaves out one forecast on a prediction and keeps another: the first or the last may be what is left out.
PARTS_A_RECORD = {"verbal", "lead_days_min", "lead_days_max"}


def recorded_coverage(chosen: Slice, *, is_whole: bool = True) -> Coverage:
    """
    What became of the predictions of a slice by the verdicts on record, or by those on record at an instant.

    The number of queries does not depend on how many they are, and none of them is read one by one.

    Args:
        chosen: The slice.
        is_whole: Whether to count beside the predictions what was reported, made too late, compared with each reference,
            and weighed nothing. Without these, which may be 0, the database has less to do.
    """
    return coverage_with(chosen, scope=kept_scope(chosen), is_whole=is_whole)


def coverage_with(chosen: Slice, *, scope: KeptScope | None, is_whole: bool = True) -> Coverage:
    """What `recorded_coverage` returns, by whoever read the scope that holds the sums of the slice already."""
    kept = kept_counts(chosen, scope=scope)
    if kept is not None:
        return Coverage.of_kept(kept)
    return _counted_now(chosen) if is_whole else Coverage.of(counts_of(_added_up(row[1:] for row in _grouped(chosen))))


def _counted_now(chosen: Slice) -> Coverage:
    beside = _numbers("reported", reported(chosen)), _numbers("forecasts_excluded", _too_late(chosen))
    by_weight = [_numbers("weighted", _weighted(chosen))] if _may_weigh_nothing(chosen) else []
    # One statement, so of one instant.
    rows = list(_grouped(chosen).union(_references(chosen), *beside, *by_weight, all=True))
    counts = counts_of(_added_up(facts for name, *facts in rows if not name))
    counts.update({AGAINST.get(name, name): facts[-1] for name, *facts in rows if name})
    if by_weight:
        counts["unweighted"] = counts["resolved"] - counts["weighted"]
    return Coverage.of(counts)


def _may_weigh_nothing(chosen: Slice) -> bool:
    """Whether a prediction can be resolved whose forecasts of the slice all weigh nothing."""
    if chosen.weighting is Weighting.PER_PREDICTION:
        return False
    return chosen.weighting in OF_THE_SCHEDULE or bool(PARTS_A_RECORD & chosen.is_narrowed_by())


def last_words(chosen: Slice) -> QuerySet[Resolution]:
    """The last resolution of each prediction, now or as the database held them."""
    if chosen.as_recorded is None:
        # Asked as a join, PostgreSQL expects one row to be left of all.
        return Resolution.objects.filter(~Exists(Resolution.objects.filter(supersedes=OuterRef("pk"))))
    known = Resolution.objects.filter(recorded_at__lte=chosen.as_recorded)
    return known.exclude(superseded_by__recorded_at__lte=chosen.as_recorded)


def standing_postings(chosen: Slice) -> QuerySet[Posting]:
    """The postings of a slice that nothing has taken back, or had by the instant it asks about."""
    taking_back = Posting.objects.filter(takes_back=OuterRef("pk"))
    if chosen.as_recorded is not None:
        taking_back = taking_back.filter(recorded_at__lte=chosen.as_recorded)
    # Asked as a join, PostgreSQL expects one row to be left of all, and looks everything else up row by row.
    return postings_in(chosen).filter(~Exists(taking_back), sign=1)


def _with_last_words(chosen: Slice) -> QuerySet[Prediction]:
    """
    The predictions of a slice with the last resolution of each, now or as the database held them, as `word`.

    It is missing where nothing was ever said.
    """
    known, later = Q(), Resolution.objects.filter(supersedes=OuterRef("word__pk"))
    if chosen.as_recorded is not None:
        known = Q(resolutions__recorded_at__lte=chosen.as_recorded)
        later = later.filter(recorded_at__lte=chosen.as_recorded)
    words = coverage_predictions(chosen).annotate(word=FilteredRelation("resolutions", condition=known))
    return words.filter(~Exists(later))


def _in_time(rows: QuerySet[Prediction], chosen: Slice) -> QuerySet[Prediction]:
    """
    Those that were logged, and one of whose forecasts was made, when the slice asks.

    Where nothing was ever said, they were not logged late, as far as anybody knows.
    """
    rows = rows.alias(is_late=F("word__is_retrospective"), known_at=F("word__known_at"))
    if chosen.retrospective is not None:
        unknown = Q() if chosen.retrospective else Q(is_late=None)
        rows = rows.filter(unknown | Q(is_late=chosen.retrospective))
    least, most = chosen.lead_days_min, chosen.lead_days_max
    if least is None and most is None:
        return rows
    made = stated_in(chosen).filter(prediction=OuterRef("pk"))
    if least is not None:
        made = made.filter(made_at__lte=OuterRef("known_at") - timedelta(days=least))
    if most is not None:
        made = made.filter(made_at__gte=OuterRef("known_at") - timedelta(days=most))
    return rows.filter(Q(known_at=None) | Q(Exists(made)))


def _grouped(chosen: Slice) -> QuerySet[Prediction, tuple[Any, ...]]:
    """No name, the facts of each kind of predictions, and how many there are of it."""
    asked = asked_forecasts(chosen).order_by()
    posted = standing_postings(_unweighted(chosen)).order_by()
    kinds = _in_time(_with_last_words(chosen), chosen).annotate(
        has_condition=ExpressionWrapper(~Q(condition=""), BooleanField()),
        is_asked=_is_among(asked.exclude(lexicon_entry__is_hedge=True).values("prediction")),
        is_hedged=_is_among(asked.filter(lexicon_entry__is_hedge=True).values("prediction")),
        is_counted=_is_among(posted.values("resolution__prediction")),
    )
    said = (f"word__{name}" for name in WORD)
    names = ("has_condition", "deadline_basis", "is_asked", "is_hedged", "is_counted")
    return kinds.order_by().values_list(Value(""), *said, *names).annotate(number=Count("pk"))


def _is_among(predictions: QuerySet) -> ExpressionWrapper:
    # Not asked of each row: whoever forecast much would be gone through as often as they forecast.
    return ExpressionWrapper(Q(pk__in=predictions), BooleanField())


def _added_up(rows: Iterable[Sequence[Any]]) -> Counter[Facts]:
    found: Counter[Facts] = Counter()
    for *facts, number in rows:
        found[Facts(*facts)] += number
    return found


def _numbers(name: str, rows: QuerySet) -> QuerySet:
    """One row as wide as those of `_grouped`: the name, no facts, and how many rows there are."""
    return rows.order_by().values_list(Value(name), *map(Value, NO_FACTS)).annotate(n=Count("pk", distinct=True))


def _unweighted(chosen: Slice) -> Slice:
    """The slice with every forecast in it that counts, whatever its weight."""
    return replace(chosen, weighting=Weighting.PER_PREDICTION, horizon_days=None)


def _too_late(chosen: Slice) -> QuerySet[Forecast]:
    """Forecasts on settled predictions that were made when the outcome could be known already."""
    at_any_lead = replace(_unweighted(chosen), lead_days_min=None, lead_days_max=None)
    posted = standing_postings(at_any_lead).filter(forecast=OuterRef("pk"))
    rows = asked_forecasts(chosen).exclude(lexicon_entry__is_hedge=True)
    return rows.filter(Exists(settling_word(chosen)), ~Exists(posted))


def settling_word(chosen: Slice) -> QuerySet[Resolution]:
    """The last word on the prediction of a forecast, if it was settled, as late and so long after as the slice asks."""
    settled = last_words(chosen).filter(verdict__in=SETTLED, prediction=OuterRef("prediction"))
    if chosen.retrospective is not None:
        settled = settled.filter(is_retrospective=chosen.retrospective)
    if chosen.lead_days_min is not None:
        settled = settled.filter(known_at__gte=OuterRef("made_at") + timedelta(days=chosen.lead_days_min))
    if chosen.lead_days_max is not None:
        settled = settled.filter(known_at__lte=OuterRef("made_at") + timedelta(days=chosen.lead_days_max))
    return settled


def _references(chosen: Slice) -> QuerySet:
    """As wide as those of `_grouped`: what the forecasts that count are compared with, no facts, and how many are."""
    rows = standing_postings(chosen).annotate(now_weighs=weight_of(chosen.weighting)).filter(now_weighs__gt=0)
    return rows.order_by().values_list("reference_kind", *map(Value, NO_FACTS)).annotate(n=Count("pk"))


def _weighted(chosen: Slice) -> QuerySet[Prediction]:
    """The predictions with a forecast that weighs anything."""
    rows = standing_postings(chosen).annotate(now_weighs=weight_of(chosen.weighting)).filter(now_weighs__gt=0)
    return Prediction.objects.filter(pk__in=rows.order_by().values("resolution__prediction"))
