"""Who may do what: tokens, their scopes and what they are bound to."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forecasts.models import ApiToken, Event, Forecast, Topic
from forecasts.selectors.tokens import forget_token, token_digest
from forecasts.services.refusal import Refused
from forecasts.services.tokens import issue_token, note_use, revoke_token
from tests.builders import NOW, make_event, make_forecaster, make_prediction, make_source

from .conftest import Program, errors_of
from .test_recording import EVENT

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_nothing_is_rewritten_or_deleted_even_by_an_administrator(method, reader, administrator):
    prediction = make_prediction()
    path = f"/api/v1/predictions/{prediction.pk}/"

    assert getattr(reader.client, method)(path).status_code == 401
    assert getattr(administrator.client, method)(path).status_code == 405
    assert getattr(administrator.client, method)("/api/v1/predictions/").status_code == 405


def test_what_is_only_read_takes_no_writes(administrator, logger):
    assert administrator.post("resolutions/", {}).status_code == 405
    assert logger.post("resolutions/", {}).status_code == 403


def test_reading_needs_a_token_where_the_instance_is_closed(reader, program_with, settings):
    settings.PUBLIC_READ = False

    assert reader.get("predictions/").status_code == 401
    assert reader.get("accuracy/").status_code == 401
    assert reader.get("predictions/").headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert program_with("read").get("predictions/").status_code == 200


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz", "Bearer a b", "Bearer " + "x" * 5000, "Bearer ü", "Token abc"],
)
def test_a_token_that_is_none_is_refused_even_for_reading(header, db):
    program = Program()
    program.client.defaults["HTTP_AUTHORIZATION"] = header

    assert program.get("predictions/").status_code == 401


def test_a_revoked_an_expired_and_an_orphaned_token_are_worthless(account):
    now = timezone.now()
    revoked, text = issue_token(name="old", account=account, scopes=["read"], now=now)
    _, short_text = issue_token(
        name="short", account=account, scopes=["read"], now=now, expires_at=now + timedelta(hours=1)
    )

    assert revoke_token(token=revoked, now=now) is True
    assert revoke_token(token=revoked, now=now) is False
    assert "was revoked on" in Program(text).get("topics/").json()["detail"]
    assert Program(short_text).get("topics/").status_code == 200
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        assert "expired on" in Program(short_text).get("topics/").json()["detail"]
    account.is_active = False
    account.save()
    forget_token(digest=token_digest(short_text))
    assert "switched off" in Program(short_text).get("topics/").json()["detail"]


def test_only_the_digest_of_a_token_is_kept(account):
    token, text = issue_token(name="feed", account=account, scopes=["read"], now=NOW)

    assert len(text) >= 43
    assert token.prefix == text[:8]
    assert text not in str(ApiToken.objects.values().get())


def test_use_is_noted_at_most_once_a_minute(account, django_assert_num_queries):
    token, _ = issue_token(name="feed", account=account, scopes=["read"], now=NOW)

    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        note_use(token=token, now=NOW + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == NOW + timedelta(seconds=noted)
    with django_assert_num_queries(0):
        note_use(token=token, now=NOW + timedelta(seconds=62))


def test_a_token_is_read_once_for_many_requests(account):
    _, text = issue_token(name="feed", account=account, scopes=["read"], now=NOW)
    program = Program(text)
    for _ in range(2):
        program.get("topics/")

    with CaptureQueriesContext(connection) as queries:
        program.get("topics/")

    assert [query["sql"] for query in queries if "apitoken" in query["sql"]] == []


def test_what_another_process_revokes_writes_nothing_from_then_on(account):
    token, text = issue_token(name="log", account=account, scopes=["prediction:write"], now=NOW)
    program = Program(text)
    assert program.post("topics/", {"path": "aid"}).status_code == 201

    # As another process would: nothing here is told of it.
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())

    assert program.post("topics/", {"path": "war"}).status_code == 401
    assert not Topic.objects.filter(path="war").exists()


def test_what_another_process_revokes_is_worthless_within_ten_seconds(account):
    now = timezone.now()
    token, text = issue_token(name="feed", account=account, scopes=["read"], now=now)
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(2):
            assert Program(text).get("topics/").status_code == 200
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=now)

        clock.shift(9.9)
        before = Program(text).get("topics/").status_code
        clock.shift(0.2)
        after = Program(text).get("topics/").status_code

    assert (before, after) == (200, 401)


def test_tokens_are_listed_and_revoked_by_command(account):
    token, text = issue_token(name="feed", account=account, scopes=["read"], now=NOW)
    issue_token(name="old", account=account, scopes=["read"], now=NOW, expires_at=NOW + timedelta(days=1))
    assert Program(text).get("topics/").status_code == 200
    out = StringIO()

    call_command("list_tokens", stdout=out)
    call_command("revoke_token", token.prefix, stdout=out)
    call_command("revoke_token", token.prefix, stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0].split("\t")[:5] == [token.prefix, "feed", "editor", "read", "valid"]
    assert lines[1].split("\t")[4:] == ["expired 2025-06-02", "never used"]
    assert lines[2:] == [f"feed ({token.prefix}…) is revoked.", f"feed ({token.prefix}…) was revoked before."]
    assert Program(text).get("topics/").status_code == 401
    with pytest.raises(CommandError, match="No token begins with “nothing”"):
        call_command("revoke_token", "nothing")


def test_a_source_records_only_for_itself(ingester):
    make_source(slug="rival", name="Rival")
    theirs = make_event(source=make_source(slug="rival"))
    path = f"events/{theirs.event_id}"
    content = {name: value for name, value in EVENT.items() if name not in ("source", "evidence")}

    assert "not for rival" in ingester.post("events/", EVENT | {"source": "rival"}).json()["detail"]
    assert ingester.post(f"{path}/corrections/", content | {"reason": "So it was."}).status_code == 403
    assert ingester.post(f"{path}/retraction/", {"reason": "It was not."}).status_code == 403
    assert ingester.post(f"{path}/evidence/", {"url": "https://news.example/9"}).status_code == 403
    assert ingester.post("sources/rival/coverage/", {"complete_to": "2025-01-01T00:00:00Z"}).status_code == 403
    assert Event.objects.count() == 1
    assert theirs.event.versions.count() == 1


def test_a_forecaster_forecasts_only_for_themselves(program_with):
    prediction = make_prediction(probability=None)
    make_forecaster("bob")
    body = {"prediction": str(prediction.pk), "forecaster": "bob", "wording": {"probability": "0.4"}}

    answer = program_with("forecast:write").post("forecasts/", body)

    assert answer.status_code == 403
    assert answer.json()["detail"] == "This token forecasts as ada-byron, not as bob."
    assert not Forecast.objects.exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": " "}, "needs a name"),
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["everything"]}, "“everything” is no scope"),
        ({"scopes": ["forecast:write"]}, "needs the forecaster"),
        ({"scopes": ["event:write"]}, "needs the source"),
        ({"expires_at": NOW}, "is over"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(fields, message, account):
    given = {"name": "feed", "scopes": ["read"], "account": account, "now": NOW}

    with pytest.raises(Refused, match=message):
        issue_token(**{**given, **fields})


def test_the_command_prints_a_token_that_works(account, reader):
    make_source()
    out, err = StringIO(), StringIO()

    call_command(
        "create_token",
        "wire feed",
        account="editor",
        scope=["event:write"],
        source="wire",
        days=7,
        stdout=out,
        stderr=err,
    )

    assert Program(out.getvalue().strip()).post("events/", {}).status_code == 400
    assert "it is shown once" in err.getvalue()
    assert out.getvalue().strip() not in err.getvalue()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"account": "nobody"}, "There is no user “nobody”"),
        ({"source": "wyre"}, "There is no source “wyre”"),
        ({"scope": ["event:write"]}, "needs the source"),
        ({"days": 10**9}, "are too many"),
        ({"days": 0}, "is over"),
    ],
)
def test_the_command_says_what_is_wrong(options, message, account):
    with pytest.raises(CommandError, match=message):
        call_command("create_token", "feed", **{"account": "editor", "scope": ["read"], **options})


def test_too_many_requests_are_told_when_to_go_on(reader, monkeypatch):
    monkeypatch.setattr("forecasts.api.throttling.AddressRate.get_rate", lambda self: "2/min")

    answers = [reader.get("topics/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert errors_of(answers[2]) == {}


def test_a_token_that_forecasts_cannot_resolve_its_own_prediction(program_with):
    prediction = make_prediction(rules=[])
    program = program_with("resolve", "forecast:write")

    answer = program.post(f"predictions/{prediction.pk}/verdicts/", {"verdict": "YES", "reason": "It was so, I think."})

    assert answer.status_code == 400
    assert "Nobody resolves their own prediction" in errors_of(answer)["verdict"]
