"""Faults are put into a service of real processes, one for each test; nothing here touches the suite's own database."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .databases import Cluster, Postgres, Sqlite
from .report import IS_CAMPAIGN
from .rig import Redis, Rig, migrate

FAULTS = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Each of these takes real processes and some time."""
    for item in items:
        if FAULTS in item.path.parents:
            item.add_marker(pytest.mark.fault)
            item.add_marker(pytest.mark.timeout(900 if IS_CAMPAIGN else 180))


@pytest.fixture(autouse=True)
def empty_cache():
    """Nothing here uses the suite's cache."""


@pytest.fixture
def dice(request) -> random.Random:
    """The same throws each time for the same test."""
    return random.Random(request.node.name)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    # Not below pytest's own folder, which no other user may enter, and PostgreSQL runs as one.
    with TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        started = Cluster(folder=Path(folder))
        yield started
        started.stop()


@pytest.fixture(scope="session")
def blank(cluster, tmp_path_factory) -> Callable[[str], Postgres | Sqlite]:
    """A database on `postgresql` or `sqlite` with all tables and no rows, to be copied: migrating takes longer."""
    made: dict[str, Postgres | Sqlite] = {}

    def _blank(vendor: str) -> Postgres | Sqlite:
        if vendor not in made:
            folder = tmp_path_factory.mktemp("blank")
            empty = cluster.new_database("blank") if vendor == "postgresql" else Sqlite(folder=folder)
            migrate(empty, folder=folder)
            made[vendor] = empty
        return made[vendor]

    return _blank


@pytest.fixture
def rig_on(cluster, blank, tmp_path, request) -> Iterator[Callable[[str], Rig]]:
    """Make a service on `postgresql` or `sqlite`."""
    rigs: list[Rig] = []

    def _rig_on(vendor: str) -> Rig:
        copied = blank(vendor).copy(folder=tmp_path, name=f"faults_{abs(hash(request.node.name))}_{len(rigs)}")
        rigs.append(Rig(folder=tmp_path, database=copied, redis=Redis(folder=tmp_path)))
        return rigs[-1]

    yield _rig_on
    for rig in rigs:
        rig.stop()
        rig.redis.stop()
    for rig in rigs:
        rig.tells_no_secret()
