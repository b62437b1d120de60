"""One view of every kind that the admin has, found by following links: on a phone or a desk, by day and by night."""

import re
from itertools import cycle

import pytest

from .editing import complaints, record, signed_in, unfold
from .test_deciding_by_hand import WEAK

pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.timeout(600)]

OURS = "a[href^='/admin/forecasts/'], a[href^='/admin/'][href$='/text/']"
# What makes one view of the same kind as another: the row that it is about, or how a list is narrowed.
ROW = re.compile(r"/(?:[0-9a-f-]{36}|\d+)(?=/)|\?.*|#.*")
FILES = re.compile(r"\.(?:csv|json|ndjson)$|/autocomplete/")


def kind_of(path: str) -> str:
    return ROW.sub("/*", path)


def test_every_view_fits_is_accessible_stays_quiet_and_asks_nobody_else(visit):
    windows = [signed_in(visit(width=width)) for width in (360, 1280)]
    record(windows[1], WEAK | {"title": "Aid is said to be sent to somebody"})
    waiting, seen, faults = ["/admin/"], {"/admin/"}, []
    for window in cycle(windows):
        if not waiting:
            break
        path = waiting.pop(0)
        window.open(path)
        found = window.page.evaluate(
            "links => [...document.querySelectorAll(links)].map(one => one.getAttribute('href'))", OURS
        )
        for link in found:
            if kind_of(link) not in seen and not FILES.search(link):
                seen.add(kind_of(link))
                waiting.append(link)
        unfold(window)
        faults += window.faults(f"admin {kind_of(path).strip('/').replace('/', ' ')}")

    assert faults == []
    assert [window.outside for window in windows] == [[], []]
    assert [one for window in windows for one in complaints(window)] == []
    assert len(seen) > 55
