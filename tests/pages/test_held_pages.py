"""A page that is held is the page as it would be made now, whoever asks, on whatever day, and whatever was written."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from forecasts.held.answers import ALWAYS, ANSWERS, Held
from forecasts.migrations._changes import LATER, WATCHED
from forecasts.models import Evidence, Forecaster, Prediction, Sealed, Topic
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.redactions import redact
from forecasts.services.sealing import reveal, reveal_due
from forecasts.services.sources import record_milestone
from forecasts.services.sweeps import sweep
from forecasts.services.verdicts import dispute, record_verdict
from tests.builders import NOW, make_article, make_event, make_forecaster, make_prediction
from tests.writing import is_traced, plan_for_good, wait_for_others, write_elsewhere

from .world import ASKED, say_in_words

pytestmark = pytest.mark.usefixtures("committed")
# Written by triggers alone, in the transaction that writes in a table that is traced.
FOLLOWS = "forecasts_change"
# What asks for no page: the state of the records, and what ends a transaction, where the ledger asks what was written in it.
BESIDE = re.compile(r"forecasts_state\(\)|pg_current_xact_id_if_assigned\(\)|^(COMMIT|ROLLBACK)$")
# In another language, with another program.
FROM_ELSEWHERE = Client(headers={"accept-language": "de", "accept": "*/*", "user-agent": "reader"})


@pytest.fixture(autouse=True)
def nothing_is_held():
    ANSWERS.clear()


def looked_up(client: Client, address: str, *, method: str = "GET") -> list[str]:
    """What the database is asked for a page, beside whether anything was written; and to end what was asked of one instant."""
    with CaptureQueriesContext(connection) as asked:
        assert client.generic(method, address).status_code == 200, address
    return [query["sql"] for query in asked if not BESIDE.search(query["sql"])]


def request_for(address: str) -> WSGIRequest:
    return RequestFactory(SERVER_NAME="testserver").get(address)


def made_anew(address: str) -> bytes:
    """A page by its view, past everything that could hold it."""
    request = request_for(address)
    found = resolve(request.path_info)
    return found.func(request, *found.args, **found.kwargs).content


def test_every_page_is_held_for_everybody_and_looked_at_again_after_a_write_elsewhere(committed, addresses, client):
    staff = Client()
    staff.force_login(User.objects.create_superuser("staff"))
    for address in addresses.values():
        first = client.get(address)
        assert is_given_from_memory(client, address), address
        for again in (client.get(address), staff.get(address), FROM_ELSEWHERE.get(address)):
            assert (again.content, dict(again.items())) == (first.content, dict(first.items()) | own(again)), address
            assert not again.cookies, address
        assert first.content == made_anew(address), address
        assert "cookie" not in first.get("Vary", "").lower(), address
        shorter = client.get(address, headers={"if-none-match": first["ETag"]})
        assert (shorter.status_code, shorter.content, shorter["ETag"]) == (304, b"", first["ETag"])
        head = client.head(address)
        assert (head.content, dict(head.items())) == (b"", dict(first.items()) | own(head)), address

    plan_for_good()
    write_elsewhere()
    noted = {address: held_after(client, address) for address in addresses.values()}
    write_elsewhere()
    for_good = {address for address, held in noted.items() if held.state == ALWAYS}
    assert for_good == {addresses["scoring"]}
    for address in noted.keys() - for_good:
        before, after = noted[address], held_after(client, address)
        assert after.readings is before.readings is not None, address
        assert after.state != before.state, address


def is_given_from_memory(client: Client, address: str) -> bool:
    """Whether a page is given again without its rows being asked for; who ends a transaction in the cluster has it looked at."""
    for _ in range(5):
        wait_for_others()
        client.get(address)
        if looked_up(client, address) == [] == looked_up(client, address, method="HEAD"):
            return True
    return False


def own(answer) -> dict[str, str]:
    """What every answer has of its own."""
    return {"X-Request-ID": answer["X-Request-ID"]}


def held_after(client: Client, address: str) -> Held:
    """What is held of a page once it was asked for."""
    assert client.get(address).status_code == 200, address
    held = ANSWERS.get(("http", "testserver", address))
    assert held is not None, address
    return held


def past_the_services():
    Forecaster.objects.filter(slug="ada-byron").update(name="Ada, Countess of Lovelace")
    Topic.objects.filter(path="aid/military").update(label="Arms")


def by_a_verdict():
    editor, _ = User.objects.get_or_create(username="editor")
    waiting = Prediction.objects.exclude(status=Prediction.Status.FINAL).filter(verdict="").order_by("pk")
    for prediction in waiting[:2]:
        record_verdict(prediction_id=prediction.pk, verdict="YES", reason="It happened.", actor=editor, now=NOW)


def by_a_dispute():
    disputed = Prediction.objects.exclude(verdict="").order_by("pk")[0]
    dispute(prediction_id=disputed.pk, reason="It did not.", actor=User.objects.get(username="editor"), now=NOW)


def by_a_forecast():
    later = NOW + timedelta(hours=1)
    for prediction in Prediction.objects.order_by("pk"):
        record_forecast(
            prediction=prediction, forecaster=make_forecaster(), wording=wording(probability="0.2"), made_at=later, now=later
        )  # fmt: skip


def by_a_redaction():
    report = Evidence.objects.order_by("pk")[0]
    officer = User.objects.create_user("second-officer")
    redact(kind="evidence", key=report.pk, columns=["owner"], reason="Its owner asked for it.", actor=officer, now=NOW)


def by_another_article():
    make_article(title="What came after the vote", canonical_url="https://example.org/and-after")


def by_unsealing():
    reveal(sealed=Sealed.objects.filter(unsealings=None)[0], now=NOW)
    reveal_due(now=NOW + timedelta(days=4000))


def by_events():
    make_event(external_id="noon-again", title="Aid again", owners=2)
    record_milestone(key="vote.2025", label="The vote", occurs_at=NOW + timedelta(days=1), now=NOW)


def by_the_schedule():
    Prediction.objects.update(next_check_at=NOW)
    sweep(now=NOW + timedelta(days=300))


def by_a_new_claim():
    make_prediction(statement="Another one.", title="Another one", quote="Aid may stop at once")


# What the other pages show is on these too.
COMPARED = (
    "home", "articles", "article", "prediction", "forecasters", "forecaster", "forecaster-badge", "sealed", "topics", "topic",
    "event", "leaderboard", "article-scorecard",
)  # fmt: skip
ROUNDS = (
    (past_the_services, by_a_new_claim),
    (by_a_verdict, by_another_article),
    (by_a_dispute, by_a_redaction, by_unsealing),
    (by_a_forecast, by_events),
    (by_the_schedule,),
)


def test_whatever_is_written_a_held_page_is_the_page_as_it_would_be_made_now(committed, addresses, client):
    compared = [*(addresses[name] for name in COMPARED), "/search/?q=aid", "/topics/aid/military/?part=readings"]
    before = {address: client.get(address).content for address in compared}
    for writes in ROUNDS:
        for write in writes:
            write()

        after = {address: client.get(address).content for address in compared}
        assert [address for address in after if after[address] != made_anew(address)] == [], writes
        assert after != before, writes
        before = after


@pytest.mark.postgresql
def test_every_table_that_a_page_asks_is_traced(committed, addresses, client):
    tables = set()
    for name, address in addresses.items():
        for asked in (address, *(address + query for query in ASKED.get(name, ()))):
            told = " ".join(looked_up(client, asked))
            tables |= set(re.findall(r'(?:FROM|JOIN) "?(\w*_\w+)', told))

    assert len(tables) > 20
    assert {table for table in tables if not is_traced(table)} == {FOLLOWS}
    assert [name for name in (*WATCHED, *LATER) if not is_traced(f"forecasts_{name}")] == []


def test_pages_differ_with_their_host_and_with_what_is_asked(client, settle):
    make_prediction()
    settle()
    card = "/forecasters/ada-byron/"
    for host in ("testserver", "localhost", "testserver"):
        assert f'content="http://{host}{card}"' in client.get(card, headers={"host": host}).content.decode()
    narrowed = [client.get(f"{card}{query}").content for query in ("", "?conditional=true", "")]
    assert narrowed[0] == narrowed[2] != narrowed[1]


@pytest.fixture
def clock(monkeypatch):
    """Return a function that sets the clock of the pages."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return set_to


