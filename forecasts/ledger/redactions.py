"""What may be taken out of a record by redaction, and what stands in its place."""

from collections.abc import Mapping

# By shape: texts alone. Numbers, times and verdicts stay, so that scores do.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "article": ("title", "text", "note"),
    "coverage": ("note",),
    "evaluation": ("explanation",),
    "event": ("title", "note", "reason"),
    "evidence": ("citation", "owner", "quote"),
    "forecast": ("phrase", "basis", "origin"),
    "forecaster": ("name", "description"),
    "judgement": ("reason",),
    "merge": ("reason",),
    "prediction": ("title", "statement", "quote", "original_wording", "condition", "outcome", "note"),
    "resolution": ("reason",),
    "rule": ("description",),
    "sealed": ("about",),
    "unsealing": ("content", "salt"),
}
PREFIX = "[redacted"


def mark(number: int) -> str:
    """What stands in place of a text, with the number of the redaction that took it out."""
    return f"{PREFIX} #{number}]"


def is_redacted(text: str) -> bool:
    """Whether a text was taken out."""
    return text.startswith(PREFIX)
