"""How much a score hangs on deadlines that the words do not give: the same claims, held to the other ends on record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from forecasts.models import Prediction, RuleVersion
from forecasts.rules import recorded_rule
from forecasts.rules.ends import without_ends
from forecasts.rules.schedule import scheduled_close
from forecasts.scoring.figures import Figure
from forecasts.scoring.levels import BASIS_POINTS
from forecasts.scoring.part_figures import absent_part, forecasts_in, part
from forecasts.scoring.thresholds import NOTHING

from .otherwise import MOST_REPLAYED, Otherwise
from .recorded_coverage import standing_postings
from .recounts import Recount, weight_under
from .replays import Replayed
from .slices import Slice, Weighting, weight_of
from .spreads import SpreadLine, Term, lines_under, terms_under
from .sums import Sums

# Readings that come from a table of words, not from somebody who thought of the claim.
OF_WORDS = (RuleVersion.Variant.EARLY, RuleVersion.Variant.LATE)
NO_TIME = "No knowledge time was given to evaluate other ends on."
AT_HORIZON = "At a horizon only verdicts on record are scored."


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """
    What rests on deadlines that editors set since the words give none.

    `n` predictions of the slice have one, and `share` of the weight that is scored rests on them. For `n_ranged` another
    end is on record: a strict or lenient reading that differs from the central one in the end of a window only, or else those
    that the words are taken to allow. `early`
    and `late` are the score with each held to its earliest and to its latest end. `n_late` failed by their deadline and
    came true by the latest end: they are scored by the deadline alone. `missing` is why ends are not looked at.
    """

    n: int
    share: Figure
    n_ranged: int = 0
    early: SpreadLine | None = None
    late: SpreadLine | None = None
    n_late: int = 0
    missing: str = ""


def deadlines_of(
    chosen: Slice,
    *,
    n: int,
    sums: Sums,
    as_of: datetime | None,
    others: Otherwise | None,
    before: Sequence[Term] = (),
    recount: Recount | None = None,
) -> Deadlines:
    """
    Return what rests on implied deadlines, and the score at both ends of their ranges.

    Args:
        chosen: The slice.
        n: How many of its predictions have a deadline that an editor set.
        sums: What it adds up to.
        as_of: The knowledge time on which the other ends are evaluated; without it they are left out.
        others: What the other readings of its rules come to, at least where an editor set the deadline; None where they are
            too many.
        before: What counts in it on the predictions of those readings.
        recount: What counts where its predictions are decided anew; by the record otherwise.
    """
    share = _share(chosen, n=n, sums=sums, recount=recount)
    if not n or share.value is None:
        return Deadlines(n=n, share=share)
    if as_of is None or chosen.weighting is Weighting.AT_HORIZON:
        return Deadlines(n=n, share=share, missing=NO_TIME if as_of is None else AT_HORIZON)
    if others is None:
        return Deadlines(n=n, share=share, missing=f"More than {MOST_REPLAYED} have other ends: too many to evaluate.")
    ends = {name: held for name, held in _ends(others).items() if held}
    touched = {pk for held in ends.values() for pk in held}
    after = {name: terms_under(chosen, rows=others.rows(chosen, held=held)) for name, held in ends.items()}
    lines = lines_under(sums, before=before, after=after, held=ends)
    return Deadlines(
        n=n,
        share=share,
        n_ranged=len(touched),
        early=lines.get("EARLY"),
        late=lines.get("LATE"),
        n_late=_late(before, found=others.came_to(ends.get("LATE", {}))),
    )


def _share(chosen: Slice, *, n: int, sums: Sums, recount: Recount | None) -> Figure:
    if not sums.totals.weight:
        return absent_part("IMPLIED_SHARE", NOTHING)
    weight = _weight(chosen, recount=recount) if n else 0
    return part(
        "IMPLIED_SHARE", weight / sums.totals.weight, n=forecasts_in(sums.totals), n_clusters=sums.totals.clusters
    )


def _weight(chosen: Slice, *, recount: Recount | None) -> int:
    """The weight of the forecasts that count on predictions with an implied deadline."""
    implied = Prediction.DeadlineBasis.IMPLIED
    if recount is None:
        rows = standing_postings(chosen).filter(resolution__prediction__deadline_basis=implied)
        return rows.aggregate(total=Sum(weight_of(chosen.weighting)))["total"] or 0
    among = {one.pk for one in recount.predictions if one.deadline_basis == implied}
    return sum(weight_under(row, weighting=chosen.weighting) for row in recount.rows if row.prediction_id in among)


def _ends(others: Otherwise) -> dict[str, dict[UUID, RuleVersion]]:
    """By prediction, the reading with the earliest and with the latest end, where it is not the central one."""
    implied = [one for one in others.predictions.values() if one.deadline_basis == Prediction.DeadlineBasis.IMPLIED]
    found: dict[str, dict[UUID, RuleVersion]] = {"EARLY": {}, "LATE": {}}
    if not implied:
        return found
    known = others.milestones
    for prediction in implied:
        closes = _closes(others.rules[prediction.pk], issued_at=prediction.issued_at, known=known)
        central = next((at for version, at in closes.items() if version.variant == RuleVersion.Variant.CENTRAL), None)
        if central is None:
            continue
        for name, pick in (("EARLY", min), ("LATE", max)):
            version = pick(closes, key=lambda one: (closes[one] - central).total_seconds())
            if closes[version] != central:
                found[name][prediction.pk] = version
    return found


def _closes(
    versions: Iterable[RuleVersion], *, issued_at: datetime, known: Mapping[str, datetime]
) -> dict[RuleVersion, datetime]:
    """When the central reading, and those that differ from it in the ends of windows only, were bound to be decided."""
    listed = list(versions)
    central = next((one for one in listed if one.variant == RuleVersion.Variant.CENTRAL), None)
    if central is None:
        return {}
    blank = without_ends(central.rule)
    alike = [one for one in listed if without_ends(one.rule) == blank]
    closes = {one: scheduled_close(recorded_rule(one.rule), publication=issued_at, milestones=known) for one in alike}
    return _of_people_first({one: at for one, at in closes.items() if at is not None}, central=central)


def _of_people_first(closes: dict[RuleVersion, datetime], *, central: RuleVersion) -> dict[RuleVersion, datetime]:
    """Without the ends that words are taken to allow, where somebody recorded another end for this very claim."""
    of_people = {one: at for one, at in closes.items() if one.variant not in OF_WORDS}
    return of_people if any(at != closes.get(central) for at in of_people.values()) else closes


def _late(before: Iterable[Term], *, found: Mapping[UUID, Replayed]) -> int:
    """How many failed by their deadline and came true by a later end."""
    came_true = {pk for pk, one in found.items() if one.outcome and one.outcome.share == BASIS_POINTS}
    return len({one.prediction_id for one in before if one.prediction_id in came_true and not one.outcome})
