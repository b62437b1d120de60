"""What every test has: nothing left in the cache, and no test that quietly does not run."""

import gc
import os

import pytest
from django.core.cache import cache
from django.db import connection


@pytest.fixture(autouse=True)
def empty_cache():
    """Rate limits and cached answers of one test must not reach the next."""
    yield
    cache.clear()


def pytest_collection_modifyitems(config, items):
    """Leave out what is said of PostgreSQL alone where the suite runs on another database: there is nothing to skip."""
    if connection.vendor == "postgresql":
        return
    left_out = [item for item in items if item.get_closest_marker("postgresql")]
    items[:] = [item for item in items if item not in left_out]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish():
    """What was collected stays to the end: to look for garbage in it again and again takes a fourteenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where AFTERCAST_REQUIRE_ALL is set, a test that cannot run has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("AFTERCAST_REQUIRE_ALL") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} did not run, and here every test must: {reason}"
    return report


def pytest_addoption(parser):
    parser.addoption("--keep-examples", action="store_true", help="keep the examples of the OpenAPI document anew")
