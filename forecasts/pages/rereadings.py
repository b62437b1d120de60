"""How ranks hang on lexicons, in sentences and as rows of a table."""

from collections.abc import Iterator
from dataclasses import dataclass

from forecasts.scoring.leaderboard import Seat
from forecasts.scoring.thresholds import Absent
from forecasts.selectors.leaderboards import Leaderboard, Line
from forecasts.selectors.seatings import ReadThrough

MOST_ROWS = 30


@dataclass(frozen=True)
class RankCell:
    """A rank with its range; None where there is none."""

    rank: int | None
    best: int | None
    worst: int | None
    is_beyond: bool


@dataclass(frozen=True)
class RankRow:
    """A forecaster with the rank as it is, then that under each lexicon."""

    name: str
    ranks: tuple[RankCell, ...]


@dataclass(frozen=True)
class RanksReadThrough:
    """What to say, the lexicons that change any rank, and those whose rank one of them changes."""

    told: tuple[str, ...]
    lexicons: tuple[str, ...]
    rows: tuple[RankRow, ...]


def ranks_read_through(board: Leaderboard) -> RanksReadThrough:
    """How the ranks of a leaderboard move with the lexicon; nothing to say where nothing was said in words."""
    if isinstance(board.lexicons, Absent):
        return RanksReadThrough((board.lexicons.text,), (), ())
    changing = [one for one in board.lexicons if any(_rank(one, line) != _own(line) for line in board.ranked)]
    moved = [line for line in board.ranked if any(_rank(one, line) != _own(line) for one in changing)]
    rows = (RankRow(line.name, tuple(_cells(line, changing))) for line in moved[:MOST_ROWS])
    names = tuple(f"{one.lexicon.code} v{one.lexicon.version}" for one in changing)
    return RanksReadThrough(tuple(_told(board.lexicons, board=board, n_moved=len(moved))), names, tuple(rows))


def _told(lexicons: tuple[ReadThrough, ...], *, board: Leaderboard, n_moved: int) -> Iterator[str]:
    if not lexicons:
        return
    names = {line.slug: line.name for line in board.ranked}
    for one in lexicons:
        if beyond := [names.get(slug, slug) for slug in one.beyond]:
            book = f"{one.lexicon.code} v{one.lexicon.version}"
            yield f"Under {book} the rank of {', '.join(beyond)} leaves its own range: there the lexicon decides, not chance."
    if steady := sum(not one.beyond for one in lexicons):
        yield f"Under {steady} of {len(lexicons)} lexicons no rank leaves its own range."
    if n_moved > MOST_ROWS:
        yield f"The ranks of {n_moved} change; the first {MOST_ROWS} are shown."


def _own(line: Line) -> int | None:
    return line.seat.rank if isinstance(line.seat, Seat) else None


def _rank(one: ReadThrough, line: Line) -> int | None:
    seat = one.seats[line.slug]
    return seat.rank if isinstance(seat, Seat) else None


def _cells(line: Line, lexicons: list[ReadThrough]) -> Iterator[RankCell]:
    yield _cell(line.seat, is_beyond=False)
    for one in lexicons:
        yield _cell(one.seats[line.slug], is_beyond=line.slug in one.beyond)


def _cell(seat: Seat | Absent, *, is_beyond: bool) -> RankCell:
    if isinstance(seat, Absent):
        return RankCell(None, None, None, is_beyond)
    return RankCell(seat.rank, seat.best_rank, seat.worst_rank, is_beyond)
