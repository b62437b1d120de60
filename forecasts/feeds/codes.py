"""The codes that events are given, each with what it means: PLOVER types, modes and contexts, CAMEO actions."""

import csv
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

TABLES = Path(__file__).resolve().parents[1] / "data" / "codes"
MAX_NEAR, LONGEST_SHOWN = 3, 40


def _rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


def _of_kind(kind: str) -> dict[str, str]:
    return {row["code"]: row["label"] for row in _rows("plover.csv") if row["kind"] == kind}


EVENT_TYPES: Mapping[str, str] = _of_kind("type")
MODES: Mapping[str, str] = _of_kind("mode")
CONTEXTS: Mapping[str, str] = _of_kind("context")
# Texts, never numbers: 010 is not 10.
ACTION_CODES: Mapping[str, str] = {row["code"]: row["label"] for row in _rows("cameo.csv")}


def code_fault(code: str, *, table: Mapping[str, str], thing: str) -> str:
    """Return what is wrong with a code, with those near it; empty where the table has it."""
    if code in table:
        return ""
    return f"“{code[:LONGEST_SHOWN]}” is no {thing}.{_near(code, table)}"


def action_code_fault(code: str) -> str:
    """Return what is wrong with a CAMEO code, with those near it; empty where there is such a code."""
    if code in ACTION_CODES:
        return ""
    near = [f"0{code}"] if f"0{code}" in ACTION_CODES else _parents(code) or _close(code, ACTION_CODES)
    told = "; ".join(f"{one} ({ACTION_CODES[one]})" for one in near)
    meant = f" Near it: {told}." if told else ""
    return f"“{code[:LONGEST_SHOWN]}” is no CAMEO code: two to four digits with the leading zero, like 072.{meant}"


def _parents(code: str) -> list[str]:
    return [code[:length] for length in range(len(code) - 1, 1, -1) if code[:length] in ACTION_CODES][:1]


def _near(code: str, table: Mapping[str, str]) -> str:
    close = _close(code, table)
    return f" Near it: {', '.join(close)}." if close else f" Choose one of {', '.join(table)}."


def _close(code: str, table: Iterable[str]) -> list[str]:
    folded = {known.casefold(): known for known in table}
    found = get_close_matches(code[:LONGEST_SHOWN].casefold(), list(folded), n=MAX_NEAR, cutoff=0.6)
    return [folded[name] for name in found]
