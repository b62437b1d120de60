"""The fields of an event: what each may hold, whatever the format of the file."""

from collections.abc import Callable, Mapping
from typing import Any

from .magnitudes import attribute_faults
from .places import place_fault
from .rows import BadRow, EventRow, RowProblem, problem
from .strict_json import faults, why_unstorable
from .times import read_day, read_instant

LONGEST_TEXT, LONGEST_WORD = 100_000, 200
MAX_WORDS, MAX_REPORTS = 50, 50
LISTS = ("modes", "contexts", "topics", "actors", "recipients", "locations")
OCCURRED = ("occurred_on", "occurred_at", "occurred_from", "occurred_until")
FURTHER = tuple(f"{name}_{said}" for name in ("announced", "effective") for said in ("on", "at", "from", "until"))
TIMES = (*OCCURRED, "date_precision", *FURTHER)
STATUSES = ("ACTIVE", "CONTESTED", "RETRACTED")

Reader = Callable[[object], object]


def text_of(longest: int) -> Reader:
    """A reader of texts of so many characters at most."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("This must be a text.")
        if fault := why_unstorable(value):
            raise ValueError(fault)
        text = value.strip()
        if len(text) > longest:
            raise ValueError(f"This has {len(text)} characters; {longest} at most.")
        return text

    return read


_word = text_of(LONGEST_WORD)


def _words(value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise ValueError("This must be a list of texts.")
    if len(value) > MAX_WORDS:
        raise ValueError(f"This has {len(value)} parts; {MAX_WORDS} at most.")
    words = tuple(_word(word) for word in value)
    if not all(words):
        raise ValueError("One of the texts in the list is empty.")
    return words


def _attributes(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("This must be an object of names and values.")
    for path, fault in faults(value):
        raise ValueError(f"{path}: {fault}")
    for fault in attribute_faults(value):
        raise ValueError(fault)
    return value


def _place(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("This must be an object with a name, or with lat and lon.")
    if fault := place_fault(value):
        raise ValueError(fault)
    return value


def _precision(value: object) -> object:
    if not (text := text_of(20)(value)):
        raise ValueError("This text is empty. Leave it out where nothing is to be said.")
    return text


def _status(value: object) -> str:
    if value not in STATUSES:
        raise ValueError(f"“{str(value)[:40]}” is no status. Choose one of {', '.join(STATUSES)}.")
    return str(value)


EVENT: Mapping[str, Reader] = {
    "external_id": text_of(200),
    "title": text_of(500),
    "event_type": text_of(40),
    "occurred_on": read_day,
    "occurred_at": read_instant,
    "occurred_from": read_instant,
    "occurred_until": read_instant,
    "date_precision": _precision,
    **{name: read_day if name.endswith("_on") else read_instant for name in FURTHER},
    "known_at": read_instant,
    "corrects": text_of(200),
    "status": _status,
    "reason": text_of(5000),
    "action_code": text_of(4),
    "modality": text_of(12),
    **dict.fromkeys(LISTS, _words),
    "place": _place,
    "attributes": _attributes,
    "note": text_of(LONGEST_TEXT),
}
REPORT: Mapping[str, Reader] = {
    "url": text_of(1000),
    "citation": text_of(500),
    "owner": text_of(200),
    "publisher_owner": text_of(200),
    "quote": text_of(LONGEST_TEXT),
}


def read_fields(
    values: Mapping[str, object], *, readers: Mapping[str, Reader], line: int, within: str = ""
) -> tuple[dict[str, Any], list[RowProblem]]:
    """
    Return the fields that could be read, and what is wrong with the others.

    Args:
        values: As the file has them, by name.
        readers: What is known, by name; any other name is a problem.
        line: Of the file, for the problems.
        within: A place that goes before the names, such as "evidence.0.".
    """
    fields: dict[str, Any] = {}
    problems = []
    for name, value in values.items():
        reader = readers.get(name)
        if reader is None:
            message = f"There is no field “{name[:100]}” here. Known: {', '.join(readers)}."
            problems.append(problem(line, f"{within}{name[:100]}", message))
            continue
        try:
            fields[name] = reader(value)
        except ValueError as error:
            problems.append(problem(line, f"{within}{name}", str(error), value))
    return fields, problems


def event_row(
    fields: dict[str, Any], *, reports: tuple[Mapping[str, str], ...], problems: list[RowProblem], line: int
) -> EventRow | BadRow:
    """Return the row of the fields that were read, unless something was wrong with it."""
    if problems:
        return BadRow(tuple(problems))
    return EventRow(
        line=line,
        external_id=fields.pop("external_id", ""),
        known_at=fields.pop("known_at", None),
        corrects=fields.pop("corrects", ""),
        reason=fields.pop("reason", ""),
        occurred={name: fields.pop(name) for name in TIMES if name in fields},
        content=fields,
        reports=tuple(_owned(report) for report in reports),
    )


def _owned(report: Mapping[str, str]) -> Mapping[str, str]:
    """The report with its owner under one name."""
    if "publisher_owner" not in report:
        return report
    others = {name: text for name, text in report.items() if name != "publisher_owner"}
    return {"owner": report["publisher_owner"], **others}
