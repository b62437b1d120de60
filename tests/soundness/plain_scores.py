"""What a slice comes to, worked out row by row in plain Python from what was recorded: no posting, no sum, no query of its own."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction

from forecasts.models import Forecast, Prediction, Resolution
from forecasts.selectors.slices import Slice

SHARES = {"YES": Fraction(1), "NO": Fraction(0)}
AGAINST = {"MARKET": "against_market", "CROWD": "against_crowd", "BASE_RATE": "against_base_rate"}


@dataclass(frozen=True)
class Word:
    """The last word on a prediction."""

    verdict: str = ""
    share: Fraction | None = None
    moments: tuple[datetime, ...] = ()
    known_at: datetime | None = None
    is_late: bool | None = None
    is_final: bool = True

    @property
    def outcome(self) -> Fraction | None:
        return self.share if self.verdict == "PARTLY" else SHARES.get(self.verdict)


@dataclass(frozen=True)
class Counts:
    """A forecast that counts: its weight, and what it is scored by."""

    forecast: Forecast
    weight: Fraction
    outcome: Fraction
    reference: Fraction
    kind: str


@dataclass
class Plain:
    """The numbers of a scorecard."""

    rows: list[Counts] = field(default_factory=list)
    coverage: Counter[str] = field(default_factory=Counter)

    @property
    def weight(self) -> Fraction:
        return sum((row.weight for row in self.rows), Fraction(0))

    @property
    def clusters(self) -> int:
        return len({row.forecast.prediction.cluster_key for row in self.rows})

    def mean(self, of: str) -> Fraction:
        return sum(row.weight * losses(row)[of] for row in self.rows) / self.weight


def losses(row: Counts) -> dict[str, Fraction]:
    said, happened = Fraction(row.forecast.probability), row.outcome
    own, reference = (happened * (1 - p) ** 2 + (1 - happened) * p**2 for p in (said, row.reference))
    right = Fraction(1, 2) if said == Fraction(1, 2) else happened if said > Fraction(1, 2) else 1 - happened
    return {
        "brier": own,
        "reference": reference,
        "points_saved": reference - own,
        "bias": said - happened,
        "brier_gap": own - said * (1 - said),
        "overconfidence": max(said, 1 - said) - right,
        "log": happened * surprise(said) + (1 - happened) * surprise(1 - said),
    }


def surprise(probability: Fraction) -> Fraction:
    """Minus the logarithm of what was given to what happened, at least 0.001, to a billionth."""
    given = min(max(float(probability), 0.001), 0.999)
    return Fraction(round(-math.log(given) * 10**9), 10**9)


def all_recorded() -> list[Prediction]:
    """Read every prediction with all that was said of it."""
    rows = Prediction.objects.select_related("article__outlet", "topic", "holder")
    said = (
        "article__authors",
        "forecasts__forecaster",
        "forecasts__lexicon_entry",
        "forecasts__prediction",
        "resolutions",
    )
    return list(rows.prefetch_related(*said))


def plainly(chosen: Slice, *, recorded: Sequence[Prediction], decide: Callable[[Prediction, datetime], Word]) -> Plain:
    """
    Return what a slice comes to.

    Args:
        chosen: The slice.
        recorded: What `all_recorded` returned.
        decide: Says what the rule of a prediction comes to on what was known at an instant.
    """
    found = Plain()
    for prediction in recorded:
        if _is_of(prediction, chosen):
            is_anew = chosen.is_replayed
            word = _replayed(prediction, chosen, decide=decide) if is_anew else _recorded(prediction, chosen)
            _count(prediction, chosen, word=word, found=found)
    return found


def _is_of(prediction: Prediction, chosen: Slice) -> bool:
    article, topic = prediction.article, prediction.topic.path
    close = prediction.scheduled_close_at
    return all((
        not chosen.article or str(prediction.article_id) == chosen.article,
        not chosen.outlet or (article and article.outlet.slug == chosen.outlet),
        not chosen.topic or topic == chosen.topic or topic.startswith(f"{chosen.topic}/"),
        chosen.issued_from is None or prediction.issued_at >= chosen.issued_from,
        chosen.issued_to is None or prediction.issued_at < chosen.issued_to,
        chosen.due_to is None or (close is not None and close < chosen.due_to),
        not chosen.attribution or prediction.attribution == chosen.attribution,
        chosen.conditional in (None, bool(prediction.condition)),
        chosen.as_recorded is None or prediction.recorded_at <= chosen.as_recorded,
        chosen.as_of is None or prediction.issued_at <= chosen.as_of,
    ))  # fmt: skip


def _is_reported(prediction: Prediction, chosen: Slice) -> bool:
    """A belief of somebody else, in an article of whom the slice is about."""
    if prediction.attribution != "REPORTED" or not chosen.forecaster:
        return prediction.attribution == "REPORTED"
    authors = [one.slug for one in prediction.article.authors.all()] if prediction.article else []
    return chosen.forecaster in authors and chosen.forecaster != prediction.holder.slug


def _count(prediction: Prediction, chosen: Slice, *, word: Word, found: Plain) -> None:
    found.coverage["reported"] += _is_reported(prediction, chosen)
    rows = sorted(prediction.forecasts.all(), key=lambda one: (one.made_at, one.pk))
    held = [one for one in rows if chosen.as_recorded is None or one.recorded_at <= chosen.as_recorded]
    stated = [one for one in held if _is_said_in(one, chosen)]
    if not stated and (chosen.verbal is not None or chosen.forecaster not in ("", prediction.holder.slug)):
        return
    counted = list(_counted(prediction, held, word=word))
    of_slice = [one for one in counted if one.forecast in stated and _is_asked(one.forecast, word, chosen)]
    weighed = [*_weighed(of_slice, held, counted=counted, word=word, chosen=chosen)]
    found.rows += weighed
    found.coverage += _covered(prediction, stated, word=word, of_slice=of_slice, weighed=weighed, chosen=chosen)
    late = [one for one in _own(stated) if one not in [row.forecast for row in counted]]
    if word.outcome is not None:
        found.coverage["forecasts_excluded"] += sum(_is_asked(one, word, chosen) for one in late)


def _is_said_in(one: Forecast, chosen: Slice) -> bool:
    is_aggregate = one.forecaster.kind == "AGGREGATE"
    named = one.forecaster.slug == chosen.forecaster if chosen.forecaster else chosen.aggregates or not is_aggregate
    was_made = chosen.as_of is None or one.made_at <= chosen.as_of
    return named and was_made and chosen.verbal in (None, bool(one.phrase))


def _recorded(prediction: Prediction, chosen: Slice) -> Word:
    rows = _words_on(prediction)
    known = [one for one in rows if chosen.as_recorded is None or one.recorded_at <= chosen.as_recorded]
    return _word(known[-1], is_late=known[-1].is_retrospective) if known else Word()


def _replayed(prediction: Prediction, chosen: Slice, *, decide: Callable[[Prediction, datetime], Word]) -> Word:
    """By people's last word, once it could be known, else by the rule; nothing here has another reading than the central one."""
    words = _words_on(prediction)
    last = words[-1] if words else None
    if chosen.variant != "CENTRAL" or prediction.issued_at > chosen.as_of:
        return Word(is_late=False)
    if last is not None and last.actor_id and last.verdict and last.known_at <= chosen.as_of:
        return _word(last, is_late=prediction.recorded_at > last.known_at, is_final=True)
    found = decide(prediction, chosen.as_of)
    return replace(found, is_late=bool(found.known_at) and prediction.recorded_at > found.known_at)


