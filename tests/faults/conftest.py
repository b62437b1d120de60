"""Faults are put into a service of real processes, one for each test; nothing here touches the suite's own database."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests import migrated

from .databases import Cluster, Postgres, Sqlite
from .report import IS_CAMPAIGN
from .rig import Redis, Rig, migrate

FAULTS = Path(__file__).parent
LONGEST = ("runs_on_under_faults", "in_turns", "killed_while_they_write", "again_and_again", "deadly_rule", "frozen")
# On a machine that is busy otherwise everything takes longer; what must be quick has a limit of its own.
LONGEST_SECONDS = 1200


def pytest_collection_modifyitems(items):
    """Each of these takes real processes and some time; a campaign begins with those that take the longest."""
    ours = [item for item in items if FAULTS in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.fault)
        item.add_marker(pytest.mark.timeout(LONGEST_SECONDS))
    if IS_CAMPAIGN and len(ours) == len(items):
        items[:] = dealt(sorted(items, key=lambda item: (place(item.name), item.nodeid)))


def place(name: str) -> int:
    """How early a test is to begin."""
    return next((number for number, part in enumerate(LONGEST) if part in name), len(LONGEST))


def dealt(items: list) -> list:
    """Give to each process in turn: each gets the next part of the list."""
    n = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return [item for first in range(n) for item in items[first::n]]


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
            if vendor == "sqlite":
                migrated.bring(empty.path)
            migrate(empty, folder=folder)
            made[vendor] = empty
        return made[vendor]

    return _blank


@pytest.fixture
def rig_on(cluster, blank, tmp_path, request) -> Iterator[Callable[..., Rig]]:
    """Make a service on `postgresql` or `sqlite`, where one is given with its database on a disk of its own."""
    rigs: list[Rig] = []

    def _rig_on(vendor: str, *, disk: Path | None = None) -> Rig:
        name = f"faults_{abs(hash(request.node.name))}_{len(rigs)}"
        copied = blank(vendor).copy(folder=tmp_path, name=name, disk=disk)
        rigs.append(Rig(folder=tmp_path, database=copied, redis=Redis(folder=tmp_path)))
        return rigs[-1]

    yield _rig_on
    for rig in rigs:
        rig.stop()
        rig.redis.stop()
        # Or a cluster would go on writing to a disk that is gone, and fail whatever comes next.
        rig.database.remove()
    for rig in rigs:
        rig.tells_no_secret()
