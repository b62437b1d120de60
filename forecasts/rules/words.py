"""A rule as one plain English sentence."""

from datetime import datetime, timedelta

from forecasts.rules.language import (
    Anchored,
    EarliestOf,
    Formula,
    Guard,
    LatestOf,
    Occurs,
    Pattern,
    Rule,
    Series,
    State,
    Sum,
    TimeExpr,
    Where,
    Window,
)
from forecasts.rules.phrases import count_needed, format_instant, format_number
from forecasts.rules.structure import body_of, kind_of, parts_of
from forecasts.rules.times import write_duration

_COMPARED = {
    ">=": "at least",
    ">": "above",
    "<=": "at most",
    "<": "below",
    "==": "equal to",
    "!=": "other than",
    "in": "one of",
}
_DATED = {"announced": "dated by its announcement", "effective": "dated by when it takes effect"}
_CRITERIA = (
    ("type", "of type {}"),
    ("code", "coded {}"),
    ("topic_any", "about {}"),
    ("actor", "by {}"),
    ("recipient", "towards {}"),
    ("location", "in {}"),
    ("mode_any", "of mode {}"),
    ("context_any", "in the context {}"),
)


def rule_in_words(rule: Rule) -> str:
    """
    Return a rule as one sentence that says what would make it come true.

    Args:
        rule: Any rule.
    Returns:
        "If …, then …." with a condition, else "…." alone.
    """
    outcome = formula_in_words(rule.consequent)
    if rule.condition is None:
        return f"{outcome[0].upper()}{outcome[1:]}."
    return f"If {formula_in_words(rule.condition)}, then {outcome}."


def formula_in_words(formula: Formula) -> str:
    """
    Return a formula as a clause of a sentence.

    Args:
        formula: Any formula.
    Returns:
        Words without a capital or a full stop.
    """
    parts = [formula_in_words(part) for part in parts_of(formula)]
    body = body_of(formula)
    match kind_of(formula):
        case "all":
            return _joined(parts, "and")
        case "any":
            return _joined(parts, "or")
        case "not":
            return f"it is not so that {parts[0]}"
        case "occurs":
            return f"there is {_matches(body)}"
        case "never":
            return f"there is never {_matches(body)}"
        case "count":
            return f"the number of times there is {_matches(body)} is as asked ({count_needed(body)})"
        case "sum":
            total = format_number(body.value) + (f" {body.unit}" if body.unit else "")
            return f"{body.attr} adds up to at least {total} over every time there is {_matches(body)}"
        case "series":
            return _series(body)
        case "state":
            return _state(body)
        case "judged":
            return f"a person answers yes to “{body.question}” {_window(body.window)}"
    raise ValueError(f"Unknown formula {kind_of(formula)!r}.")


def _joined(parts: list[str], word: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return ("either " if word == "or" else "") + f"; {word} ".join(parts)


def _matches(body: Occurs | Sum) -> str:
    text = f"{_pattern(body.pattern)} {_window(body.window)}"
    text += "".join(f", {_guard(guard)}" for guard in body.guards)
    rival: Pattern | None = getattr(body, "refuted_by", None)
    return f"{text} (ruled out by {_pattern(rival)})" if rival else text


def _pattern(pattern: Pattern) -> str:
    said = [phrase.format(" or ".join(values)) for name, phrase in _CRITERIA if (values := getattr(pattern, name))]
    said += [_where(where) for where in pattern.where]
    if pattern.modality != ("actual",):
        said.append(f"reported as {' or '.join(pattern.modality)}")
    if pattern.basis != "occurred":
        said.append(_DATED[pattern.basis])
    if pattern.min_tier:
        said.append(f"from a source of tier {pattern.min_tier} or better")
    return " ".join(["an event", *said])


def _where(where: Where) -> str:
    value = where.value
    if isinstance(value, list | tuple):
        value = ", ".join(str(one) for one in value)
    elif isinstance(value, bool):
        value = "true" if value else "false"
    unit = f" {where.unit}" if where.unit else ""
    return f"with {where.attr} {_COMPARED[where.op]} {value}{unit}"


def _guard(guard: Guard) -> str:
    kind = guard.kind.replace("_", " ")
    same = f" with the same {' and '.join(guard.same)}" if guard.same else ""
    return f"{kind} {_pattern(guard.pattern)}{same} within {duration_in_words(guard.within)}"


def _series(body: Series) -> str:
    values = "a value" if body.consecutive <= 1 else f"{body.consecutive} successive values"
    compared = f"{_COMPARED[body.op]} {format_number(body.value)}"
    return f"{body.series} has {values} {compared} {_window(body.window)}"


def _state(body: State) -> str:
    first = ""
    if body.initial is not None:
        first = f" (at first it {'holds' if body.initial else 'does not hold'})"
    return (
        f"the state that {_pattern(body.initiates)} begins and {_pattern(body.terminates)} ends"
        f"{first} holds at {time_in_words(body.at)}"
    )


def _window(window: Window) -> str:
    return f"from {time_in_words(window.start)} until before {time_in_words(window.end)}"


def time_in_words(expression: TimeExpr) -> str:
    """
    Return a time expression in words.

    Args:
        expression: Any time expression.
    Returns:
        "2025-01-21", "30 days after us.inauguration.2025", "the later of …".
    """
    match expression:
        case datetime():
            return format_instant(expression)
        case Anchored():
            return _anchored(expression)
        case LatestOf():
            return f"the latest of ({', '.join(time_in_words(one) for one in expression.max)})"
        case EarliestOf():
            return f"the earliest of ({', '.join(time_in_words(one) for one in expression.min)})"
    raise TypeError(f"{expression!r} is not a time expression.")


def _anchored(expression: Anchored) -> str:
    kind, _, name = expression.anchor.partition(":")
    named = {
        "publication": "publication",
        "condition": "the condition coming true",
        "calendar": name,
        "clause": f"clause {name} coming true",
    }[kind]
    if not expression.offset:
        return named
    side = "after" if abs(expression.offset) == expression.offset else "before"
    return f"{duration_in_words(abs(expression.offset))} {side} {named}"


def duration_in_words(length: timedelta) -> str:
    """
    Return a length of time in days where it is whole days, else as the language writes it.

    Args:
        length: Not negative.
    Returns:
        "1 day", "30 days", "PT12H".
    """
    if length % (one_day := timedelta(days=1)):
        return write_duration(length)
    days = length // one_day
    return "1 day" if days == 1 else f"{days} days"