EVENING = datetime(2025, 2, 1, 23, 59, 59, tzinfo=UTC)


def test_a_page_that_says_which_day_it_is_holds_until_that_is_over(client, clock):
    prediction = make_prediction(now=datetime(2025, 1, 7, tzinfo=UTC))
    sweep(now=datetime(2025, 1, 8, tzinfo=UTC))
    address = f"/predictions/{prediction.pk}/"
    told = []
    for moment in (EVENING - timedelta(hours=23), EVENING, EVENING + timedelta(seconds=1)):
        clock(moment)
        told.append(client.get(address).content)
        assert told[-1] == made_anew(address)

    assert told[0] == told[1] != told[2]
    assert b"today, 1 Feb 2025" in told[1]
    assert b"today, 2 Feb 2025" in told[2]


BEFORE_THE_STRICT_END = datetime(2025, 1, 20, tzinfo=UTC)
READ_OTHERWISE = "/forecasters/ada-byron/?part=readings"


@pytest.fixture
def read_otherwise(clock):
    """Claims with a strict reading whose window is open, some days before its end."""
    clock(BEFORE_THE_STRICT_END)
    say_in_words(make_article())
    sweep(now=BEFORE_THE_STRICT_END)


def test_what_hangs_on_readings_holds_until_time_alone_may_decide_otherwise(client, clock, read_otherwise):
    held = held_after(client, READ_OTHERWISE)
    assert held.until is not None
    assert held.until.date() >= datetime(2025, 2, 1, tzinfo=UTC).date()
    assert is_given_from_memory(client, READ_OTHERWISE)

    clock(held.until)

    assert looked_up(client, READ_OTHERWISE) != []
    assert client.get(READ_OTHERWISE).content == made_anew(READ_OTHERWISE)


