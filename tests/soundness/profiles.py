"""How hard to look: HYPOTHESIS_PROFILE is ci, nightly, or mutants and search, which stop at the first failure."""

import os

from hypothesis import HealthCheck, Phase, settings

PROFILES = {"ci": 1, "nightly": 40, "mutants": 1, "search": 10}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
EFFORT = PROFILES[PROFILE]
PHASES = [Phase.generate] if PROFILE in ("mutants", "search") else list(Phase)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
# A run by night may take hours; one that takes this long by day hangs.
SECONDS = 120 * EFFORT


def effort(n_examples: int) -> settings:
    """
    Return settings for so many examples, and for forty times as many by night.

    By day the examples are the same each time, so that a change and not chance turns a build red; by night others.
    """
    return settings(
        max_examples=n_examples * EFFORT,
        derandomize=PROFILE != "nightly",
        database=None if PROFILE != "nightly" else settings.default.database,
        deadline=None,
        suppress_health_check=SLOW,
        phases=PHASES,
    )
