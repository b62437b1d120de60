"""Deadlines that words such as “soon” imply: proposed where a rule names none, with the ends that they allow beside it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from forecasts.feeds.deadline_words import POLICY, DeadlineWords, Span, meaning_of, words_fault
from forecasts.models import Prediction, RuleVersion
from forecasts.rules.ends import ends_of, event_types_of, with_ends, with_missing_ends

from .refusal import Problems

BASIS = Prediction.DeadlineBasis


class OtherEnd(NamedTuple):
    """A reading that differs from the central one in its end alone: the earliest or the latest that the words allow."""

    variant: str
    rule: Mapping[str, Any]
    description: str


def check_words(words: str, *, basis: str, problems: Problems) -> None:
    """Tell what is wrong with words that are said to imply a deadline; nothing where none are given."""
    if not words:
        return
    meaning = meaning_of(words)
    if meaning is None:
        problems.add("deadline_words", words_fault(words))
    elif meaning.has_end and basis != BASIS.IMPLIED:
        problems.add(
            "deadline_basis", f"“{words}” gives no date, so the deadline is the editor's: this must be IMPLIED."
        )
    elif not meaning.has_end and basis != BASIS.NONE:
        problems.add("deadline_basis", f"“{words}” can never be found false, whatever happens: this must be NONE.")


def policy_for(words: str) -> str:
    """The version of the table that words are read by; empty without words."""
    return POLICY if words else ""


def with_proposed_end(rule: object, *, words: str, said_at: datetime) -> object:
    """The rule with the deadline that the words imply, where windows of its outcome have no end; else as it is."""
    meaning = _meaning(rule, words=words)
    if meaning is None or not isinstance(rule, dict) or None not in ends_of(rule):
        return rule
    return with_missing_ends(rule, _written(meaning.span(said_at).usual))


def other_ends(rule: object, *, words: str, said_at: datetime) -> Iterator[OtherEnd]:
    """
    The same rule by the earliest and by the latest end that the words allow, each unless it is the rule's own.

    None where the words allow one end only, or the outcome has windows with several ends.
    """
    meaning = _meaning(rule, words=words)
    if meaning is None or not isinstance(rule, dict) or len({str(end) for end in ends_of(rule)}) != 1:
        return
    span: Span = meaning.span(said_at)
    (own, *_) = ends_of(rule)
    if span.earliest == span.latest:
        return
    for variant, end in ((RuleVersion.Variant.EARLY, span.earliest), (RuleVersion.Variant.LATE, span.latest)):
        if _written(end) != own:
            yield OtherEnd(
                variant, with_ends(rule, _written(end)), f"“{meaning.words}” by {POLICY}: before {end.day} {end:%B %Y}."
            )


def _meaning(rule: object, *, words: str) -> DeadlineWords | None:
    """What the words mean of the events that a rule waits for; None without words, or where they have no end."""
    types = event_types_of(rule) if isinstance(rule, dict) else ()
    meaning = meaning_of(words, event_types=types) if words else None
    return meaning if meaning and meaning.has_end else None


def _written(end: datetime) -> str:
    return f"{end:%Y-%m-%dT%H:%M:%SZ}"
