"""What the service is made of is listed, with licences that somebody has looked at, and every file is pinned by its hash."""

import re

import pytest

from config.parts import LicenceNotAllowed, Part, bill, check_licence, page, parts
from tests.architecture.source import ROOT

pytestmark = pytest.mark.any_database

LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-lint.txt", "requirements-ci.txt")
LOCK = (ROOT / "requirements.txt").read_text()


def test_the_list_in_the_documentation_is_that_of_the_lock():
    assert page(parts(LOCK)) == (ROOT / "docs" / "dependencies.md").read_text(), "run `make sbom`"


@pytest.mark.parametrize("name", LOCKS)
def test_every_file_that_is_installed_is_pinned_by_its_hash(name):
    lock = (ROOT / name).read_text()
    pinned = re.findall(r"^[a-z0-9.-]+(?:\[[^]]+\])?==", lock, re.MULTILINE)
    hashed = re.findall(r"^[a-z0-9.-]+(?:\[[^]]+\])?==[^\n]*\n\s+--hash=sha256:", lock, re.MULTILINE)

    assert len(pinned) == len(hashed) > 5
    assert not re.search(r"^(-e|https?:|git\+)", lock, re.MULTILINE)


def test_the_bill_names_every_part_with_its_hashes():
    told = bill(parts(LOCK))

    names = {one["name"] for one in told["components"]}
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert {"django", "celery", "numpy", "django-otp"} <= names
    assert all(one["externalReferences"][0]["hashes"] for one in told["components"])


@pytest.mark.parametrize("licence", ["MIT", "Apache-2.0 OR BSD-2-Clause", "MPL-2.0 AND (Apache-2.0 OR MIT)"])
def test_a_licence_that_is_known_passes(licence):
    check_licence(Part("package", "1.0", licence, ()))


@pytest.mark.parametrize("licence", ["", "GPL-3.0-only", "MIT AND SSPL-1.0", "Proprietary"])
def test_a_licence_that_nobody_has_read_is_refused_by_name(licence):
    with pytest.raises(LicenceNotAllowed, match=f"package 1.0 is under “{licence}”: allow it in config/parts.py"):
        check_licence(Part("package", "1.0", licence, ()))