def test_what_hangs_on_readings_is_made_anew_once_there_is_a_fact_that_was_not_known_yet(client, clock, read_otherwise):
    held_after(client, READ_OTHERWISE)
    write_elsewhere()
    before = held_after(client, READ_OTHERWISE)
    write_elsewhere()
    assert held_after(client, READ_OTHERWISE).readings is before.readings is not None

    later = BEFORE_THE_STRICT_END + timedelta(days=2)
    clock(later)
    make_event(on=later - timedelta(days=1), now=later)

    assert held_after(client, READ_OTHERWISE).readings is not before.readings
    assert client.get(READ_OTHERWISE).content == made_anew(READ_OTHERWISE)


def test_what_hangs_on_readings_is_not_held_while_a_fact_is_known_later_than_now(client, clock, read_otherwise):
    make_event(on=BEFORE_THE_STRICT_END + timedelta(days=1), now=BEFORE_THE_STRICT_END + timedelta(days=2))

    client.get(READ_OTHERWISE)

    assert looked_up(client, READ_OTHERWISE) != []


def test_what_is_decided_as_of_this_very_instant_is_made_each_time(client, settle):
    make_prediction()
    settle()
    today = datetime.now(UTC).date()
    for query in (f"as_of={today}", f"as_recorded={today}", "variant=STRICT", "part=readings&variant=STRICT"):
        address = f"/forecasters/ada-byron/?{query}"
        assert client.get(address).status_code == 200
        assert looked_up(client, address) != [], query


def test_while_somebody_works_on_the_pages_none_is_held(client, settings):
    make_prediction()
    settings.DEBUG = True
    client.get("/")

    assert looked_up(client, "/") != []
