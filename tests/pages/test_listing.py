"""The table of calls is sorted by its heads and turned by its pages, and says what it cannot be sorted by."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Article
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, make_prediction

from .conftest import parse

pytestmark = pytest.mark.any_database

ADA = "/forecasters/ada-byron/"
PAGES = (ADA, "/outlets/the-example/", "/topics/aid/", "/articles/{article}/scorecard/")
# Title, probability, verdict, and how many days ago it was known.
CALLS = (("Alpha", "0.2", "NO", 3), ("Beta", "0.9", "NO", 1), ("Gamma", "0.7", "YES", 2))
ORDERS = {
    "": "Beta Gamma Alpha",
    "-known": "Beta Gamma Alpha",
    "known": "Alpha Gamma Beta",
    "said": "Alpha Gamma Beta",
    "-said": "Beta Gamma Alpha",
    "-happened": "Gamma Beta Alpha",
    "happened": "Beta Alpha Gamma",
    "-brier": "Beta Gamma Alpha",
    "brier": "Alpha Gamma Beta",
}
FAULTS = {
    "sort=phrase": "sort: “phrase” is no column to sort by: take known, said, happened or brier, with “-” before it",
    "sort=--said": "sort: “--said” is no column to sort by",
    "sort=%00": "sort: “\0” is no column to sort by",
    "page=0": "page: “0” is no page; they are counted from 1.",
    "page=last": "page: “last” is no page; they are counted from 1.",
    "page=１": "page: “１” is no page; they are counted from 1.",
    "page=99999999999999999999": "page: “99999999999999999999” is no page; they are counted from 1.",
}


@pytest.fixture(scope="class")
def record(made_once):
    """Three calls of Ada's in one article, judged by a person."""
    editor = User.objects.create(username="editor")
    for number, (title, probability, verdict, days) in enumerate(CALLS):
        prediction = make_prediction(
            title=title, statement=f"{title}.", probability=probability, cluster_key=str(number), rules=[]
        )
        reason = "The ministry's own statement settles it."
        known_at = NOW - timedelta(days=days)
        record_verdict(
            prediction_id=prediction.pk, verdict=verdict, reason=reason, actor=editor, known_at=known_at, now=NOW
        )
    return Article.objects.get()


@pytest.fixture
def two_a_page(monkeypatch):
    monkeypatch.setattr("forecasts.selectors.calls.MOST_SHOWN", 2)


def titles(html: str) -> str:
    """The predictions of the table, in its order."""
    table = html.split('<table class="calls">')[1].split("</table>")[0]
    return " ".join(re.findall(r'dir="auto">(\w+)</a>', table))


def links_of(html: str) -> list[str]:
    return [unescape(one) for one in parse(html).addresses if one.endswith("#calls")]


class TestARecord:
    @pytest.mark.parametrize("narrowed", ["", "&as_of=2026-01-01"])
    def test_heads_sort_the_whole_table(self, narrowed, client, record, two_a_page):
        for sort, expected in ORDERS.items():
            shown = [client.get(f"{ADA}?sort={sort}&page={page}{narrowed}").content.decode() for page in (1, 2)]

            assert " ".join(map(titles, shown)) == expected, sort

    def test_a_table_that_fits_is_sorted_without_another_question(self, client, record):
        client.get(ADA)
        with CaptureQueriesContext(connection) as plain:
            client.get(ADA)
        with CaptureQueriesContext(connection) as captured:
            html = client.get(f"{ADA}?sort=said").content.decode()

        assert titles(html) == "Alpha Gamma Beta"
        assert len(captured) == len(plain)

    def test_a_page_of_a_long_table_takes_one_more_question(self, client, record, monkeypatch):
        client.get(ADA)
        with CaptureQueriesContext(connection) as plain:
            client.get(ADA)
        counts = set()
        for rows in (1, 2):
            monkeypatch.setattr("forecasts.selectors.calls.MOST_SHOWN", rows)
            with CaptureQueriesContext(connection) as captured:
                client.get(f"{ADA}?sort=brier&page=2")
            counts.add(len(captured))

        assert counts == {len(plain) + 1}

    @pytest.mark.parametrize("page", PAGES)
    def test_every_scorecard_has_heads_that_keep_its_filters(self, page, client, record):
        address = page.format(article=record.pk)

        html = client.get(f"{address}?conditional=false&sort=-said").content.decode()
        found = links_of(html)

        assert found == [f"?conditional=false&sort={sort}#calls" for sort in ("said", "-happened", "-known", "-brier")]
        assert html.count("aria-sort=") == 1
        assert re.search(r'<th scope="col" class="number" aria-sort="descending"><a href="[^"]+">Said', html)
        assert titles(client.get(address + found[0].removesuffix("#calls")).content.decode()) == "Alpha Gamma Beta"

    def test_pages_keep_order_and_filters(self, client, record, two_a_page):
        html = client.get(f"{ADA}?conditional=false&sort=said&page=2").content.decode()

        assert "3 to 3 of 3 shown." in parse(html).text
        assert "Page 2 of 2" in parse(html).text
        assert links_of(html)[-1] == "?conditional=false&sort=said&page=1#calls"

    def test_a_page_beyond_the_last_shows_the_last(self, client, record, two_a_page):
        assert titles(client.get(f"{ADA}?page=9").content.decode()) == "Alpha"

    def test_the_form_keeps_the_order(self, client, record):
        assert '<input type="hidden" name="sort" value="said">' in client.get(f"{ADA}?sort=said").content.decode()
        assert 'name="sort"' not in client.get(ADA).content.decode()

    def test_of_very_many_those_scored_last_are_sorted_among_themselves(self, client, record, two_a_page, monkeypatch):
        monkeypatch.setattr("forecasts.selectors.calls.MOST_SORTED", 2)

        html = client.get(f"{ADA}?sort=said&page=2").content.decode()

        assert "2 of 3 shown: those scored last, sorted among themselves. All of them (CSV)" in parse(html).text
        assert titles(html) == "Gamma Beta"

    @pytest.mark.parametrize("page", PAGES)
    def test_what_no_table_is_sorted_by_is_refused(self, page, client, record):
        for query, fault in FAULTS.items():
            answer = client.get(f"{page.format(article=record.pk)}?{query}")
            html = unescape(answer.content.decode())

            assert answer.status_code == 400, query
            assert f"Nothing is shown until this is right: {fault}" in html
            assert "Mean Brier score" not in html