def _words_on(prediction: Prediction) -> list[Resolution]:
    return sorted(prediction.resolutions.all(), key=lambda one: one.number)


def _word(row: Resolution, *, is_late: bool, is_final: bool | None = None) -> Word:
    moments = tuple(moment for moment in (row.happened_at, row.known_at) if moment)
    share = None if row.share is None else Fraction(row.share)
    final = row.state == "FINAL" if is_final is None else is_final
    return Word(row.verdict, share, moments, row.known_at, is_late, final)


def _own(rows: Sequence[Forecast]) -> list[Forecast]:
    """Probabilities of the forecaster's own that say more than that something can happen."""
    return [one for one in rows if one.is_scored and one.probability is not None and not _is_hedge(one)]


def _is_hedge(one: Forecast) -> bool:
    return one.lexicon_entry is not None and one.lexicon_entry.is_hedge


def _in_time(held: Sequence[Forecast], word: Word) -> list[Forecast]:
    return [
        one for one in held if one.is_scored and not _is_hedge(one) and all(one.made_at < at for at in word.moments)
    ]


def _counted(prediction: Prediction, held: Sequence[Forecast], *, word: Word) -> Iterator[Counts]:
    """Every forecast that counts, of the slice or not, each with an equal part of its forecaster's weight."""
    if word.outcome is None:
        return
    in_time = _in_time(held, word)
    for one in _own(in_time):
        same = [other for other in _own(in_time) if other.forecaster_id == one.forecaster_id]
        # A million that does not divide gives what is left to the first.
        left = 10**6 % len(same)
        millionths = 10**6 // len(same) + (same.index(one) < left)
        reference, kind = _reference(one, in_time)
        yield Counts(one, Fraction(millionths, 10**6), word.outcome, reference, kind)


