"""What every test has: nothing left in the cache, and no test that quietly does not run."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from tests import migrated
from tests.soundness import profiles


@pytest.fixture(scope="session")
def keeps_tables(django_db_use_migrations) -> bool:
    return django_db_use_migrations and connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, django_db_modify_db_settings, keeps_tables) -> bool:
    """Whether the database is there already, as where an earlier process kept the tables; not with --create-db."""
    return django_db_keepdb or (keeps_tables and migrated.bring(Path(connection.settings_dict["TEST"]["NAME"])))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb, keeps_tables) -> None:
    """Keep the tables for the next process before there is a row in them."""
    if keeps_tables and not django_db_keepdb:
        migrated.keep(Path(connection.settings_dict["NAME"]))


@pytest.fixture(autouse=True)
def empty_cache():
    """Rate limits and cached answers of one test must not reach the next."""
    yield
    cache.clear()


@pytest.fixture(scope="class")
def made_once(django_db_setup, django_db_blocker) -> Iterator[None]:
    """
    Rows that a fixture of this scope makes are there for every test of a class, and gone after the last.

    Each test has a transaction of its own inside, so that what it writes reaches no other; objects that such a fixture
    returns are the same for all, and no test may change them. It is not for tests that commit.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def guards_after(django_db_setup, django_db_blocker) -> Iterator[list[str]]:
    """Put triggers that stepped aside back once the rows of a committing test are cleared away."""
    aside: list[str] = []
    yield aside
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for statement in aside:
            cursor.execute(statement)


@pytest.fixture
def committed(guards_after, transactional_db) -> Iterator[None]:
    """
    A database that other processes see, and that is cleared afterwards.

    PostgreSQL clears by TRUNCATE, past all triggers; SQLite by DELETE, so there they step aside.
    """
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            for name, statement in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
                guards_after.append(statement)


def pytest_configure():
    """
    By day made-up examples are the same each time, and none has to be quick: a change and not a busy machine fails.

    Where the first failure is enough, none is made smaller: that takes ten times as long as to find it.
    """
    profiles.register()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """
    Leave out what is said of PostgreSQL alone where the suite runs on another database: there is nothing to skip.

    Whoever shares rows that were made once has a transaction of their own, asked for or not.
    """
    for item in items:
        if "made_once" in item.fixturenames:
            item.add_marker(pytest.mark.django_db)
    if connection.vendor == "postgresql":
        return
    left_out = [item for item in items if item.get_closest_marker("postgresql")]
    items[:] = [item for item in items if item not in left_out]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish():
    """
    Look for garbage seldom, and never in what was collected, which stays to the end.

    To look through all of that again and again takes a fourteenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


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
