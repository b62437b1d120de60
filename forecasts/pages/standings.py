"""Forecasters beside each other: the leaderboard, and two of them on what both forecast."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from forecasts.charts.ranks import RankRange, rank_ranges
from forecasts.models import Forecaster, Topic
from forecasts.scoring.comparison import AlwaysValid, Comparison
from forecasts.scoring.leaderboard import Seat
from forecasts.scoring.thresholds import MIN_SHOWN, Absent
from forecasts.selectors.comparisons import Versus, compare_two, compare_with_peers
from forecasts.selectors.leaderboards import Leaderboard, leaderboard
from forecasts.selectors.slices import Slice

from .figures import chance_told
from .holding import held
from .rereadings import ranks_read_through

LONGEST = 100


@require_safe
@held
def leaderboard_page(request: HttpRequest) -> HttpResponse:
    """The leaderboard of everything, or of a topic with all below it."""
    path = request.GET.get("topic", "")
    topic = get_object_or_404(Topic, path=path) if path else None
    board = leaderboard(Slice(topic=path))
    context = {
        "board": board,
        "topic": topic,
        "least": MIN_SHOWN["rank_interval"].events,
        "ranges": _ranges(board) if board.ranked else None,
        "read_through": ranks_read_through(board),
    }
    return render(request, "forecasts/leaderboard.html", context)


@require_safe
@held
def compare_page(request: HttpRequest) -> HttpResponse:
    """Two forecasters on what both forecast; one against everybody else where the second is empty."""
    asked = {name: request.GET.get(name, "")[:LONGEST].strip() for name in ("a", "b")}
    found = {name: Forecaster.objects.filter(slug=slug).first() for name, slug in asked.items() if slug}
    fault = _fault(asked, found)
    versus = None if fault or not asked["a"] else _versus(asked["a"], asked["b"])
    context: dict[str, object] = {
        "asked": asked,
        "first": found.get("a"),
        "second": found.get("b"),
        "fault": fault,
        "versus": versus,
    }
    context |= _told(versus) if versus else {}
    return render(request, "forecasts/compare.html", context, status=404 if fault else 200)


def _fault(asked: dict[str, str], found: dict[str, Forecaster | None]) -> str:
    unknown = [asked[name] for name, forecaster in found.items() if forecaster is None]
    if unknown:
        return f"There is no forecaster “{unknown[0]}”: give the short name from the address of their page."
    if asked["a"] and asked["a"] == asked["b"]:
        return "Nobody is compared with themselves: name two forecasters."
    return ""


def _versus(first: str, second: str) -> Versus:
    return compare_two(Slice(), first=first, second=second) if second else compare_with_peers(Slice(), first=first)


def _told(versus: Versus) -> dict[str, object]:
    found = versus.comparison if isinstance(versus.comparison, Comparison) else None
    return {
        "comparison": found,
        "p_value": chance_told(found.p_value) if found else "",
        "why_not": versus.comparison if isinstance(versus.comparison, Absent) else None,
        "watched": versus.sequence if isinstance(versus.sequence, AlwaysValid) else None,
    }


def _ranges(board: Leaderboard) -> SafeString:
    ranges = [
        RankRange(line.name, line.seat.rank, line.seat.best_rank, line.seat.worst_rank)
        for line in board.ranked
        if isinstance(line.seat, Seat)
    ]
    return SafeString(rank_ranges(ranges, id_prefix="ranks", title="Ranks that each forecaster may have"))
