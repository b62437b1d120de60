"""Whatever is recorded stays text: no element, handler or address of its own comes onto a page."""

from collections import Counter

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import escape

from forecasts.models import Event, Evidence
from forecasts.services.intake import RuleDraft
from forecasts.services.sweeps import sweep
from tests.builders import (
    NOW,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_topic,
    rule_that_it_occurs,
)
from tests.pages.conftest import parse

pytestmark = pytest.mark.any_database

PLAIN = "Plain words"
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</text></svg><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>*{display:none}</style>",
    "<!-- ",
    "]]><b>x</b>",
    '" autofocus onfocus="alert(1)',
    "' onmouseover='alert(1)",
    "`${alert(1)}`",
    "{{7*7}}{% now 'Y' %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#106;avascript:alert(1)",
    "\u202egnp.exe\u202d",
    "שלום <b>עולם</b>",
    "Привет & мир < >",
]
ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "//evil.example/x",
    "ftp://evil.example/x",
    'https://evil.example/"onmouseover="alert(1)',
    "http\n://evil.example",
]


def world(*, words: str, address: str) -> list[str]:
    """Put the words and the address everywhere they can be recorded, and return the pages that show them."""
    outlet = make_forecaster("outlet", name=words)
    author = make_forecaster("author", name=words, description=words)
    article = make_article(
        title=words,
        canonical_url=address,
        quoted_from_url=address,
        outlet=outlet,
        authors=[author],
        text=f"Before {words} after",
        note=words,
    )
    prediction = make_prediction(
        article=article, holder=author, title=words, statement=f"{words}.", quote=words, original_wording=words, condition=words,
        outcome=words, note=words, topic=make_topic(), rules=[RuleDraft(rule_that_it_occurs(), description=words)],
    )  # fmt: skip
    make_event(title=words, note=words, attributes={"note": words})
    event = Event.objects.get()
    Evidence.objects.create(event=event, url=address, citation=words, owner=words, quote=words, recorded_at=NOW)
    sweep(now=NOW)
    lists = [
        "/",
        "/articles/",
        "/forecasters/",
        "/topics/",
        "/topics/aid/",
        "/forecasters/author/",
        "/forecasters/outlet/",
    ]
    return [*lists, f"/articles/{article.pk}/", f"/predictions/{prediction.pk}/", f"/events/{event.pk}/"]


@pytest.fixture(scope="module")
def plain(django_db_setup, django_db_blocker):
    """The elements of every page where only plain words are recorded."""
    with django_db_blocker.unblock(), transaction.atomic():
        pages = [
            parse(Client().get(page).content.decode()) for page in world(words=PLAIN, address="https://example.org/x")
        ]
        transaction.set_rollback(True)
    return [Counter(page.elements) for page in pages]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_bring_no_element_or_handler(words, client, db, plain):
    pages = [client.get(page).content.decode() for page in world(words=words, address="https://example.org/x")]

    assert [Counter(parse(page).elements) for page in pages] == plain
    assert all(escape(words) in page for page in pages[-3:])


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_lead_only_to_the_web(address, client, db):
    for page in world(words=PLAIN, address=address):
        parsed = parse(client.get(page).content.decode())

        outside = [
            link
            for link in parsed.addresses
            if not link.startswith(("/", "?", "#", "words.csv")) or link.startswith("//")
        ]
        assert all(link.startswith(("http://", "https://")) for link in outside), page
        assert not {name for _, names in parsed.elements for name in names if name.startswith("on") or name == "style"}


@pytest.mark.parametrize("address", ["/", "/scoring/", "/nowhere/"])
def test_forbids_inline_code_and_outside_requests(address, client, db):
    policy = client.get(address)["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_pages_hold_no_script_style_or_outside_file(client, db):
    for page in world(words=PLAIN, address="https://example.org/x"):
        parsed = parse(client.get(page).content.decode())
        tags = [tag for tag, _ in parsed.elements]

        assert not {"script", "style", "iframe", "img", "object", "embed"} & set(tags)
        assert all(address.startswith("/static/") for address in parsed.addresses if address.endswith((".css", ".svg")))
