"""Settings of the server that is measured: the product's own, an empty view beside it, and rates no load reaches."""

from config.settings import *  # noqa: F403 as Django's settings are built on each other
from config.settings import REST_FRAMEWORK

ROOT_URLCONF = "tests.benchmarks.served_urls"
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = dict.fromkeys(REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "1000000000/min")
