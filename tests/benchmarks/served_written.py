"""Settings of the server that is measured as though something elsewhere were written between any two requests."""

from tests.benchmarks.served import *  # noqa: F403 as Django's settings are built on each other

ROOT_URLCONF = "tests.benchmarks.served_written_urls"
