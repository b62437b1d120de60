"""
How hard to look: HYPOTHESIS_PROFILE is push, ci, campaign, nightly, or mutants and search, which stop at the first failure.

A push makes up fewer examples than `ci`, always the same; the night many more, and others each time.
"""

import os
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, seed, settings

PROFILES = {"push": 1, "ci": 1, "campaign": 4, "nightly": 40, "mutants": 1, "search": 20}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "push")
EFFORT = PROFILES[PROFILE]
# Which part of many examples a push takes, and how many are few.
PART, FEW = (3, 10) if PROFILE == "push" else (1, 0)
# Whether what goes wrong once in a hundred times is done as often.
IS_THOROUGH = PROFILE in ("campaign", "nightly")
TURNS = range(EFFORT)
PHASES = [Phase.generate] if PROFILE in ("mutants", "search") else list(Phase)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
# A run by night may take hours; one that takes this long by day hangs.
SECONDS = 300 * EFFORT


def effort(n_examples: int) -> settings:
    """
    Return settings for so many examples: a third of them at a push, and forty times as many by night.

    By day the examples are the same each time, so that a change and not chance turns a build red; by night others.
    """
    return _settings(part_of(n_examples) * EFFORT)


def part_of(number: int) -> int:
    """So many, or what a push takes of them; a few are few enough."""
    return number // PART if number > FEW else number


def turn(number: int, *, n_examples: int) -> Callable[[Callable], Callable]:
    """
    Return what makes one of `TURNS` of a test: so many examples, by day always the same, others in each turn.

    One long search keeps to what it found early; several short ones look in more places.
    """
    chosen = _settings(part_of(n_examples))
    return chosen if PROFILE == "nightly" else lambda test: seed(number)(chosen(test))


def register() -> None:
    """Take the same settings for tests that say nothing themselves."""
    settings.register_profile(PROFILE, effort(100))
    settings.load_profile(PROFILE)


def _settings(n_examples: int) -> settings:
    return settings(
        max_examples=n_examples,
        derandomize=PROFILE != "nightly",
        database=None if PROFILE != "nightly" else settings.default.database,
        deadline=None,
        suppress_health_check=SLOW,
        phases=PHASES,
    )
