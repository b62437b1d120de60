"""How to read each number of a scorecard: its formula's version, its range, its good end, its unit and its limits."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from forecasts.scoring.compatibility import OTHER_SCORES, Better
from forecasts.scoring.rules import BRIER, LOG, LOG_CLIP, Direction, Measure

UNIT: Final = "squared probability"
LOWER, HIGHER, NEITHER = Direction.LOWER_IS_BETTER, Direction.HIGHER_IS_BETTER, Direction.NONE
BETWEEN_TOPICS: Final = "Over several topics it also counts knowing which topic has the higher base rate."
INDEPENDENT: Final = "Takes forecasts to be independent: too sure where several hang on one event."
CLIPPED: Final = f"Probabilities are moved into {LOG_CLIP:g} to {1 - LOG_CLIP:g} first."
NOT_RECOMMENDED: Final = "For comparing with other sites; not recommended."


def _p_value(name: str, version: str) -> Measure:
    return Measure(name, version, 0.0, 1.0, NEITHER, "probability")


def _count(name: str, direction: Direction = NEITHER) -> Measure:
    return Measure(name, "count-1", 0.0, None, direction, "forecasts")


_ALL: Final = (
    BRIER,
    Measure("POINTS_SAVED", "points-saved-2", -100.0, 100.0, HIGHER, "hundredths of squared probability"),
    Measure("BRIER_SKILL", "brier-skill-1", None, 1.0, HIGHER, "share of the reference's score"),
    LOG,
    _count("N_CLIPPED"),
    _count("N_CERTAIN_AND_WRONG", LOWER),
    Measure("EXPECTED", "sum-1", 0.0, None, NEITHER, "outcomes"),
    Measure("OBSERVED", "sum-1", 0.0, None, NEITHER, "outcomes"),
    _p_value("RECORD_P_VALUE", "poisson-binomial-1"),
    Measure("BIAS", "bias-1", -1.0, 1.0, NEITHER, "probability"),
    Measure("OVERCONFIDENCE", "overconfidence-1", -0.5, 1.0, NEITHER, "probability"),
    Measure("BRIER_GAP", "brier-gap-1", -0.125, 1.0, NEITHER, UNIT),
    Measure("BRIER_GAP_Z", "brier-gap-cluster-z-1", None, None, NEITHER, "standard errors"),
    _p_value("BRIER_GAP_P_VALUE", "brier-gap-cluster-z-1"),
    Measure("MISCALIBRATION", "corp-brier-1", 0.0, 1.0, LOWER, UNIT),
    Measure("MISCALIBRATION_BY_CHANCE", "corp-brier-resampled-1", 0.0, 1.0, NEITHER, UNIT),
    _p_value("MISCALIBRATION_P_VALUE", "corp-brier-resampled-1"),
    Measure("DISCRIMINATION", "corp-brier-1", 0.0, 0.25, HIGHER, UNIT),
    Measure("UNCERTAINTY", "corp-brier-1", 0.0, 0.25, NEITHER, UNIT),
    Measure("RECALIBRATION_INTERCEPT", "cox-1", None, None, NEITHER, "log-odds"),
    Measure("RECALIBRATION_SLOPE", "cox-1", None, None, NEITHER, "log-odds per log-odds"),
    _p_value("RECALIBRATION_P_VALUE", "cox-1"),
    Measure("AUC", "auc-1", 0.0, 1.0, HIGHER, "share of pairs"),
)
MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({measure.name: measure for measure in _ALL})

# What a number is shown from: its name in `MIN_SHOWN`.
SHOWN_LIKE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BRIER": "brier",
        "POINTS_SAVED": "points_saved",
        "BRIER_SKILL": "bss",
        "LOG": "log_score",
        "N_CLIPPED": "record",
        "N_CERTAIN_AND_WRONG": "record",
        "EXPECTED": "record",
        "OBSERVED": "record",
        "RECORD_P_VALUE": "record",
        "BIAS": "bias",
        "OVERCONFIDENCE": "overconfidence",
        "BRIER_GAP": "expected_brier_gap",
        "BRIER_GAP_Z": "expected_brier_gap",
        "BRIER_GAP_P_VALUE": "expected_brier_gap",
        "MISCALIBRATION": "decomposition",
        "MISCALIBRATION_BY_CHANCE": "miscalibration_p_value",
        "MISCALIBRATION_P_VALUE": "miscalibration_p_value",
        "DISCRIMINATION": "decomposition",
        "UNCERTAINTY": "decomposition",
        "RECALIBRATION_INTERCEPT": "recalibration",
        "RECALIBRATION_SLOPE": "recalibration",
        "RECALIBRATION_P_VALUE": "recalibration",
        "AUC": "auc",
    }
)

NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BRIER_SKILL": "Not proper for a single forecast: read it beside the points saved.",
        "LOG": CLIPPED,
        "N_CLIPPED": CLIPPED,
        "N_CERTAIN_AND_WRONG": "Without the clip each of them would make the log score infinite.",
        "RECORD_P_VALUE": INDEPENDENT,
        "BRIER_GAP": "Forecasts of 0.5 play no part in it: read it beside the bias.",
        "MISCALIBRATION": "Never 0 by luck alone: read it beside what chance makes.",
        "MISCALIBRATION_BY_CHANCE": INDEPENDENT,
        "MISCALIBRATION_P_VALUE": INDEPENDENT,
        "DISCRIMINATION": BETWEEN_TOPICS,
        "RECALIBRATION_INTERCEPT": INDEPENDENT,
        "RECALIBRATION_SLOPE": INDEPENDENT,
        "RECALIBRATION_P_VALUE": INDEPENDENT,
        "AUC": f"{BETWEEN_TOPICS} {INDEPENDENT}",
    }
)

COUNTED: Final = "Counted and added up, not estimated: there is nothing for an interval to hold."
OF_CHANCE: Final = "It says itself how far chance goes: no interval belongs to it."
DRAWN_TOO_HIGH: Final = (
    "None is sound: calls drawn again from the record look more miscalibrated than the record does. What chance makes of it "
    "stands beside it instead."
)
NEEDS_EVENTS_APART: Final = (
    "A bootstrap over events needs the histogram of each event, which is not kept; one over calls would be too sure."
)
OF_OTHER_SITES: Final = "Other sites give none with it: read the interval of the Brier score."
# Why a figure never has an interval; those that are not here have one whenever they are shown.
NO_INTERVAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "N_CLIPPED": COUNTED,
        "N_CERTAIN_AND_WRONG": COUNTED,
        "EXPECTED": COUNTED,
        "OBSERVED": COUNTED,
        "RECORD_P_VALUE": OF_CHANCE,
        "BRIER_GAP_Z": "It is counted in its own standard errors: an interval would be 1.96 either way.",
        "BRIER_GAP_P_VALUE": OF_CHANCE,
        "MISCALIBRATION": DRAWN_TOO_HIGH,
        "MISCALIBRATION_P_VALUE": OF_CHANCE,
        "DISCRIMINATION": NEEDS_EVENTS_APART,
        "UNCERTAINTY": NEEDS_EVENTS_APART,
        "RECALIBRATION_P_VALUE": OF_CHANCE,
    }
)

# What counts, how it is weighed, what it is compared with and from when it is shown, all together.
POLICY_VERSION: Final = "policy-2"


def _other(name: str) -> Measure:
    score = OTHER_SCORES[name]
    direction = LOWER if score.better is Better.LOWER else HIGHER
    high = None if math.isinf(score.high) else float(score.high)
    return Measure(name.upper(), f"{name.replace('_', '-')}-1", float(score.low), high, direction, "as on that site")


# Scores of other sites, by their name in `OTHER_SCORES`.
OTHER_MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({name: _other(name) for name in OTHER_SCORES})
