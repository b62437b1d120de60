"""When a rule was bound to be decided, as far as that could be said when its prediction was made."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from forecasts.rules.bounds import not_after
from forecasts.rules.language import Formula, Rule, StateFormula
from forecasts.rules.structure import body_of, parts_of


def scheduled_close(rule: Rule, *, publication: datetime, milestones: Mapping[str, datetime]) -> datetime | None:
    """
    Return the instant by which the outcome must have come about or failed to.

    Args:
        rule: Any rule; its condition does not matter.
        publication: When the prediction was issued.
        milestones: Named dates.
    Returns:
        The latest end of the outcome's windows, or None where one of them hangs on what had yet to happen.
    """
    known = {"publication": publication} | {f"calendar:{key}": date for key, date in milestones.items()}
    ends = list(_ends(rule.consequent, known=known))
    fixed = [end for end in ends if end is not None]
    return max(fixed) if fixed and len(fixed) == len(ends) else None


def _ends(formula: Formula, *, known: Mapping[str, datetime]) -> Iterator[datetime | None]:
    parts = parts_of(formula)
    for part in parts:
        yield from _ends(part, known=known)
    if not parts:
        body = body_of(formula)
        yield not_after(body.at if isinstance(formula, StateFormula) else body.window.end, known=known)
