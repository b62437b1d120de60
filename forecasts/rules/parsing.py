"""From JSON to a rule, or to problems that a person can act on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from forecasts.rules.language import FORMULAS, Language, Rule
from forecasts.rules.structure import anchors_under, definitions, depends_on, walk_rule

DEEPEST_JSON = 60
MOST_VALUES = 5_000
LARGEST_NUMBER = 1e18
LONGEST_TEXT = 4_000


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of a rule, with the value that is wrong."""

    path: str
    message: str
    value: Any = None


class RuleError(ValueError):
    """A rule that cannot be used; `problems` says why, each with its place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{one.path}: {one.message}" for one in problems))


def parse_rule(data: object) -> Rule:
    """
    Return the rule that decoded JSON describes.

    Args:
        data: What `json.loads` gave: dicts, lists, texts, numbers, booleans, None.
    Returns:
        The rule. It is well formed; `lint_rule` says whether it makes sense.
    Raises:
        RuleError: Not in the language, nested too deeply, numbers that are not finite or too
            large, clauses that wait for each other.
    """
    problems = tuple(_unusable_values(data))
    if problems:
        raise RuleError(problems)
    rule = recorded_rule(data)
    problems = tuple(_circles(rule))
    if problems:
        raise RuleError(problems)
    return rule


def recorded_rule(data: object) -> Rule:
    """
    Return a rule that was parsed before it was recorded, in a quarter of the time.

    Limits and circles were told when it came in, and what is recorded does not change.

    Raises:
        RuleError: Not in the language, as this version knows it.
    """
    try:
        return Rule.model_validate(data)
    except ValidationError as error:
        raise RuleError(_problems(error)) from None


def rule_json_schema() -> dict[str, Any]:
    """
    Return the JSON Schema of the language.

    Returns:
        Draft 2020-12, as a new dict.
    """
    return Rule.model_json_schema(by_alias=True)


def _unusable_values(data: object) -> Iterator[Problem]:
    """Yield values no rule may hold. A loop, not a recursion: depth is what it guards against."""
    waiting: list[tuple[str, object, int]] = [("rule", data, 1)]
    n_values = 0
    while waiting:
        path, value, depth = waiting.pop()
        n_values += 1
        if n_values > MOST_VALUES:
            yield Problem("rule", f"holds more than {MOST_VALUES} values; make it smaller")
            return
        if depth > DEEPEST_JSON:
            yield Problem("rule", f"is nested more than {DEEPEST_JSON} levels deep; make it flatter")
            return
        match value:
            case dict():
                waiting += [(f"{path}.{key}", part, depth + 1) for key, part in value.items()]
            case list() | tuple():
                waiting += [(f"{path}.{n}", part, depth + 1) for n, part in enumerate(value)]
            case _:
                yield from _unusable_value(path.removeprefix("rule."), value)


def _unusable_value(path: str, value: object) -> Iterator[Problem]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, float) and not math.isfinite(value):
            yield Problem(path, f"is {value}; write a finite number", repr(value))
        elif abs(value) > LARGEST_NUMBER:
            yield Problem(path, "is too large; the limit is 1e18", "a number beyond 1e18")
    elif isinstance(value, str) and len(value) > LONGEST_TEXT:
        yield Problem(path, f"is longer than {LONGEST_TEXT} characters; shorten it", value[:80])


def _problems(error: ValidationError) -> tuple[Problem, ...]:
    details = error.errors(include_url=False)
    places = [_place(one["loc"]) for one in details]
    # A list whose only entry is wrong is also reported as too short: keep the entry's own problem.
    return tuple(
        Problem(place, _message(one), one.get("input"))
        for one, place in zip(details, places, strict=True)
        if not (one["type"] == "too_short" and any(other.startswith(f"{place}.") for other in places))
    )


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if not str(part).startswith("<")) or "rule"


def _message(detail: Any) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return f"is not known here{_suggestion(str(detail['loc'][-1]))}; remove it or correct it"
        case "missing":
            return "is missing; add it"
        case "literal_error":
            return f"is {detail['input']!r}; use one of {detail['ctx']['expected']}"
        case "string_pattern_mismatch":
            return f"is {detail['input']!r}; {_pattern_advice(str(detail['loc'][-1]))}"
        case "formula" | "instant" | "duration":
            return detail["msg"]
    return f"is {detail['input']!r}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _pattern_advice(field: str) -> str:
    if field == "anchor":
        return "use publication, condition, clause:<id> or calendar:<key>"
    if field == "id":
        return "use small letters, digits and underscores"
    return "use a CAMEO code or its beginning, 1 to 4 digits in quotes"


def _suggestion(key: str) -> str:
    words = {name for model in _models(Language) for name in model.model_fields_set_names()}
    close = get_close_matches(key, sorted(words | set(FORMULAS)), n=1)
    return f" (did you mean {close[0]!r}?)" if close and close[0] != key else ""


def _models(base: type[Language]) -> Iterator[type[Language]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _circles(rule: Rule) -> Iterator[Problem]:
    """Yield ids used twice, anchors on nothing, and clauses that wait for themselves."""
    seen: set[str] = set()
    for node in walk_rule(rule):
        if node.formula.id in seen:
            yield Problem(node.path, f"repeats the id {node.formula.id!r}; give it another", None)
        if node.formula.id is not None:
            seen.add(node.formula.id)
    defined = definitions(rule)
    for name, node in defined.items():
        if name in depends_on(rule, formula=node.formula):
            yield Problem(node.path, f"waits for itself through {name!r}; anchor it elsewhere", name)
    for node in walk_rule(rule):
        for anchor in sorted(anchors_under(node.formula)):
            unknown = anchor.startswith("clause:") and anchor not in defined
            if unknown and node.depth == 1:
                yield Problem(node.path, f"is anchored on {anchor!r}, which no clause has as id", anchor)
