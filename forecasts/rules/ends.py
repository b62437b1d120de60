"""The ends of the windows of an outcome, in rules as they are written: to compare rules but for them, and to set them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forecasts.rules.parsing import DEEPEST_JSON

WINDOW, END = "window", "end"


def without_ends(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule whose outcome has windows without ends: equal for two that differ in nothing else."""
    return _changed(rule, lambda window: {**window, END: None})


def with_missing_ends(rule: Mapping[str, Any], end: str) -> dict[str, Any]:
    """A rule whose windows of the outcome all have an end: those that had none, the one given."""
    return _changed(rule, lambda window: {END: end} | window)


def with_ends(rule: Mapping[str, Any], end: str) -> dict[str, Any]:
    """A rule whose windows of the outcome all have the end given."""
    return _changed(rule, lambda window: {**window, END: end})


def ends_of(rule: Mapping[str, Any]) -> list[Any]:
    """The ends of the windows of the outcome, None for a window that has none."""
    return [window.get(END) for window in _found(rule.get("consequent"), WINDOW)]


def event_types_of(rule: Mapping[str, Any]) -> set[str]:
    """The types of the events that the outcome waits for, as far as its patterns name any."""
    named = [pattern.get("type") for pattern in _found(rule.get("consequent"), "pattern")]
    return {one for types in named if isinstance(types, list) for one in types if isinstance(one, str)}


def _changed(rule: Mapping[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    return {**rule, "consequent": _walked(rule.get("consequent"), change, levels=DEEPEST_JSON)}


def _walked(part: Any, change: Callable[[dict[str, Any]], dict[str, Any]], *, levels: int) -> Any:
    """The part with its windows changed; what is nested more deeply than any rule is left as it is."""
    if isinstance(part, list) and levels:
        return [_walked(one, change, levels=levels - 1) for one in part]
    if not isinstance(part, dict) or not levels:
        return part
    return {
        name: change(value) if name == WINDOW and isinstance(value, dict) else _walked(value, change, levels=levels - 1)
        for name, value in part.items()
    }


def _found(part: Any, wanted: str, *, levels: int = DEEPEST_JSON) -> Iterator[dict[str, Any]]:
    if isinstance(part, list) and levels:
        for one in part:
            yield from _found(one, wanted, levels=levels - 1)
    elif isinstance(part, dict) and levels:
        for name, value in part.items():
            if name == wanted and isinstance(value, dict):
                yield value
            else:
                yield from _found(value, wanted, levels=levels - 1)
