"""How much has to be resolved before a number is shown, and the sentence that stands in its place until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from forecasts.scoring.levels import Levels


class Missing(StrEnum):
    """Why a number is not there."""

    NOTHING_RESOLVED = "NOTHING_RESOLVED"
    TOO_FEW_EVENTS = "TOO_FEW_EVENTS"
    TOO_FEW_OF_ONE_OUTCOME = "TOO_FEW_OF_ONE_OUTCOME"
    ONE_OUTCOME = "ONE_OUTCOME"
    NOT_COUNTED = "NOT_COUNTED"
    NOT_ASKED = "NOT_ASKED"
    NO_SPREAD = "NO_SPREAD"
    NOTHING_SHARED = "NOTHING_SHARED"
    NOT_SCHEDULED = "NOT_SCHEDULED"
    NOT_COMPARABLE = "NOT_COMPARABLE"
    TOO_MANY = "TOO_MANY"
    NEVER_REVEALED = "NEVER_REVEALED"


@dataclass(frozen=True, slots=True)
class Absent:
    """What stands where a number cannot or should not: the reason for programs, the sentence for people."""

    reason: Missing
    text: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """Fewest independent events, and fewest forecasts that came true and that did not, for a number to be shown."""

    events: int
    each_outcome: int = 0


NEVER_REVEALED: Final = Absent(
    Missing.NEVER_REVEALED,
    "Not ranked: something was sealed, its date passed, and nobody revealed it. What is left would be chosen.",
)
NOTHING: Final = Absent(Missing.NOTHING_RESOLVED, "None resolved: nothing to score yet.")

MIN_SHOWN: Final[Mapping[str, Threshold]] = MappingProxyType(
    {
        "coverage": Threshold(0),
        "record": Threshold(1),
        "brier": Threshold(1),
        "conditional": Threshold(1),
        "verbal.meaning": Threshold(3),
        "verbal.point": Threshold(5),
        "verbal.envelope": Threshold(5),
        "points_saved": Threshold(10),
        "log_score": Threshold(20),
        "bias": Threshold(20),
        "overconfidence": Threshold(20),
        "expected_brier_gap": Threshold(20),
        "miscalibration_p_value": Threshold(20),
        "peer": Threshold(20),
        "ece10": Threshold(20),
        "ecce_mad": Threshold(20),
        "hit_rate": Threshold(20),
        "gjp_brier": Threshold(20),
        "metaculus_baseline": Threshold(20),
        "spherical": Threshold(20),
        "brier_index": Threshold(20),
        "level_intervals": Threshold(30),
        "difficulty_adjusted": Threshold(30),
        "rank_interval": Threshold(30),
        "bss": Threshold(50),
        "decomposition": Threshold(50),
        "elementary_scores": Threshold(50),
        "recalibration": Threshold(50, each_outcome=10),
        "auc": Threshold(50, each_outcome=10),
        "calibration_curve": Threshold(100),
    }
)


def why_absent(key: str, levels: Levels, *, n_clusters: int) -> Absent | None:
    """
    Return why a number is not shown for so small a sample; None where it is.

    Args:
        key: Its name in `MIN_SHOWN`.
        levels: The resolved forecasts.
        n_clusters: Independent events among them, at least 0.
    Raises:
        ValueError: A name that is not in the table, or a negative number.
    """
    if key not in MIN_SHOWN:
        raise ValueError(f"no threshold for {key!r}; the names are {', '.join(MIN_SHOWN)}")
    if n_clusters < 0:
        raise ValueError(f"n_clusters must be at least 0, got {n_clusters}")
    least = MIN_SHOWN[key]
    if least.events and not len(levels):
        return NOTHING
    if few := too_few(key, n_clusters=n_clusters):
        return few
    if min(levels.n_happened, levels.n_failed) < least.each_outcome:
        text = (
            f"Shown once at least {least.each_outcome} came true and {least.each_outcome} did not; "
            f"so far {levels.n_happened:.10g} did and {levels.n_failed:.10g} did not."
        )
        return Absent(Missing.TOO_FEW_OF_ONE_OUTCOME, text)
    return None


def too_few(key: str, *, n_clusters: int) -> Absent | None:
    """
    Return why a number is not shown on so few independent events; None where they are enough.

    Args:
        key: Its name in `MIN_SHOWN`.
        n_clusters: Independent events.
    """
    least = MIN_SHOWN[key].events
    if n_clusters >= least:
        return None
    text = f"Shown from {least} independent events on; there {_are(n_clusters)} so far."
    return Absent(Missing.TOO_FEW_EVENTS, text)


def _are(n_clusters: int) -> str:
    return "is 1" if n_clusters == 1 else f"are {n_clusters}"
