"""What a prediction can come to, in which count of a slice it goes, and which predictions and forecasts are counted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from django.db.models import Q, QuerySet

from forecasts.models import Forecast, Posting, Prediction, Resolution, Verdict

from .counting import SETTLED
from .slices import Slice, forecasts_in, predictions_in

SIDE_NAMES = {"T": "side_happened", "F": "side_failed", "U": "side_unknown", "": "side_unknown"}


class Facts(NamedTuple):
    """All that decides how a prediction is counted; the verdict is empty while it is open."""

    verdict: str
    state: str
    side_value: str
    is_retrospective: bool
    is_conditional: bool
    deadline_basis: str
    is_asked: bool
    is_hedged: bool
    is_counted: bool


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """
    How many predictions ended how.

    `PARTS` add up to `predictions`. `annulled_void` is part of `annulled`; `provisional`, `retrospective` and
    `unweighted` are parts of `resolved`; `implied_deadline` and `reported` are counted across all. The conditional ones
    are `conditional_resolved`, `conditional_annulled` and the rest, with what the outcome did where the condition was
    not met. `forecasts_excluded` counts forecasts, not predictions: those made too late, whatever became of others.
    `in_words` and `read_otherwise` say whether there is anything to look for: predictions with a forecast in words, and
    with rules of another reading; None where nobody keeps count.
    `against_market`, `against_crowd`, `against_base_rate` and `against_one_half` count the forecasts that were scored, by what they were
    compared with.
    """

    predictions: int = 0
    resolved: int = 0
    pending: int = 0
    annulled: int = 0
    ambiguous: int = 0
    unresolvable: int = 0
    excluded_leakage: int = 0
    hedged: int = 0
    not_scored: int = 0
    annulled_void: int = 0
    provisional: int = 0
    retrospective: int = 0
    unweighted: int = 0
    implied_deadline: int = 0
    reported: int = 0
    forecasts_excluded: int = 0
    against_market: int = 0
    against_crowd: int = 0
    against_base_rate: int = 0
    against_one_half: int = 0
    conditional: int = 0
    conditional_resolved: int = 0
    conditional_annulled: int = 0
    side_happened: int = 0
    side_failed: int = 0
    side_unknown: int = 0
    in_words: int | None = field(default=None, compare=False)
    read_otherwise: int | None = field(default=None, compare=False)

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "Coverage":
        """The coverage of counts by name; what is not named is 0, and what nobody keeps count of is unknown."""
        return cls(**{one.name: counts.get(one.name, 0) for one in fields(cls) if one.compare})

    @classmethod
    def of_kept(cls, counts: Mapping[str, int]) -> "Coverage":
        """The coverage of counts that are kept: these have every name."""
        return cls(**{one.name: counts.get(one.name, 0) for one in fields(cls)})

    def share(self, name: str) -> float | None:
        """The share that a count is of all predictions; None of none."""
        return getattr(self, name) / self.predictions if self.predictions else None


PARTS = (
    "resolved", "pending", "annulled", "ambiguous", "unresolvable", "excluded_leakage", "hedged", "not_scored",
)  # fmt: skip


# The count of the forecasts that are compared with a kind of reference.
AGAINST: Mapping[str, str] = {
    Posting.Reference.MARKET: "against_market",
    Posting.Reference.CROWD: "against_crowd",
    Posting.Reference.BASE_RATE: "against_base_rate",
    Posting.Reference.IGNORANCE: "against_one_half",
}


def ended(facts: Facts) -> str:
    """In which of `PARTS` a prediction is counted."""
    if not facts.is_asked:
        return "hedged" if facts.is_hedged else "not_scored"
    if facts.verdict in SETTLED:
        return "resolved" if facts.is_counted else "excluded_leakage"
    if facts.verdict:
        return "annulled" if facts.verdict == Verdict.ANNULLED else "ambiguous"
    has_end = facts.deadline_basis != Prediction.DeadlineBasis.NONE
    return "pending" if has_end else "unresolvable"


def names_under(facts: Facts) -> Iterator[str]:
    """Every count that a prediction adds one to."""
    end = ended(facts)
    yield "predictions"
    yield end
    if facts.deadline_basis == Prediction.DeadlineBasis.IMPLIED:
        yield "implied_deadline"
    if end == "resolved" and facts.state != Resolution.State.FINAL:
        yield "provisional"
    if end == "resolved" and facts.is_retrospective:
        yield "retrospective"
    if end == "annulled" and not facts.is_conditional:
        yield "annulled_void"
    if facts.is_conditional and facts.is_asked:
        yield "conditional"
        if end in ("resolved", "annulled"):
            yield f"conditional_{end}"
        if end == "annulled":
            yield SIDE_NAMES[facts.side_value]


def counts_of(groups: Mapping[Facts, int]) -> Counter[str]:
    """How many predictions there are of each name."""
    counts: Counter[str] = Counter()
    for facts, number in groups.items():
        for name in names_under(facts):
            counts[name] += number
    return counts


def coverage_predictions(chosen: Slice) -> QuerySet[Prediction]:
    """
    The predictions that a slice is about: forecast by somebody it names, or held by them and not forecast at all.

    Lead time, and whether they were logged in time, are left to whoever knows their outcomes.
    """
    return _there(chosen).filter(_is_within(chosen))


def asked_forecasts(chosen: Slice) -> QuerySet[Forecast]:
    """The probabilities of a slice that are the forecaster's own, hedges among them."""
    return stated_in(chosen).filter(is_scored=True).exclude(probability=None)


def own_forecasts(chosen: Slice) -> QuerySet[Forecast]:
    """Every probability of the forecasters' own, hedges left out, of the slice or not, that was there when it asks."""
    narrowed = Slice(as_of=chosen.as_of, as_recorded=chosen.as_recorded)
    return asked_forecasts(narrowed).exclude(lexicon_entry__is_hedge=True)


def stated_in(chosen: Slice) -> QuerySet[Forecast]:
    """The forecasts of a slice that were recorded, and made, by the instant it asks about."""
    rows = forecasts_in(chosen)
    if chosen.as_recorded is not None:
        rows = rows.filter(recorded_at__lte=chosen.as_recorded)
    return rows if chosen.as_of is None else rows.filter(made_at__lte=chosen.as_of)


def reported(chosen: Slice) -> QuerySet[Prediction]:
    """Beliefs of others that the forecaster's articles report: kept apart; with an author twice, twice."""
    predictions = _there(chosen).filter(attribution=Prediction.Attribution.REPORTED)
    if chosen.forecaster:
        predictions = predictions.filter(article__authors__slug=chosen.forecaster).exclude(
            holder__slug=chosen.forecaster
        )
    return predictions


def _there(chosen: Slice) -> QuerySet[Prediction]:
    rows = predictions_in(chosen)
    if chosen.as_recorded is not None:
        rows = rows.filter(recorded_at__lte=chosen.as_recorded)
    return rows if chosen.as_of is None else rows.filter(issued_at__lte=chosen.as_of)


def _is_within(chosen: Slice) -> Q:
    forecast = Q(pk__in=stated_in(chosen).order_by().values("prediction"))
    if chosen.verbal is not None:
        return forecast
    held = Q(holder__slug=chosen.forecaster) if chosen.forecaster else ~Q(pk=None)
    return forecast | held
