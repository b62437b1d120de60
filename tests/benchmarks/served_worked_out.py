"""Settings of the server that is measured where no answer about a slice is kept: each is worked out."""

from tests.benchmarks.served import *  # noqa: F403 as Django's settings are built on each other

ROOT_URLCONF = "tests.benchmarks.served_worked_out_urls"
