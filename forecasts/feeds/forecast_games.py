"""
Games with a probability for each side, as FiveThirtyEight published them.

Both sides of a game are one forecast: the second probability and outcome are what is left of the first, so they are
checked and not recorded. A draw that has no probability of its own came true in half for either side. Where a draw has
one, a match is three forecasts on one event.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from .cells import Cells, on_grid, verdict_of
from .csv_records import Record
from .rows import BadRow, ForecastRow, Person

GAME: Final = ("date", "team1", "team2", "prob1", "prob1_outcome", "prob2", "prob2_outcome")
MATCH: Final = (*GAME, "probtie", "probtie_outcome")
FORECASTER: Final = Person(slug="fivethirtyeight", name="FiveThirtyEight", kind="MODEL")
WITHIN: Final = Decimal("0.001")
HALF: Final = Decimal("0.5")
LONGEST_TEAM: Final = 80
A_DAY: Final = timedelta(days=1)
Sides = tuple[tuple[str, str], ...]


def read_games(records: Iterator[Record | BadRow]) -> Iterator[ForecastRow | BadRow]:
    """Yield one forecast a game, that the first team wins; a draw is one half."""
    return _each(records, read=_game)


def read_matches(records: Iterator[Record | BadRow]) -> Iterator[ForecastRow | BadRow]:
    """Yield three forecasts a match: that the first team wins, that nobody does, that the second does."""
    return _each(records, read=_match)


def _each(
    records: Iterator[Record | BadRow], *, read: Callable[[Cells], list[ForecastRow]]
) -> Iterator[ForecastRow | BadRow]:
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        cells = Cells(record.line, record.cells)
        rows = read(cells)
        yield from [cells.bad_row()] if cells.problems else rows


def _game(cells: Cells) -> list[ForecastRow]:
    first, second = _teams(cells)
    sides = (("prob1", f"{first} to beat {second}"), ("prob2", f"{second} to beat {first}"))
    return _forecasts(cells, sides=sides, teams=(first, second), ties=(0, HALF, 1))[:1]


def _match(cells: Cells) -> list[ForecastRow]:
    first, second = _teams(cells)
    sides = (
        ("prob1", f"{first} to beat {second}"),
        ("probtie", f"{first} and {second} to draw"),
        ("prob2", f"{second} to beat {first}"),
    )
    return _forecasts(cells, sides=sides, teams=(first, second), ties=(0, 1))


def _teams(cells: Cells) -> tuple[str, str]:
    first, second = (cells.needed(name, longest=LONGEST_TEAM) for name in ("team1", "team2"))
    if first and first == second:
        cells.add("team2", "A team does not play itself.")
    return first, second


def _forecasts(
    cells: Cells, *, sides: Sides, teams: tuple[str, str], ties: tuple[Decimal | int, ...]
) -> list[ForecastRow]:
    day = cells.day("date")
    if day is None:
        cells.add("date", "Say on which day it was played.")
    probabilities = [cells.probability(name) for name, _ in sides]
    outcomes = [cells.probability(f"{name}_outcome") for name, _ in sides]
    _check_parts(cells, "prob1", probabilities)
    if any(one is not None for one in outcomes):
        _check_parts(cells, "prob1_outcome", outcomes)
        if any(one is not None and one not in ties for one in outcomes):
            cells.add("prob1_outcome", f"An outcome is one of {', '.join(map(str, ties))}.")
    if cells.problems or day is None:
        return []
    season = cells.text("season", longest=20)
    return [
        _forecast(
            cells.line, claim=claim, teams=teams, day=day, season=season, probability=probability, outcome=outcome
        )
        for (_, claim), probability, outcome in zip(sides, probabilities, outcomes, strict=True)
        if probability is not None
    ]


def _check_parts(cells: Cells, name: str, parts: list[Decimal | None]) -> None:
    """All sides together are a certainty."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        cells.add(name, "It is not given for every side of the game.")
    elif abs(sum(known, Decimal()) - 1) > WITHIN:
        cells.add(name, f"With those of the other sides it makes {sum(known, Decimal()):f}, and not 1.")


def _forecast(
    line: int,
    *,
    claim: str,
    teams: tuple[str, str],
    day: datetime,
    season: str,
    probability: Decimal,
    outcome: Decimal | None,
) -> ForecastRow:
    """A forecast that stood when its day began, on a game whose outcome was known when it ended."""
    level, over = on_grid(probability), day + A_DAY
    settled = {} if outcome is None else _settled(outcome, over=over)
    return ForecastRow(
        line=line,
        asker=FORECASTER,
        forecaster=FORECASTER,
        statement=f"{claim} on {day:%Y-%m-%d}" + (f" (season {season})" if season else ""),
        title=f"{claim}, {day:%Y-%m-%d}",
        probability=level,
        given="" if level == probability else f"{probability:f}",
        made_at=day,
        opens_at=day,
        closes_at=over,
        cluster=f"game:{day:%Y-%m-%d}:{teams[0]}:{teams[1]}",
        **settled,
    )


def _settled(outcome: Decimal, *, over: datetime) -> dict[str, Any]:
    verdict, share = verdict_of(outcome)
    reason = f"The file of games gives the outcome {outcome.normalize():f}."
    return {"verdict": verdict, "share": share, "known_at": over, "reason": reason}
