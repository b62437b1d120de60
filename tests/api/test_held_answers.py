"""What a process holds is given as long as nothing was written that it shows, to whoever may have it, and counted."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event as Signal

import pytest
from django.contrib.auth.models import User
from django.db import InternalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forecasts.api.urls import router
from forecasts.api.views.predictions import PredictionViewSet
from forecasts.held.answers import ANSWERS, Answers, Held
from forecasts.models import ApiToken, Forecaster, Prediction
from forecasts.selectors.readings import Readings, made_of_one_instant
from forecasts.selectors.versions import state_of_records
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.sweeps import sweep
from forecasts.services.tokens import issue_token, revoke_token
from tests.builders import NOW, make_forecaster, make_prediction, make_topic
from tests.writing import is_traced, plan_for_good, wait_for_others, write_elsewhere

from .conftest import Program
from .worlds import make_one_of_each

SLICES = ["accuracy/", "accuracy/?topic=aid&bands=true&include=calls", "calibration/?forecaster=ada-byron"]
# How the database is asked which version a slice is at.
VERSION = "SELECT kind, key, id, revision"
HELD = [name for name, viewset, _ in router.registry if not viewset.is_private]
HELD_PATHS = [f"{name}/?page_size=3" for name in HELD]


@pytest.fixture(autouse=True)
def nothing_is_held():
    """What another test was answered may be right here as well: that of nobody's forecasts is."""
    ANSWERS.clear()


def postgresql(test):
    """A test of what is committed, where readers can tell that nothing was."""
    return pytest.mark.postgresql(pytest.mark.django_db(transaction=True)(test))


def is_held(program: Program, path: str) -> bool:
    """Whether the answer comes without its rows being asked for: what the database is asked is whether anything changed."""
    with CaptureQueriesContext(connection) as asked:
        assert program.get(path).status_code == 200
    told = [query["sql"] for query in asked if "forecasts_apitoken" not in query["sql"]]
    return len(told) == 1 and told[0].startswith(("SELECT forecasts_state()", VERSION))


def is_held_now(program: Program, path: str) -> bool:
    """Whether an answer is held once it was given."""
    wait_for_others()
    program.get(path)
    return is_held(program, path)


def token_of(scope: str, *, username: str = "reader") -> tuple[ApiToken, Program]:
    account, _ = User.objects.get_or_create(username=username)
    token, text = issue_token(name=username, account=account, scopes=[scope], now=NOW)
    return token, Program(text)


def tables_asked_for(program: Program, path: str) -> set[str]:
    with CaptureQueriesContext(connection) as asked:
        answer = program.get(path)
    assert answer.status_code == 200, (path, answer.content)
    return set(re.findall(r'"(forecasts_\w+)"', " ".join(query["sql"] for query in asked)))


@postgresql
def test_every_table_that_is_read_for_an_answer_that_is_held_is_traced(reader):
    make_one_of_each()
    tables = set()
    for name, viewset, _ in router.registry:
        if name in HELD:
            first = reader.get(f"{name}/").json()["results"][0]
            key = viewset.lookup_url_kwarg or viewset.lookup_field
            one = f"{name}/{first['id' if key == 'pk' else key]}/"
            including = ",".join(viewset.includes)
            for path in (f"{name}/?total=true", one, f"{one}?include={including}" if including else one):
                tables |= tables_asked_for(reader, path)
    for path in (*SLICES, "predictions/?q=aid", "articles/?q=ban"):
        tables |= tables_asked_for(reader, path)

    assert len(tables) > 20
    assert {table for table in tables if not is_traced(table)} == set()


@postgresql
def test_the_same_question_is_answered_from_memory_until_anything_is_written(reader):
    prediction = make_one_of_each()
    for path in ["predictions/", f"predictions/{prediction.pk}/?include=article,forecasts", *HELD_PATHS, *SLICES]:
        wait_for_others()
        first = reader.get(path)
        assert is_held(reader, path), path
        again = reader.get(path)
        assert (again.content, again["ETag"], again["Vary"]) == (first.content, first["ETag"], first["Vary"])
        shorter = reader.get(path, **{"if-none-match": first["ETag"]})
        assert (shorter.status_code, shorter.content, shorter["ETag"]) == (304, b"", first["ETag"])
        assert int(shorter["RateLimit-Remaining"]) < int(first["RateLimit-Remaining"])

    make_topic("elsewhere")

    assert not any(is_held(reader, path) for path in ["predictions/", *HELD_PATHS])


def asked_for(program: Program, path: str) -> list[str]:
    """What the database is asked to answer, but for who asks."""
    with CaptureQueriesContext(connection) as asked:
        assert program.get(path).status_code == 200, path
    return [query["sql"] for query in asked if "forecasts_apitoken" not in query["sql"]]


