"""Questions with forecasts by one or many: rounds of ForecastBench, exports of Metaculus, and the format of this project."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from .cells import Cells, on_grid, verdict_of
from .csv_records import Record
from .rows import BadRow, ForecastRow, Person

ROUND: Final = ("source", "question_id", "question", "freeze_datetime", "forecast_probability", "resolution_date", "resolved", "resolved_to")  # fmt: skip
ROUND_BESIDES: Final = ("round", "market_open", "market_close", "url", "conditional_text")
EXPORT: Final = (
    "Question ID", "Question Title", "Question Type", "Open Time", "Scheduled Close Time", "Resolution", "Resolution Known Time",
    "Forecaster ID", "Forecaster Username", "Start Time", "End Time", "Probability Yes",
)  # fmt: skip
PLAIN: Final = ("asker", "statement", "forecaster", "probability", "made_at")
PLAIN_BESIDES: Final = (
    "title", "condition", "topic", "opens_at", "closes_at", "cluster", "verdict", "share", "happened_at", "known_at", "reason",
    "evidence_url", "forecaster_name", "forecaster_kind",
)  # fmt: skip
MARKETS: Final = ("manifold", "polymarket", "kalshi")
METACULUS: Final = Person(slug="metaculus", name="Metaculus", kind="ORGANISATION")
RESOLUTIONS: Final = {"": "", "yes": "YES", "no": "NO", "ambiguous": "AMBIGUOUS", "annulled": "ANNULLED"}
VERDICTS: Final = {code: code for code in ("YES", "NO", "PARTLY", "ANNULLED", "AMBIGUOUS")}
KINDS: Final = {code: code for code in ("PERSON", "ORGANISATION", "OUTLET", "MODEL", "CROWD", "MARKET")}
TRUTH: Final = {"True": True, "true": True, "False": False, "false": False}
LONGEST_STATEMENT, LONGEST_TITLE, LONGEST_NAME, LONGEST_KEY = 650, 300, 100, 200


def read_rounds(records: Iterator[Record | BadRow]) -> Iterator[ForecastRow | BadRow]:
    """Yield the forecast of the market or crowd when a round was frozen. What is not resolved has a price, no outcome."""
    for record in records:
        yield record if isinstance(record, BadRow) else _of_round(record)


def _of_round(record: Record) -> ForecastRow | BadRow:
    cells = Cells(record.line, record.cells)
    site, identifier = cells.needed("source", longest=LONGEST_NAME), cells.needed("question_id", longest=LONGEST_NAME)
    question = " ".join(cells.needed("question", longest=LONGEST_STATEMENT - LONGEST_KEY).split())
    is_resolved = cells.code("resolved", known=TRUTH, default=None)
    if is_resolved is None:
        cells.add("resolved", "Say True or False: what is not resolved has a price in resolved_to, and no outcome.")
    forecaster = Person(slug=site, name=site.capitalize(), kind="MARKET" if site in MARKETS else "CROWD")
    fields = {
        "asker": forecaster,
        "forecaster": forecaster,
        "statement": f"{question} [{site} {identifier}]",
        "title": question[:LONGEST_TITLE],
        "made_at": _time(cells, "freeze_datetime"),
        "opens_at": cells.moment("market_open"),
        "closes_at": cells.horizon("market_close"),
        "cluster": f"{site}:{identifier}"[:LONGEST_KEY],
        "evidence_url": cells.address("url"),
        **_stated(cells, "forecast_probability"),
    }
    if is_resolved:
        fields |= _resolved_to(cells)
    return cells.bad_row() if cells.problems else ForecastRow(line=record.line, **fields)


def _resolved_to(cells: Cells) -> dict[str, Any]:
    """The outcome of a resolved question, known when the day of its resolution began: what was made that day is late."""
    outcome, known_at = cells.probability("resolved_to"), cells.day("resolution_date")
    if outcome is None or known_at is None:
        cells.add("resolved_to", "A resolved question has an outcome and a date.")
        return {}
    reason = f"The round gives it as resolved to {outcome.normalize():f} on {known_at:%Y-%m-%d}."
    verdict, share = verdict_of(outcome)
    return {"verdict": verdict, "share": share, "known_at": known_at, "reason": reason}


def read_export(records: Iterator[Record | BadRow]) -> Iterator[ForecastRow | BadRow]:
    """
    Yield the forecasts of an export of Metaculus, its two tables joined by the question.

    A forecast that ends before the next one of the same person on the same question, or without a next one, is
    withdrawn: forecasts of one person on one question stand together, in order of time.
    """
    withdrawal: ForecastRow | None = None
    for record in records:
        row, ends_at = (record, None) if isinstance(record, BadRow) else _of_export(record)
        if withdrawal is not None and not (isinstance(row, ForecastRow) and _follows(row, withdrawal)):
            yield withdrawal
        withdrawal = None
        yield row
        if isinstance(row, ForecastRow) and ends_at is not None:
            withdrawal = replace(row, probability=None, given="", made_at=ends_at)
    if withdrawal is not None:
        yield withdrawal


def _follows(row: ForecastRow, withdrawal: ForecastRow) -> bool:
    """Whether a forecast takes the place of the one before, so that nothing was withdrawn."""
    is_same = (row.statement, row.forecaster.slug) == (withdrawal.statement, withdrawal.forecaster.slug)
    return is_same and row.made_at == withdrawal.made_at


def _of_export(record: Record) -> tuple[ForecastRow | BadRow, datetime | None]:
    cells = Cells(record.line, record.cells)
    if (kind := cells.needed("Question Type", longest=LONGEST_NAME)) not in ("", "binary"):
        cells.add("Question Type", f"“{kind}” is not read: only binary questions are.")
        return cells.bad_row(), None
    identifier = cells.needed("Question ID", longest=LONGEST_NAME)
    question = " ".join(cells.needed("Question Title", longest=LONGEST_STATEMENT - LONGEST_KEY).split())
    verdict = cells.code("Resolution", known=RESOLUTIONS, default="")
    known_at, closes_at = cells.instant("Resolution Known Time"), cells.horizon("Scheduled Close Time")
    if verdict and known_at is None:
        cells.add("Resolution Known Time", "Say when the outcome could be known: forecasts made later earn nothing.")
    post = cells.text("Post ID", longest=LONGEST_NAME)
    settled = {"verdict": verdict, "known_at": known_at, "reason": f"Metaculus resolved it as {verdict.lower()}."}
    fields = {
        "asker": METACULUS,
        "forecaster": _forecaster(cells),
        "statement": f"{question} [metaculus {identifier}]",
        "title": question[:LONGEST_TITLE],
        "made_at": _time(cells, "Start Time"),
        "opens_at": cells.instant("Open Time"),
        "closes_at": closes_at,
        # Questions of one post are parts of one thing.
        "cluster": f"metaculus:post {post}" if post else f"metaculus:{identifier}",
        "evidence_url": cells.address("Question URL"),
        **_stated(cells, "Probability Yes"),
        **(settled if verdict else {}),
    }
    ends_at = cells.instant("End Time")
    if cells.problems:
        return cells.bad_row(), None
    # An end that is still to come, or comes with the close, withdraws nothing.
    return ForecastRow(line=record.line, **fields), None if closes_at and ends_at and ends_at >= closes_at else ends_at


def _forecaster(cells: Cells) -> Person:
    """A user by number, since names change; or one of the site's aggregates by its method."""
    identifier, name = (cells.text(f"Forecaster {one}", longest=LONGEST_NAME) for one in ("ID", "Username"))
    if not (identifier or name):
        cells.add("Forecaster ID", "Nobody is named as the forecaster.")
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in (identifier or name).lower())
    is_bot = cells.text("Is Bot", longest=10).lower() == "true"
    kind = "MODEL" if is_bot else "PERSON"
    return Person(slug=f"metaculus-{plain.strip('-')}", name=name or identifier, kind=kind if identifier else "CROWD")


