"""A file of SQLite has another name for its state once anybody has written in it, and the same as long as nobody has."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from forecasts.selectors.file_versions import FileVersions


@pytest.fixture
def file(tmp_path):
    """A database with a row in it, in the mode that ours has."""
    made = tmp_path / "some file #1?.sqlite3"
    write(made, "PRAGMA journal_mode=WAL", "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)")
    return made


def write(file, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        for statement in statements:
            writer.execute(statement)


def test_the_name_stays_while_nobody_writes_and_changes_with_each_commit(file):
    versions = FileVersions()
    names = [versions.of(str(file)) for _ in range(2)]
    for statement in ("INSERT INTO t VALUES (2)", "UPDATE t SET x = x + 1", "CREATE TABLE u (x)"):
        write(file, statement)
        names.append(versions.of(str(file)))

    assert names[0] == names[1]
    assert len(set(names)) == 4


def test_what_is_not_committed_or_rolled_back_is_no_change(file):
    versions = FileVersions()
    before = versions.of(str(file))
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO t VALUES (2)")
        meanwhile = versions.of(str(file))
        writer.execute("ROLLBACK")

    assert before == meanwhile == versions.of(str(file))


def test_a_file_that_took_the_place_of_another_has_names_of_its_own(file, tmp_path):
    versions, other = FileVersions(), tmp_path / "restored.sqlite3"
    before = versions.of(str(file))
    write(other, "PRAGMA journal_mode=WAL", "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)")
    other.replace(file)

    assert versions.of(str(file)) not in (before, None)


def test_two_watches_never_use_the_same_name(file):
    assert FileVersions().of(str(file)) != FileVersions().of(str(file))


def test_a_file_that_is_gone_or_none_has_no_state(file, tmp_path):
    versions = FileVersions()
    assert versions.of(str(file)) is not None
    file.unlink()
    (tmp_path / "text").write_text("no database, but a text that is as long as it takes" * 100)

    assert versions.of(str(file)) is None
    assert versions.of(str(tmp_path / "text")) is None


def test_threads_may_ask_at_the_same_time(file):
    versions = FileVersions()
    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(lambda _: versions.of(str(file)), range(50)))

    assert len(names) == 1


def test_a_child_watches_by_a_connection_of_its_own_and_leaves_its_parents_open(file, monkeypatch):
    versions = FileVersions()
    of_parent = versions.of(str(file))
    with monkeypatch.context() as child:
        child.setattr("forecasts.selectors.file_versions.os.getpid", lambda: -1)
        of_child = versions.of(str(file))

        assert of_child == versions.of(str(file))
    assert None not in (of_parent, of_child)
    assert of_parent.split(".")[0] != of_child.split(".")[0]
    assert [watch.connection.execute("PRAGMA data_version").fetchone() for watch in versions._of_parents] != []