@postgresql
def test_what_is_asked_for_again_after_a_write_elsewhere_is_looked_at_and_not_made_again(reader):
    prediction = make_one_of_each()
    plan_for_good()
    detail = f"predictions/{prediction.pk}/?include={','.join(PredictionViewSet.includes)}"
    for path in [detail, "predictions/?total=true&q=aid", *HELD_PATHS]:
        first = reader.get(path)
        write_elsewhere()
        making = asked_for(reader, path)
        write_elsewhere()

        looking = asked_for(reader, path)
        again = reader.get(path, **{"if-none-match": first["ETag"]})

        (question,) = (sql for sql in making if "md5(" in sql)
        assert looking == ["SELECT forecasts_state()", question], path
        assert (again.status_code, again["ETag"]) == (304, first["ETag"])
        # All that was asked for the answer is asked for again; before its transaction comes the state, after it the ledger.
        within = making[making.index("BEGIN") + 2 : making.index(question)]
        assert question.count("md5(string_agg(record_send(q)") == len(within), path
        assert making[0] == "SELECT forecasts_state()", path
        assert all("forecasts_change" in sql or sql == "COMMIT" for sql in making[making.index(question) + 1 :]), path


@postgresql
@pytest.mark.parametrize("path", SLICES)
def test_an_answer_about_a_slice_is_looked_at_by_the_version_of_the_slice_alone(reader, path):
    make_one_of_each()
    first = reader.get(path)
    for forget in (lambda: None, ANSWERS.clear):
        write_elsewhere()
        forget()

        (version,) = asked_for(reader, path)
        again = reader.get(path, **{"if-none-match": first["ETag"]})

        assert version.startswith(VERSION)
        assert (again.status_code, again["ETag"]) == (304, first["ETag"])


@postgresql
def test_what_is_looked_at_again_is_made_again_once_any_of_it_changed(reader):
    make_prediction()
    path = "predictions/?include=article,forecasts"
    changes = [
        lambda: Forecaster.objects.filter(slug="ada-byron").update(name="Ada, Countess", slug="countess"),
        lambda: Prediction.objects.update(status="NEEDS_REVIEW"),
        lambda: record_again(probability="0.2"),
        lambda: make_prediction(statement="Another one."),
    ]
    for change in changes:
        for _ in range(2):
            before = reader.get(path).content
            write_elsewhere()

        change()

        after = reader.get(path).content
        ANSWERS.clear()
        assert before != after == reader.get(path).content


def record_again(*, probability: str) -> None:
    prediction = Prediction.objects.earliest("recorded_at")
    later = NOW + timedelta(hours=1)
    record_forecast(
        prediction=prediction,
        forecaster=make_forecaster("later"),
        wording=wording(probability=probability),
        made_at=later,
        now=later,
    )


@postgresql
def test_what_is_read_for_one_answer_is_read_at_one_instant():
    def make():
        before = Forecaster.objects.count()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: (make_forecaster("meanwhile"), connection.close())).result()
        return before, Forecaster.objects.count()

    counted, readings = made_of_one_instant(make)

    assert counted == (0, 0)
    assert readings is not None
    assert not readings.still_hold()


@pytest.mark.usefixtures("committed")
def test_what_is_made_for_readers_writes_nothing():
    make_forecaster("ada-byron")

    with pytest.raises(InternalError, match="read-only transaction"):
        made_of_one_instant(lambda: Forecaster.objects.update(name="Never"))

    assert not Forecaster.objects.filter(name="Never").exists()


@pytest.mark.usefixtures("committed")
def test_what_was_asked_twice_is_asked_again_once():
    answers, readings = made_of_one_instant(lambda: {Forecaster.objects.exists() for _ in range(20)})

    assert answers == {False}
    assert readings is not None
    assert str(readings.question).count('FROM "forecasts_forecaster"') == 1
    assert readings.still_hold()
    make_forecaster("new")
    assert not readings.still_hold()


@postgresql
def test_what_was_asked_in_too_many_words_is_not_asked_again():
    _, readings = made_of_one_instant(lambda: [Forecaster.objects.filter(pk=number).exists() for number in range(20)])

    assert readings is None


@postgresql
def test_nothing_of_a_table_that_is_gone_still_holds():
    assert not Readings("SELECT * FROM forecasts_gone", "1").still_hold()


def by_hand():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE forecasts_prediction SET checked_at = now()")


def past_the_services():
    Forecaster.objects.filter(slug="ada-byron").update(name="Ada, Countess of Lovelace")


def by_a_service():
    make_prediction(statement="Another one.")


def by_the_schedule():
    sweep(now=timezone.now())


def in_the_admin():
    editor = User.objects.create_superuser("editor")
    client = Client()
    client.force_login(editor)
    path = reverse("admin:forecasts_forecaster_change", args=[make_forecaster().pk])
    form = client.get(path).context["adminform"].form
    given = {name: value for name, value in form.initial.items() if value is not None} | {"name": "Ada, Countess"}
    assert client.post(path, given).status_code == 302


@postgresql
@pytest.mark.parametrize("write", [by_hand, past_the_services, by_a_service, by_the_schedule, in_the_admin])
def test_whoever_writes_and_by_whatever_way_readers_see_it_at_once(reader, write):
    make_prediction()
    before = reader.get("predictions/")
    assert is_held_now(reader, "predictions/")

    write()

    after = reader.get("predictions/", **{"if-none-match": before["ETag"]})
    assert (after.status_code, after.content != before.content) == (200, True)