def read_plain(records: Iterator[Record | BadRow]) -> Iterator[ForecastRow | BadRow]:
    """Yield the forecasts of a file in the format of this project; an empty probability withdraws the one before."""
    for record in records:
        yield record if isinstance(record, BadRow) else _of_plain(record)


def _of_plain(record: Record) -> ForecastRow | BadRow:
    cells = Cells(record.line, record.cells)
    asker, slug = (cells.needed(name, longest=LONGEST_NAME) for name in ("asker", "forecaster"))
    statement = cells.needed("statement", longest=LONGEST_STATEMENT)
    kind = cells.code("forecaster_kind", known=KINDS, default="PERSON")
    name = cells.text("forecaster_name", longest=LONGEST_KEY) or slug
    verdict = cells.code("verdict", known=VERDICTS, default="")
    fields = {
        "asker": Person(slug=asker, name=asker, kind="ORGANISATION"),
        "forecaster": Person(slug=slug, name=name, kind=kind),
        "statement": statement,
        "title": cells.text("title", longest=LONGEST_TITLE) or statement[:LONGEST_TITLE],
        "condition": cells.text("condition", longest=10_000),
        "topic": cells.text("topic", longest=LONGEST_KEY),
        "cluster": cells.text("cluster", longest=LONGEST_KEY) or statement[:LONGEST_KEY],
        "made_at": _time(cells, "made_at"),
        "verdict": verdict,
        "share": cells.probability("share"),
        "reason": cells.text("reason", longest=5000) or (f"The file gives it as {verdict}." if verdict else ""),
        "evidence_url": cells.address("evidence_url"),
        **{name: cells.instant(name) for name in ("opens_at", "closes_at", "happened_at", "known_at")},
        **_on_grid(cells.probability("probability")),
    }
    return cells.bad_row() if cells.problems else ForecastRow(line=record.line, **fields)


def _time(cells: Cells, name: str) -> datetime | None:
    found = cells.instant(name)
    if found is None and not any(one.field == name for one in cells.problems):
        cells.add(name, "Say when the forecast was made, like 2024-11-05T09:00:00Z.")
    return found


def _stated(cells: Cells, name: str) -> dict[str, Any]:
    """A probability that must be there, on the grid."""
    number = cells.probability(name)
    if number is None and not any(one.field == name for one in cells.problems):
        cells.add(name, "There is no probability.")
    return _on_grid(number)


def _on_grid(number: Decimal | None) -> dict[str, Any]:
    """The probability on the grid, and as it was given where that is another number."""
    level = None if number is None else on_grid(number)
    return {"probability": level, "given": "" if number is None or level == number else f"{number:f}"}
