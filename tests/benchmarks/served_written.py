"""Settings of the server that is measured as though something elsewhere were written between any two requests."""

from tests.benchmarks.served import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.served_written_urls"
