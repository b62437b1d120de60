"""Sealing and revealing by API, and what readers see before and after."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from forecasts.ledger.canonical import canonical
from forecasts.ledger.seals import Seal, sealed
from forecasts.ledger.verifier import seal_of
from forecasts.models import ApiToken, Sealed, SealedContent, Unsealing
from forecasts.services.sealing import reveal_due
from tests.builders import make_forecaster, make_topic

from .conftest import Program, errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
SECRET = "Xyzzy resigns before the summer."
CONTENT = {
    "v": 1, "title": "Xyzzy resigns", "statement": SECRET, "outcome": "Xyzzy has resigned", "topic": "aid/military", "probability": "0.75",
}  # fmt: skip


@pytest.fixture
def ada(program_with) -> Program:
    make_topic()
    program = program_with(ApiToken.Scope.FORECAST_WRITE)
    ApiToken.objects.update(forecaster=make_forecaster())
    return program


def given(**fields) -> dict:
    return {
        "forecaster": "ada-byron",
        "reveal_by": f"{timezone.now() + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}",
        **fields,
    }


def test_the_answer_shows_the_salt_once_and_a_commitment_that_it_opens(ada, reader):
    made = ada.post("sealed/", given(content=CONTENT, about="A resignation")).json()

    opened = Seal(canonical(CONTENT).decode(), made["opening_salt"])
    assert opened.commitment == made["commitment"]
    assert (made["state"], made["content"], made["salt"], made["prediction"]) == ("SEALED", None, None, None)
    assert "opening_salt" not in reader.get(f"sealed/{made['commitment']}/").json()


def test_the_documented_way_of_making_a_commitment_is_the_one_that_is_checked():
    content = b'{"prediction":"00000000-0000-4000-8000-000000000000","probability":"0.7","v":1}'

    # Worked out apart: sha256("aftercast/seal/v1\n" + 16 bytes of 0x01 + content).
    assert seal_of(content, salt=b"\x01" * 16).hex() == (
        "da7cf818efa0617bc17bf959749059335c76e15ace50d5f5f9d38fdef542fbd9"
    )


def test_nothing_that_anybody_is_shown_tells_what_is_sealed(ada, reader, client):
    made = ada.post("sealed/", given(content=CONTENT)).json()
    client.force_login(User.objects.create_superuser("root"))
    row = Sealed.objects.get()
    api = ["sealed/", f"sealed/{made['commitment']}/", "predictions/", "forecasts/", "changes/", "search/?q=xyzzy", "exports/predictions.ndjson", "accuracy/?forecaster=ada-byron", f"ledger/receipts/sealed/{row.pk}/"]  # fmt: skip
    pages = ["/", "/forecasters/ada-byron/", f"/sealed/{made['commitment']}/", "/search/?q=xyzzy", "/admin/forecasts/sealed/", f"/admin/forecasts/sealed/{row.pk}/change/", "/admin/"]  # fmt: skip

    shown = [(place, _text(reader.get(place))) for place in api] + [
        (place, _text(client.get(place))) for place in pages
    ]

    assert [
        place for place, text in shown if "resigned" in text or "Xyzzy resigns" in text or made["opening_salt"] in text
    ] == []


def _text(answer) -> str:
    assert answer.status_code in (200, 404), answer
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def test_what_is_revealed_can_be_checked_and_read(ada, reader, client):
    made = ada.post("sealed/", given(content=CONTENT)).json()

    answer = ada.post(f"sealed/{made['commitment']}/reveal/", {})
    again = ada.post(f"sealed/{made['commitment']}/reveal/", {"content": CONTENT, "salt": made["opening_salt"]})

    shown = answer.json()
    assert (answer.status_code, again.status_code) == (200, 200)
    assert shown == again.json() == reader.get(f"sealed/{made['commitment']}/").json()
    assert Seal(canonical(shown["content"]).decode(), shown["salt"]).commitment == shown["commitment"]
    prediction = reader.get(f"predictions/{shown['prediction']}/").json()
    assert prediction["sealed_at"] == prediction["issued_at"] == shown["recorded_at"]
    page = _text(client.get(f"/sealed/{made['commitment']}/"))
    assert SECRET in page
    assert "Revealed" in page
    assert f"/sealed/{made['commitment']}/" in _text(client.get(f"/predictions/{shown['prediction']}/"))
    assert "Revealed: 1." in _text(client.get("/forecasters/ada-byron/"))
    assert not SealedContent.objects.exists()


def test_another_content_is_refused_with_what_differs(ada):
    made = ada.post("sealed/", given(content=CONTENT)).json()

    answer = ada.post(
        f"sealed/{made['commitment']}/reveal/",
        {"content": CONTENT | {"probability": "0.9"}, "salt": made["opening_salt"]},
    )

    assert answer.status_code == 400
    assert [one["message"] for one in answer.json()["errors"]] == [
        "This is not what was sealed.", 'probability: sealed as "0.75", and "0.9" here.',
    ]  # fmt: skip


def test_a_commitment_made_elsewhere_is_recorded_once_and_revealed_by_its_content(ada):
    opened = sealed(CONTENT)
    body = given(commitment=opened.commitment)
    made, again = ada.post("sealed/", body), ada.post("sealed/", body)

    assert (made.status_code, again.status_code) == (201, 409)
    assert made.json()["opening_salt"] is None
    assert ada.post(f"sealed/{opened.commitment}/reveal/", {}).status_code == 400
    answer = ada.post(
        f"sealed/{opened.commitment}/reveal/", {"content": json.loads(opened.content), "salt": opened.salt}
    )
    assert answer.json()["state"] == "REVEALED"


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ({}, "content", "Give either a content to keep here, or a commitment"),
        ({"content": CONTENT, "commitment": "ab" * 32}, "content", "Give either"),
        ({"commitment": "short"}, "commitment", "“short” is no commitment"),
        ({"content": CONTENT | {"topic": "nowhere"}}, "content.topic", "There is no topic “nowhere”"),
        ({"content": CONTENT, "reveal_by": "2020-01-01T00:00:00Z"}, "reveal_by", "is no date to reveal it by"),
        ({"content": CONTENT, "forecaster": "nobody"}, "forecaster", "There is no forecaster"),
    ],
)
def test_what_cannot_be_sealed_is_refused_with_what_to_do(ada, body, field, told):
    answer = ada.post("sealed/", given() | body)

    assert answer.status_code == 400
    assert told in errors_of(answer)[field]


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ({"content": CONTENT, "salt": "xyz"}, "salt", "Give the salt that was sealed with"),
        ({"salt": "00" * 16}, "content", "A salt goes with the content"),
        ({"content": CONTENT, "salt": "00" * 16}, "content", "with this salt it comes to"),
    ],
)
def test_what_does_not_open_a_commitment_is_refused_with_what_to_do(ada, body, field, told):
    made = ada.post("sealed/", given(content=CONTENT)).json()

    answer = ada.post(f"sealed/{made['commitment']}/reveal/", body)

    assert answer.status_code == 400
    assert told in errors_of(answer)[field]
    assert not Unsealing.objects.exists()


def test_nobody_seals_or_reveals_for_somebody_else(ada, program_with):
    made = ada.post("sealed/", given(content=CONTENT)).json()
    other = program_with(ApiToken.Scope.FORECAST_WRITE)
    ApiToken.objects.filter(pk=ApiToken.objects.latest("pk").pk).update(forecaster=make_forecaster("bo-zell"))

    assert ada.post("sealed/", given(content=CONTENT) | {"forecaster": "bo-zell"}).status_code == 403
    assert other.post(f"sealed/{made['commitment']}/reveal/", {}).status_code == 403


def test_what_nobody_revealed_is_told_by_api_and_page(ada, reader, client):
    opened = sealed(CONTENT)
    ada.post("sealed/", given(commitment=opened.commitment))
    reveal_due(now=timezone.now() + timedelta(days=31))

    assert reader.get(f"sealed/{opened.commitment}/").json()["state"] == "OVERDUE"
    counts = reader.get("accuracy/?forecaster=ada-byron").json()["sealed"]
    assert counts == {"sealed": 0, "revealed": 0, "never_revealed": 1, "brier_at_worst": 1.0}
    assert reader.get("accuracy/").json()["sealed"] is None
    page = _text(client.get("/forecasters/ada-byron/"))
    assert "Never revealed: 1." in page
    assert "is not ranked" in _text(client.get(f"/sealed/{opened.commitment}/"))


def test_an_answer_that_was_kept_is_not_given_once_something_was_not_revealed(ada, reader):
    ada.post("sealed/", given(commitment=sealed(CONTENT).commitment))
    before = reader.get("accuracy/?forecaster=ada-byron")

    reveal_due(now=timezone.now() + timedelta(days=31))

    after = reader.get("accuracy/?forecaster=ada-byron")
    assert (before.json()["sealed"]["sealed"], after.json()["sealed"]["never_revealed"]) == (1, 1)
    assert before.headers["ETag"] != after.headers["ETag"]


def test_the_editor_seals_and_reveals_by_form(client):
    make_topic()
    make_forecaster()
    client.force_login(User.objects.create_superuser("root"))
    until = datetime(2035, 1, 1, tzinfo=UTC)
    form = {"forecaster": "ada-byron", "about": "A resignation", "reveal_by_0": f"{until:%Y-%m-%d}", "reveal_by_1": "00:00:00", "reveal_by": "2035-01-01T00:00", "commitment": ""}  # fmt: skip

    refused = client.post(
        "/admin/forecasts/sealed/add/", form | {"content": json.dumps(CONTENT | {"topic": "nowhere"})}
    )
    client.post("/admin/forecasts/sealed/add/", form | {"content": json.dumps(CONTENT)})

    assert "topic: There is no topic “nowhere”" in _text(refused)
    row = Sealed.objects.get()
    shown = _text(client.get(f"/admin/forecasts/sealed/{row.pk}/change/"))
    assert "Kept here, and shown to nobody until it is revealed." in shown
    client.post(f"/admin/forecasts/sealed/{row.pk}/reveal/", {"content": "", "salt": ""})
    assert row.unsealings.get().prediction.statement == SECRET
    assert Client().get(f"/admin/forecasts/sealed/{row.pk}/reveal/").status_code == 302
