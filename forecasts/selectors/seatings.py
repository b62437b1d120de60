"""What forecasters saved, added up, and where that seats them: as it is, and with words read through other lexicons."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from forecasts.scoring.leaderboard import Seat, record_of_saved, seated
from forecasts.scoring.levels import BASIS_POINTS
from forecasts.scoring.statistics import Moments, Totals
from forecasts.scoring.thresholds import NEVER_REVEALED, Absent, Missing

from .rereadings import Event, Rereading
from .spoken import Book
from .tallies import EventTally

MOST_SEATED_ANEW = 200

TOO_MANY_RANKED = Absent(
    Missing.TOO_MANY, f"More than {MOST_SEATED_ANEW} are ranked: too many to rank anew while somebody waits."
)
Seats = Mapping[str, Seat | Absent]


@dataclass(slots=True)
class ForecasterSums:
    """The sums of one forecaster over their events, all integers."""

    predictions: int = 0
    terms: list[int] = field(default_factory=lambda: [0] * 9)

    def add(self, one: EventTally) -> None:
        """Count an event."""
        self.terms = [known + term for known, term in zip(self.terms, _terms(one), strict=True)]
        self.predictions += one.predictions

    def reread(self, one: EventTally, *, shift: int) -> "ForecasterSums":
        """The sums had an event that is counted come to so much more in Brier scores."""
        after = one._replace(brier=one.brier + shift, saved=one.saved - shift)
        changes = zip(self.terms, _terms(one), _terms(after), strict=True)
        return ForecasterSums(self.predictions, [known + new - old for known, old, new in changes])

    def totals(self) -> Totals:
        """In the units of the totals that are kept, which count one basis point more."""
        clusters, weight, squares, *moments = self.terms
        held = {"brier": _moments(*moments[:3]), "points_saved": _moments(*moments[3:])}
        return Totals(clusters, weight, squares, held)


def _moments(total: int, with_weight: int, squares: int) -> Moments:
    return Moments(total * BASIS_POINTS, with_weight * BASIS_POINTS, squares * BASIS_POINTS**2)


def _terms(one: EventTally) -> tuple[int, ...]:
    """What an event adds: itself, its weight and its square, and of both scores the sum, the product, the square."""
    weight, brier, saved = one.weight, one.brier, one.saved
    return (1, weight, weight**2, brier, weight * brier, brier**2, saved, weight * saved, saved**2)


@dataclass(frozen=True, kw_only=True)
class ReadThrough:
    """
    The seats with words read through a lexicon.

    `n_read` and `n_changed` count forecasts. `beyond` has those whose rank leaves the range of ranks that it has as it is:
    for them the lexicon matters more than chance.
    """

    lexicon: Book
    n_read: int
    n_changed: int
    seats: Seats
    beyond: tuple[str, ...]


def seats_of(totals: Mapping[str, Totals], *, kept_back: Collection[str]) -> Seats:
    """
    The place of each forecaster, or why there is none.

    Args:
        kept_back: Those who never revealed what they sealed: they have no place, and are in nobody's way.
    """
    compared = {slug: record_of_saved(one) for slug, one in totals.items() if slug not in kept_back}
    seats = dict(zip(compared, seated([*compared.values()]), strict=True))
    return {slug: seats.get(slug, NEVER_REVEALED) for slug in totals}


def seats_read_through(
    lexicons: Iterable[Rereading],
    *,
    seats: Seats,
    sums: Mapping[str, ForecasterSums],
    events: Mapping[Event, EventTally],
) -> tuple[ReadThrough, ...] | Absent:
    """
    Return where everybody would be seated under each lexicon; or why that is not looked at.

    Args:
        lexicons: What each would change.
        seats: The places as they are.
        sums: Of each forecaster.
        events: The events that a lexicon changes something in.
    """
    if sum(isinstance(seat, Seat) for seat in seats.values()) > MOST_SEATED_ANEW:
        return TOO_MANY_RANKED
    return tuple(_read_through(one, seats=seats, sums=sums, events=events) for one in lexicons)


def _read_through(
    lexicon: Rereading,
    *,
    seats: Seats,
    sums: Mapping[str, ForecasterSums],
    events: Mapping[Event, EventTally],
) -> ReadThrough:
    reread = dict(sums)
    for event, shift in lexicon.shifts.items():
        reread[event[0]] = reread[event[0]].reread(events[event], shift=shift)
    kept_back = [slug for slug, seat in seats.items() if seat is NEVER_REVEALED]
    totals = {slug: one.totals() for slug, one in reread.items()}
    found = seats_of(totals, kept_back=kept_back) if lexicon.shifts else seats
    return ReadThrough(
        lexicon=lexicon.lexicon,
        n_read=lexicon.n_read,
        n_changed=lexicon.n_changed,
        seats=found,
        beyond=tuple(sorted(slug for slug, seat in seats.items() if _is_beyond(found[slug], seat))),
    )


def _is_beyond(found: Seat | Absent, seat: Seat | Absent) -> bool:
    if isinstance(found, Absent) or isinstance(seat, Absent):
        return isinstance(found, Absent) is not isinstance(seat, Absent)
    return not seat.best_rank <= found.rank <= seat.worst_rank
