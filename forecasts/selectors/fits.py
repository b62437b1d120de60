"""Do the probabilities that one forecaster gave at about the same time fit together?"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from forecasts.models import RuleVersion
from forecasts.scoring.coherence import Stated, beyond_whole, falls_with_time, total_probability

from .coverage import asked_forecasts, own_forecasts
from .slices import Slice

MOST_LOOKED_AT = 500
WINDOW = timedelta(days=14)


class Claim(NamedTuple):
    """A probability of one forecaster for a prediction."""

    prediction_id: UUID
    forecaster: str
    title: str
    condition: str
    outcome: str
    contrasts_with: UUID | None
    issued_at: datetime
    probability: float
    made_at: datetime


FIELDS = (
    "prediction", "forecaster__slug", "prediction__title", "prediction__condition", "prediction__outcome",
    "prediction__contrasts_with", "prediction__issued_at", "probability", "made_at",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FitLine:
    """
    Probabilities that have to fit together, and by how much they do not.

    `kind` is TOTAL (an outcome and its cases), CASES (conditions that exclude one another) or DEADLINES. `distance` is how far
    all the numbers have to move; None where that is the gap itself.
    """

    kind: str
    forecaster: str
    predictions: tuple[UUID, ...]
    gap: float
    distance: float | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Fits:
    """What was found to compare, the worst first; and how probable conditions were said to be, where it was said."""

    lines: tuple[FitLine, ...] = ()
    conditions: tuple[float, ...] = ()
    is_complete: bool = True


@dataclass
class _Said:
    """All that is looked at, by forecaster."""

    by_prediction: dict[tuple[str, UUID], list[Claim]] = field(default_factory=lambda: defaultdict(list))
    by_outcome: dict[tuple[str, str], list[Claim]] = field(default_factory=lambda: defaultdict(list))

    def add(self, claim: Claim) -> None:
        self.by_prediction[claim.forecaster, claim.prediction_id].append(claim)
        if not claim.condition:
            self.by_outcome[claim.forecaster, _plain(claim.outcome)].append(claim)


def fits_of(chosen: Slice) -> Fits:
    """
    Compare what each forecaster of a slice said of conditions, outcomes, contrasting cases and deadlines.

    The probability of a condition is what the forecaster gave, within 14 days, to a prediction without a condition whose
    outcome is worded like it. Predictions that contrast with each other are taken for the two cases. Deadlines are
    nested where the rules are the same but for the end of the window.
    """
    rows = asked_forecasts(chosen).exclude(lexicon_entry__is_hedge=True)
    central = RuleVersion.objects.filter(prediction=OuterRef("prediction"), name=RuleVersion.CENTRAL_NAME)
    rule = Subquery(central.order_by("-version").values("rule")[:1])
    found = list(rows.values_list(*FIELDS, rule)[: MOST_LOOKED_AT + 1])
    if len(found) > MOST_LOOKED_AT:
        return Fits(is_complete=False)
    rules = {row[0]: row[-1] for row in found}
    claims = sorted(
        (_claim(row[:-1]) for row in found), key=lambda one: (one.made_at, one.prediction_id, one.forecaster)
    )
    said = _Said()
    conditional = [one for one in claims if one.condition]
    for claim in {*claims, *_companions(conditional, chosen=chosen)}:
        said.add(claim)
    for group in (*said.by_prediction.values(), *said.by_outcome.values()):
        group.sort(key=lambda one: (one.made_at, one.prediction_id))
    last = {(one.forecaster, one.prediction_id): one for one in conditional}
    lines = [*_of_cases(last.values(), said=said), *_of_deadlines(claims, rules=rules)]
    known = [_near(said.by_outcome, one.forecaster, _plain(one.condition), at=one) for one in last.values()]
    return Fits(
        lines=tuple(sorted(lines, key=lambda line: (-abs(line.gap), line.forecaster, line.text))),
        conditions=tuple(one.probability for one in known if one),
    )


def _claim(row: Sequence[Any]) -> Claim:
    *said, probability, made_at = row
    return Claim._make((*said, float(probability), made_at))


def _companions(conditional: Iterable[Claim], *, chosen: Slice) -> list[Claim]:
    """What the same forecasters said of the conditions, the outcomes and the contrasting cases, in the slice or not."""
    asked = list(conditional)
    if not asked:
        return []
    texts = {text for one in asked for raw in (one.condition, one.outcome) for text in _spellings(raw)}
    partners = {one.contrasts_with for one in asked if one.contrasts_with}
    related = Q(prediction__condition="", prediction__outcome__in=texts) | Q(prediction__in=partners)
    rows = own_forecasts(chosen).filter(related, forecaster__slug__in={one.forecaster for one in asked})
    return [_claim(row) for row in rows.values_list(*FIELDS)[:MOST_LOOKED_AT]]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _spellings(text: str) -> set[str]:
    bare = text.strip().rstrip(".")
    cased = {bare, bare[:1].upper() + bare[1:], bare[:1].lower() + bare[1:]}
    return cased | {f"{one}." for one in cased}


def _near(said: Mapping[tuple[str, Any], list[Claim]], forecaster: str, key: Any, *, at: Claim) -> Claim | None:
    """What the forecaster said nearest in time to another claim, and within the window."""
    group = said.get((forecaster, key), [])
    place = bisect_left(group, at.made_at, key=lambda one: one.made_at)
    close = [one for one in group[max(0, place - 1) : place + 1] if abs(one.made_at - at.made_at) <= WINDOW]
    return min(close, key=lambda one: abs(one.made_at - at.made_at), default=None)


def _of_cases(conditional: Iterable[Claim], *, said: _Said) -> Iterator[FitLine]:
    listed = list(conditional)
    against = {one.prediction_id: one.contrasts_with for one in listed if one.contrasts_with}
    # Either of two predictions may name the other.
    against = {other: one for one, other in against.items()} | against
    seen: set[tuple[str, frozenset[UUID]]] = set()
    for claim in listed:
        other = against.get(claim.prediction_id)
        partner = _near(said.by_prediction, claim.forecaster, other, at=claim) if other else None
        pair = frozenset((claim.prediction_id, partner.prediction_id if partner else claim.prediction_id))
        if (claim.forecaster, pair) not in seen:
            seen.add((claim.forecaster, pair))
            yield from _of_pair(claim, partner, said=said)


def _of_pair(claim: Claim, partner: Claim | None, *, said: _Said) -> Iterator[FitLine]:
    met, outcome = (
        _near(said.by_outcome, claim.forecaster, _plain(text), at=claim) for text in (claim.condition, claim.outcome)
    )
    if (
        met is None
        and partner is not None
        and _near(said.by_outcome, claim.forecaster, _plain(partner.condition), at=claim)
    ):
        yield from _of_pair(partner, claim, said=said)
        return
    is_same = partner is not None and _plain(partner.outcome) == _plain(claim.outcome)
    other = partner if is_same else None
    stated = Stated(
        condition=met and met.probability,
        outcome=outcome and outcome.probability,
        if_met=claim.probability,
        if_not_met=other and other.probability,
    )
    found = total_probability(stated)
    if found:
        told = [one for one in (claim, other, met, outcome) if one]
        text = _total_text(claim.outcome, stated, low=found.low, high=found.high)
        yield _line("TOTAL", told, gap=found.gap, distance=found.distance, text=text)
    against = partner and _near(said.by_outcome, claim.forecaster, _plain(partner.condition), at=claim)
    if met and against and met.prediction_id != against.prediction_id:
        text = f"“{met.outcome}” {met.probability:.0%} and “{against.outcome}” {against.probability:.0%}: at most 100% together."
        gap = beyond_whole((met.probability, against.probability))
        yield _line("CASES", [met, against], gap=gap, distance=None, text=text)


def _total_text(outcome: str, stated: Stated, *, low: float, high: float) -> str:
    follows = f"{low:.0%}" if high - low < 0.005 else f"{low:.0%} to {high:.0%}"
    cases = f"{stated.if_met:.0%} if the condition is met"
    if stated.if_not_met is not None:
        cases += f", {stated.if_not_met:.0%} if not"
    return f"“{outcome}”: {cases}, the condition {stated.condition:.0%}: {follows} follows; said {stated.outcome:.0%}."


def _line(kind: str, claims: Sequence[Claim], *, gap: float, distance: float | None, text: str) -> FitLine:
    predictions = tuple(dict.fromkeys(one.prediction_id for one in claims))
    return FitLine(
        kind=kind, forecaster=claims[0].forecaster, predictions=predictions, gap=gap, distance=distance, text=text
    )


def _of_deadlines(claims: Sequence[Claim], *, rules: Mapping[UUID, dict[str, Any]]) -> Iterator[FitLine]:
    """Claims whose rules wait for the same thing from the same day on, by different deadlines."""
    first = {(one.forecaster, one.prediction_id): one for one in reversed(claims)}
    groups: dict[tuple[str, datetime, str], list[tuple[str, Claim]]] = defaultdict(list)
    for one in first.values():
        end, rest = _without_end(rules.get(one.prediction_id))
        if end:
            groups[one.forecaster, one.issued_at, f"{_plain(one.condition)} {rest}"].append((end, one))
    for group in groups.values():
        ordered = sorted(group, key=lambda pair: (pair[0], pair[1].prediction_id))
        for (sooner, early), (later, late) in pairwise(ordered):
            if sooner < later and abs(early.made_at - late.made_at) <= WINDOW:
                text = f"“{early.title}” {early.probability:.0%}, and by the later deadline {late.probability:.0%}."
                gap = falls_with_time(early.probability, late.probability)
                yield _line("DEADLINES", [early, late], gap=gap, distance=None, text=text)


def _without_end(rule: dict[str, Any] | None) -> tuple[str, str]:
    """The end of the window of a rule that waits for an event, and the rest of the rule; empty for any other rule."""
    occurs = (rule or {}).get("consequent", {}).get("occurs", {})
    window = occurs.get("window", {}) if isinstance(occurs, dict) else {}
    end = window.get("end") if isinstance(window, dict) else None
    if rule is None or not isinstance(end, str):
        return "", ""
    rest = {**rule, "consequent": {"occurs": {**occurs, "window": {**window, "end": None}}}}
    return end, json.dumps(rest, sort_keys=True)
