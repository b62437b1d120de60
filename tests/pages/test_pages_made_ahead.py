"""A page that one process made is every other's, and what changed is made before a reader waits for it; it is never another page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from forecasts import tasks
from forecasts.held import lent
from forecasts.held.ahead import TURN, make_pages_ahead
from forecasts.held.answers import ANSWERS
from forecasts.held.lent import Asked, Lent, Question, asked_lately, borrow, lend
from forecasts.held.release import release
from forecasts.models import Forecaster, JobRun
from tests.builders import make_prediction
from tests.writing import plan_for_good, write_elsewhere

from .test_held_pages import looked_up, made_anew, own

pytestmark = pytest.mark.usefixtures("committed")
CARD, NOON = "/forecasters/ada-byron/", datetime(2025, 2, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_is_held():
    in_another_process()
    cache.clear()


def in_another_process() -> None:
    """What this process holds is forgotten; what is lent is not."""
    ANSWERS.clear()


def rename(name: str) -> None:
    Forecaster.objects.filter(slug="ada-byron").update(name=name)


def question(path: str) -> Question:
    return Question("http", "testserver", path)


def is_made_of(client: Client, address: str) -> int:
    """How many questions the database is asked for a page beside whether anything was written."""
    return len(looked_up(client, address))


def test_every_page_that_one_process_made_is_given_by_another_until_it_changes(
    committed, addresses, client, monkeypatch
):
    monkeypatch.setattr(lent, "PLACES", 10**9)
    plan_for_good()
    made = {address: client.get(address) for address in addresses.values()}
    in_another_process()
    write_elsewhere()

    # What asks the database for nothing is made by each process: it is not lent.
    by_each = {addresses["scoring"]}
    for address, first in made.items():
        assert is_made_of(client, address) <= (0 if address in by_each else 1), address
        again = client.get(address)
        assert (again.content, dict(again.items())) == (first.content, dict(first.items()) | own(again)), address

    rename("Ada, Countess of Lovelace")
    in_another_process()
    for address in made:
        assert client.get(address).content == made_anew(address), address


def test_what_changed_is_made_before_the_next_reader_asks(client, settle):
    make_prediction()
    settle()
    client.get(CARD)
    before = ANSWERS.get(question(CARD))
    rename("Ada, Countess of Lovelace")

    done = make_pages_ahead(now=datetime.now(UTC), budget=60)

    # Another process, which holds what was before.
    ANSWERS.put(question(CARD), before)
    write_elsewhere()
    assert (done.looked_at, done.left) == (1, 0)
    assert is_made_of(client, CARD) == 1
    assert "Countess of Lovelace" in client.get(CARD).content.decode()
    assert client.get(CARD).content == made_anew(CARD)


@pytest.mark.parametrize(
    "path", [f"{CARD}?issued_from=2020-01-01&q=%D0%B6", "/search/?q=a+b%26c", "/topics/aid/military/"]
)
def test_what_is_made_ahead_is_what_a_reader_asked_for(path):
    make_prediction()
    reader = Client(headers={"host": "localhost:8443"})
    asked = reader.get(path, secure=True)
    assert asked.status_code == 200
    rename("Ada, Countess of Lovelace")
    make_pages_ahead(now=datetime.now(UTC), budget=60)
    in_another_process()

    ahead = borrow(Question("https", "localhost:8443", path))
    assert ahead is not None
    assert ahead.body == reader.get(path, secure=True).content


def test_a_page_that_no_reader_asked_for_within_a_day_is_let_go(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client.get("/forecasters/")
    for hours in (1, 23):
        make_prediction(title=f"After {hours} hours")
        monkeypatch.setattr("django.utils.timezone.now", lambda hours=hours: NOON + timedelta(hours=hours))
        assert make_pages_ahead(now=NOON + timedelta(hours=hours), budget=60).looked_at == 1

    assert [one.at for one in asked_lately(now=NOON + timedelta(hours=23))] == [NOON]
    assert make_pages_ahead(now=NOON + timedelta(hours=24), budget=60) == (0, 0)


def test_what_there_is_no_time_for_is_left_and_what_was_asked_last_is_made_first(client):
    paths = ["/", "/forecasters/", "/topics/"]
    for path in paths:
        client.get(path)

    assert [one.question.path for one in asked_lately(now=datetime.now(UTC))] == paths[::-1]
    assert make_pages_ahead(now=datetime.now(UTC), budget=-1) == (0, 3)
    assert make_pages_ahead(now=datetime.now(UTC)) == (3, 0)


def test_while_one_process_makes_pages_no_other_does(client):
    client.get("/")
    cache.add(TURN, True, 60)

    assert make_pages_ahead(now=datetime.now(UTC)) == (0, 0)


def test_a_page_that_is_gone_is_let_go(client):
    client.get("/")
    held, gone = ANSWERS.get(question("/")), question("/forecasters/nobody/")
    lend(Asked(gone, datetime.now(UTC)), held)
    # So that the page has to be made.
    make_prediction()

    assert make_pages_ahead(now=datetime.now(UTC)).looked_at == 2
    assert [one.question.path for one in asked_lately(now=datetime.now(UTC))] == ["/"]


def test_what_cannot_be_read_is_made_again_and_takes_its_place(client, caplog):
    client.get("/forecasters/")
    held = ANSWERS.get(question("/forecasters/"))
    in_another_process()
    asked = Asked(question("/forecasters/"), datetime.now(UTC))
    broken = Lent(asked, replace(held, match=None), b"no such thing")
    cache.set(lent._place(question("/forecasters/")), broken, 60)

    assert client.get("/forecasters/").status_code == 200
    assert "lent_answer_not_read" in caplog.text
    assert borrow(question("/forecasters/")) is not None


def test_another_release_or_setting_borrows_nothing(client, settings, monkeypatch):
    client.get("/forecasters/")
    assert release() == release.__wrapped__()

    settings.SECURE_HSTS_SECONDS = 3600
    monkeypatch.setattr(lent, "release", release.__wrapped__)

    assert borrow(question("/forecasters/")) is None


def test_pages_with_the_same_place_are_never_taken_for_each_other(client, monkeypatch):
    make_prediction()
    monkeypatch.setattr(lent, "PLACES", 1)
    asked = {path: client.get(path).content for path in ("/", "/topics/", "/forecasters/")}
    in_another_process()

    assert [borrow(question(path)) is not None for path in asked] == [False, False, True]
    assert {path: client.get(path).content for path in asked} == asked


def test_names_that_anybody_makes_up_take_no_more_room(client, monkeypatch):
    monkeypatch.setattr(lent, "PLACES", 5)
    for number in range(20):
        client.get(f"/search/?q={number}")

    assert 0 < len(asked_lately(now=datetime.now(UTC))) <= 5


@pytest.mark.parametrize("off", [{"HELD_ANSWERS_MB": 0}, {"DEBUG": True}, {"REDIS_URL": ""}])
def test_nothing_is_lent_or_borrowed_where_nothing_is_held(client, settings, off):
    client.get("/forecasters/")
    assert borrow(question("/forecasters/")) is not None
    for name, value in off.items():
        setattr(settings, name, value)

    client.get("/topics/")

    assert borrow(question("/forecasters/")) is None
    assert [one.question.path for one in asked_lately(now=datetime.now(UTC))] == ["/forecasters/"]


def test_the_job_makes_what_changed_and_is_noted(client):
    client.get("/forecasters/")
    make_prediction(title="Another one")

    tasks.make_pages()

    assert JobRun.objects.get(name="make-pages").succeeded_at is not None
    assert borrow(question("/forecasters/")).body == made_anew("/forecasters/")
