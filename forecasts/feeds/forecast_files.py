"""Files of forecasts with outcomes: which format one has is seen from the columns that its header names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final

from . import forecast_games, forecast_questions
from .csv_records import Record, other_separator, read_header, read_records
from .lines import Lines
from .rows import BadRow, FileRefused, ForecastRow

Records = Iterator[Record | BadRow]


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name: the columns it cannot do without, those it may have besides, and how rows are read."""

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[Records], Iterator[ForecastRow | BadRow]]


# The first one whose needed columns are all there is taken: those that need more come first.
FORMATS: Final = (
    Format("matches", forecast_games.MATCH, ("season", "league"), forecast_games.read_matches),
    Format("games", forecast_games.GAME, ("season", "league"), forecast_games.read_games),
    Format("rounds", forecast_questions.ROUND, forecast_questions.ROUND_BESIDES, forecast_questions.read_rounds),
    Format("metaculus", forecast_questions.EXPORT, (), forecast_questions.read_export),
    Format("forecasts", forecast_questions.PLAIN, forecast_questions.PLAIN_BESIDES, forecast_questions.read_plain),
)
# Exports of Metaculus have many more columns; none of them is needed, and none can be mistaken for another.
OPEN_ENDED: Final = ("metaculus",)


def read_forecasts(stream: IO[bytes]) -> Iterator[ForecastRow | BadRow]:
    """
    Yield each forecast of a CSV file.

    Args:
        stream: UTF-8, with or without a byte order mark. The first line names the columns; `docs/forecasts.md` has the
            formats.
    Returns:
        Forecasts in the order of the file. Memory does not grow with it.
    Raises:
        FileRefused: Before the first row: the file is empty, or its first line is no header of a known format.
    """
    lines = Lines(stream)
    first, columns = read_header(lines)
    if message := other_separator(first):
        raise FileRefused(message)
    chosen = _format_of(columns)
    return chosen.read(read_records(lines, columns=columns))


def _format_of(columns: list[str]) -> Format:
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise FileRefused(f"The header names {', '.join(twice)} twice.")
    named = set(columns)
    for one in FORMATS:
        if named.issuperset(one.needed):
            break
    else:
        raise FileRefused(_no_format(named))
    unknown = named - {*one.needed, *one.optional}
    if unknown and one.name not in OPEN_ENDED:
        shown = ", ".join(f"“{name[:40]}”" for name in sorted(unknown)[:10])
        known = ", ".join((*one.needed, *one.optional))
        raise FileRefused(f"The header names {shown}, which files of {one.name} do not have. Known: {known}.")
    return one


def _no_format(named: set[str]) -> str:
    nearest = max(FORMATS, key=lambda one: len(named & {*one.needed, *one.optional}))
    lacking = [name for name in nearest.needed if name not in named]
    if len(lacking) < len(nearest.needed):
        return f"The header is nearest to that of {nearest.name}, and lacks {', '.join(lacking)}."
    needed = "; ".join(f"{one.name}: {', '.join(one.needed)}" for one in FORMATS)
    return f"The first line is no header of a format known here. Each needs these columns. {needed}."
