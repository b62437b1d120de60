"""Timing two ways of doing the same work against each other, interleaved in one run."""

import gc
import json
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path("build/benchmarks.json")
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Ratio:
    """How much time ours takes for one of the limit's: 1 would be as little as can be."""

    what: str
    limit: str
    ratio: float
    ours_ms: float
    limit_ms: float


def compare(
    what: str,
    *,
    ours: Callable[[], object],
    limit: Callable[[], object],
    against: str,
    rounds: int = 7,
    clock: Callable[[], float] = time.process_time,
    before: Callable[[], object] = lambda: None,
) -> Ratio:
    """
    Run both in turns, the order swapped each round, and keep the medians; of CPU time, unless told another clock.

    What is to be done `before` each is not measured.
    """
    times: dict[str, list[float]] = {"ours": [], "limit": []}
    for number in range(rounds):
        turns = [("ours", ours), ("limit", limit)]
        for name, work in turns if number % 2 else reversed(turns):
            before()
            began = clock()
            work()
            times[name].append(clock() - began)
    mine, best = (statistics.median(times[name]) for name in ("ours", "limit"))
    return _kept(Ratio(what, against, mine / best, mine * 1000, best * 1000))


def _kept(result: Ratio) -> Ratio:
    print(
        f"\n{result.what}: {result.ratio:.1f} x {result.limit} ({result.ours_ms:.1f} ms against {result.limit_ms:.1f} ms)"
    )
    keep(result.what, asdict(result))
    return result


def keep(what: str, figures: dict) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    earlier = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(earlier | {what: figures}, indent=1))


def seconds(work: Callable[[], object], *, rounds: int = 5) -> float:
    """The median time of a piece of work, waiting for the database included."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def least_seconds(work: Callable[[], object], *, rounds: int) -> float:
    """The least time of a piece of work: what is left of it when nothing else was at work."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def peak_memory(work: Callable[[], object]) -> float:
    """How many megabytes more than before the process held at the peak of a piece of work, as the kernel saw it."""
    gc.collect()
    CLEAR.write_text("5")
    before = _resident("VmRSS")
    work()
    return _resident("VmHWM") - before


def _resident(field: str) -> float:
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1000


def growth(what: str, *, sizes: dict[int, float]) -> float:
    """Print and keep how time grows with size: 0 for not at all, 1 for in proportion, 2 for with the square."""
    small, large = min(sizes), max(sizes)
    exponent = math.log(sizes[large] / sizes[small]) / math.log(large / small)
    told = ", ".join(f"{seconds * 1000:.1f} ms at {size:,}" for size, seconds in sorted(sizes.items()))
    print(f"\n{what}: exponent {exponent:.2f} ({told})")
    keep(what, {"exponent": exponent, "seconds": sizes})
    return exponent