@postgresql
def test_what_was_begun_before_and_committed_after_an_answer_was_held_is_seen(reader):
    written, go_on = Signal(), Signal()

    def write_slowly():
        try:
            with transaction.atomic():
                make_forecaster("slow")
                written.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(write_slowly)
        assert written.wait(20)
        make_forecaster("quick")
        seen = [row["slug"] for row in reader.get("forecasters/").json()["results"]]
        assert [row["slug"] for row in reader.get("forecasters/").json()["results"]] == seen == ["quick"]
        go_on.set()
        slow.result()

    assert {row["slug"] for row in reader.get("forecasters/").json()["results"]} == {"quick", "slow"}


@postgresql
def test_a_transaction_that_was_rolled_back_is_not_seen(reader):
    make_forecaster()
    with transaction.atomic():
        make_forecaster("never")
        assert len(reader.get("forecasters/").json()["results"]) == 2
        transaction.set_rollback(True)

    assert [row["slug"] for row in reader.get("forecasters/").json()["results"]] == ["ada-byron"]


@postgresql
def test_what_is_held_is_given_to_nobody_who_may_not_have_it(reader, settings):
    settings.PUBLIC_READ = False
    make_prediction()
    token, program = token_of("read")
    assert is_held_now(program, "predictions/")

    assert reader.get("predictions/").status_code == 401
    assert Program("guessed").get("predictions/").status_code == 401
    revoke_token(token=token, now=NOW + timedelta(days=1))
    assert program.get("predictions/").status_code == 401


@postgresql
def test_what_belongs_to_an_account_is_held_for_nobody():
    _, first = token_of(ApiToken.Scope.WEBHOOK_WRITE, username="first")
    _, second = token_of(ApiToken.Scope.WEBHOOK_WRITE, username="second")
    assert first.post("webhooks/", {"url": "https://hooks.example/", "events": ["resolution.final"]}).status_code == 201

    assert [len(one.get("webhooks/").json()["results"]) for one in (first, second, first, second)] == [1, 0, 1, 0]


@postgresql
def test_everybody_who_may_read_is_shown_the_same(reader):
    make_one_of_each()
    programs = [token_of(scope, username=scope)[1] for scope in ("read", "resolve", "admin")]

    for path in [*HELD_PATHS, *SLICES]:
        answers = []
        for program in (reader, *programs):
            ANSWERS.clear()
            answers.append(program.get(path).content)
        assert len(set(answers)) == 1, path


@postgresql
def test_held_answers_use_up_the_budget_of_requests(reader, monkeypatch):
    monkeypatch.setattr("forecasts.api.throttling.RateLimit.get_rate", lambda self: "4/hour")
    make_topic()

    answers = [reader.get("topics/") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["3", "2", "1", "0", "0", "0"]


@postgresql
@pytest.mark.parametrize("path", ["accuracy/?as_of=2026-01-01T00:00:00Z", "accuracy/?variant=STRICT"])
def test_what_hangs_on_more_than_the_records_is_worked_out_each_time(reader, path):
    make_one_of_each()

    assert not is_held_now(reader, path)


@postgresql
def test_answers_differ_with_the_host_and_with_what_is_accepted(reader):
    make_prediction()
    addresses = [reader.get("predictions/?page_size=1", host=host).content for host in ("localhost", "testserver")]
    make_prediction(statement="Another one.")
    pages = [reader.get("predictions/?page_size=1", host=host).json()["next"] for host in ("localhost", "testserver")]

    assert addresses[0] == addresses[1]
    assert [page.split("/")[2] for page in pages] == ["localhost", "testserver"]
    assert reader.get("predictions/?page_size=1", accept="text/html").status_code == 406


@pytest.mark.django_db
def test_within_a_transaction_there_is_no_state_to_hold_answers_by():
    with transaction.atomic():
        assert state_of_records() is None


def held(size: int) -> Held:
    return Held("1", {}, b"x" * size)


def test_what_an_answer_was_made_of_takes_room_too():
    answers = Answers(n_bytes=10_000)
    answers.put("first", held(1000))

    answers.put("second", replace(held(1000), readings=Readings("SELECT 1" * 800, "1")))

    assert answers.get("first") is None
    assert answers.get("second") is not None


def test_what_was_asked_for_longest_ago_makes_room():
    answers = Answers(n_bytes=10_000)
    answers.put("first", held(1000))
    answers.put("second", held(1000))
    answers.put("third", held(1000))
    assert answers.get("first") is not None

    answers.put("fourth", held(1000))

    assert [name for name in ("first", "second", "third", "fourth") if answers.get(name)] == [
        "first",
        "third",
        "fourth",
    ]


def test_what_is_larger_than_all_the_room_is_not_held():
    answers = Answers(n_bytes=5000)

    answers.put("large", held(5000))

    assert answers.get("large") is None


def test_a_newer_answer_takes_the_place_of_the_older():
    answers = Answers(n_bytes=8000)
    for size in (1000, 2000, 3000):
        answers.put("same", held(size))

    found = answers.get("same")

    assert found is not None
    assert len(found.body) == 3000