def _reference(one: Forecast, in_time: Sequence[Forecast]) -> tuple[Fraction, str]:
    for kind in ("MARKET", "CROWD"):
        rivals = [
            other
            for other in _own(in_time)
            if other.forecaster.kind == kind
            and other.forecaster_id != one.forecaster_id
            and other.made_at <= one.made_at
        ]
        if rivals:
            return Fraction(rivals[-1].probability), kind
    if one.base_rate is not None:
        return Fraction(one.base_rate), "BASE_RATE"
    return Fraction(1, 2), "IGNORANCE"


def _is_asked(one: Forecast, word: Word, chosen: Slice) -> bool:
    """Whether it was made as long before its outcome, and logged when, the slice asks."""
    assert word.known_at
    days = (word.known_at - one.made_at) / timedelta(days=1)
    least, most = chosen.lead_days_min, chosen.lead_days_max
    is_long = (least is None or days >= least) and (most is None or days <= most)
    return is_long and chosen.retrospective in (None, word.is_late)


def _weighed(
    of_slice: Sequence[Counts], held: Sequence[Forecast], *, counted: Sequence[Counts], word: Word, chosen: Slice
) -> Iterator[Counts]:
    for one in of_slice:
        same = [other.forecast for other in counted if other.forecast.forecaster_id == one.forecast.forecaster_id]
        match chosen.weighting:
            case "FIRST":
                weight = Fraction(one.forecast == same[0])
            case "LAST":
                weight = Fraction(one.forecast == same[-1])
            case "TIME_WEIGHTED":
                weight = _time_of(one.forecast, held, word=word)
            case "AT_HORIZON":
                weight = Fraction(_stood(one.forecast, held, word=word, days=chosen.horizon_days))
            case _:
                weight = one.weight
        if weight:
            yield Counts(one.forecast, weight, one.outcome, one.reference, one.kind)


def _after(one: Forecast, held: Sequence[Forecast], word: Word) -> list[Forecast]:
    """What the same forecaster said next, or that it was withdrawn, in time."""
    own = [other for other in _in_time(held, word) if other.forecaster_id == one.forecaster_id]
    return own[own.index(one) + 1 :]


def _time_of(one: Forecast, held: Sequence[Forecast], *, word: Word) -> Fraction:
    opens, closes = one.prediction.issued_at, one.prediction.scheduled_close_at
    if closes is None or closes <= opens:
        return Fraction(0)
    ends = min((*word.moments, closes))
    until = min([ends, *(other.made_at for other in _after(one, held, word))])
    millionths = 10**6 * max(until - max(one.made_at, opens), timedelta()) // (closes - opens)
    return Fraction(millionths, 10**6)


def _stood(one: Forecast, held: Sequence[Forecast], *, word: Word, days: float | None) -> bool:
    closes = one.prediction.scheduled_close_at
    if closes is None or days is None or one.made_at > (by := closes - timedelta(days=days)):
        return False
    return all(other.made_at > by for other in _after(one, held, word))


def _covered(
    prediction: Prediction,
    stated: Sequence[Forecast],
    *,
    word: Word,
    of_slice: Sequence[Counts],
    weighed: Sequence[Counts],
    chosen: Slice,
) -> Counter[str]:
    if chosen.retrospective is not None and (word.is_late or False) is not chosen.retrospective:
        return Counter()
    asks_for_lead = chosen.lead_days_min is not None or chosen.lead_days_max is not None
    at_any_time = Slice(lead_days_min=chosen.lead_days_min, lead_days_max=chosen.lead_days_max)
    if asks_for_lead and word.known_at and not any(_is_asked(one, word, at_any_time) for one in stated):
        return Counter()
    end = _end(prediction, stated, word=word, is_counted=bool(of_slice))
    is_asked = bool(_own(stated))
    found = Counter({"predictions": 1, end: 1})
    found["implied_deadline"] = prediction.deadline_basis == "IMPLIED"
    found["provisional"] = end == "resolved" and not word.is_final
    found["retrospective"] = end == "resolved" and bool(word.is_late)
    found["unweighted"] = end == "resolved" and not weighed
    found["annulled_void"] = end == "annulled" and not prediction.condition
    if prediction.condition and is_asked:
        found["conditional"] = 1
        found["conditional_resolved"], found["conditional_annulled"] = end == "resolved", end == "annulled"
        found["side_unknown"] = end == "annulled"
    found.update(AGAINST.get(row.kind, "against_one_half") for row in weighed)
    return found


def _end(prediction: Prediction, stated: Sequence[Forecast], *, word: Word, is_counted: bool) -> str:
    if not _own(stated):
        is_hedged = any(_is_hedge(one) and one.is_scored for one in stated)
        return "hedged" if is_hedged else "not_scored"
    if word.outcome is not None:
        return "resolved" if is_counted else "excluded_leakage"
    if word.verdict:
        return "annulled" if word.verdict == "ANNULLED" else "ambiguous"
    return "unresolvable" if prediction.deadline_basis == "NONE" else "pending"
