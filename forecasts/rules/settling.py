"""How settled values combine, together with when they came about and why."""

from collections.abc import Sequence

from forecasts.rules.findings import ReasonCode, Settled
from forecasts.rules.truth import Truth, all_of, negate
from forecasts.rules.windows import Span

_URGENCY = {reason: rank for rank, reason in enumerate(ReasonCode)}


def conjunction(parts: Sequence[Settled]) -> Settled:
    """
    Return what all parts together come to.

    True once the last part is; false as soon as the first part is, which may be a part not known
    yet, so such parts stretch the span backwards.

    Args:
        parts: At least one.
    Returns:
        Value, span and reason of the conjunction.
    """
    value = all_of(part.value for part in parts)
    soonest = min(part.soonest for part in parts)
    if value is Truth.U:
        unknown = [part for part in parts if part.value is Truth.U]
        reason = min((part.reason for part in unknown), key=_URGENCY.__getitem__)
        return Settled(value=value, at=None, soonest=soonest, reason=reason)
    if value is Truth.T:
        last = max(parts, key=_settled_by)
        at = Span(max(_span(part).lo for part in parts), _span(last).hi)
        return Settled(value=value, at=at, soonest=at.lo, reason=last.reason)
    failed = [part for part in parts if part.value is Truth.F]
    first = min(failed, key=_settled_by)
    # A part that is true stays true; one not known yet may turn out to have failed before.
    open_from = [part.soonest for part in parts if part.value is Truth.U]
    lo = min([_span(part).lo for part in failed] + open_from)
    at = Span(lo, _span(first).hi)
    return Settled(value=value, at=at, soonest=at.lo, reason=first.reason)


def negation(part: Settled) -> Settled:
    """
    Return the opposite of a part, at the same time and for the same reason.

    Args:
        part: Any settled value.
    Returns:
        The part with its truth value turned round.
    """
    return Settled(value=negate(part.value), at=part.at, soonest=part.soonest, reason=part.reason)


def disjunction(parts: Sequence[Settled]) -> Settled:
    """
    Return what the parts come to when any one will do.

    Args:
        parts: At least one.
    Returns:
        Value, span and reason of the disjunction.
    """
    return negation(conjunction([negation(part) for part in parts]))


def _span(part: Settled) -> Span:
    if part.at is None:
        raise ValueError("A value that is settled must say when.")
    return part.at


def _settled_by(part: Settled) -> tuple:
    return (_span(part).hi, _span(part).lo)
