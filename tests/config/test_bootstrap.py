"""Tests of the first step of every make target."""

import ast
from pathlib import Path

import pytest

from config import bootstrap
from config.bootstrap import CannotPrepare

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize("version", [(3, 11), (3, 11, 7), (3, 14, 0)])
def test_a_new_enough_python_passes(version):
    bootstrap.check_version(version)


@pytest.mark.parametrize(("version", "name"), [((3, 6, 15), "3.6"), ((3, 10, 13), "3.10")])
def test_an_old_python_gets_a_sentence(version, name):
    with pytest.raises(CannotPrepare, match=f"Python 3.11 or newer is needed, this is {name}: install one"):
        bootstrap.check_version(version)


def test_it_parses_on_pythons_that_are_too_old():
    source = Path(bootstrap.__file__).read_text()

    ast.parse(source, feature_version=(3, 6))


def test_an_unknown_set_of_requirements_is_named():
    with pytest.raises(CannotPrepare, match=r"There is no .*requirements-nonsense\.txt"):
        bootstrap.requirement_files(["nonsense"])


def test_an_installed_lock_is_not_installed_again(monkeypatch, tmp_path):
    installed = []
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    monkeypatch.setattr(bootstrap, "install", installed.append)

    bootstrap.prepare(["test"])
    bootstrap.prepare(["test"])

    assert [Path(path).name for path in installed] == ["requirements.txt", "requirements-test.txt"]


def test_a_changed_lock_is_installed_again(monkeypatch, tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("one")
    installed = []
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    monkeypatch.setattr(bootstrap, "requirement_files", lambda names: [str(lock)])
    monkeypatch.setattr(bootstrap, "install", installed.append)

    bootstrap.prepare([])
    lock.write_text("two")
    bootstrap.prepare([])

    assert len(installed) == 2


def test_without_the_package_index_it_says_what_is_needed(monkeypatch):
    monkeypatch.setattr(bootstrap, "run", lambda *command, quiet=False: False)

    with pytest.raises(CannotPrepare, match="first start needs the package index"):
        bootstrap.install("requirements.txt")
