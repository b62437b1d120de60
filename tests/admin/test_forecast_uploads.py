"""Importing a file of forecasts with outcomes in the admin."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forecasts.admin import forecast_uploads
from forecasts.models import Prediction, Resolution, Upload
from forecasts.services.uploads import record_uploads

from .pages import list_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HEADER = "date,team1,team2,prob1,prob1_outcome,prob2,prob2_outcome\n"
FILE = HEADER + "2021-11-14,Steelers,Lions,0.74,0.5,0.26,0.5\n2022-01-30,<b>Rams,49ers,0.6,1,0.3,0\n"
PAGE = "admin:forecasts_forecast_upload"


def send(client: Client, text: str = FILE, **given):
    file = SimpleUploadedFile("games.csv", text.encode(), content_type="text/csv")
    return client.post(reverse(PAGE), {"topic": "sport/nfl", "file": file, **given})


def test_the_list_of_forecasts_leads_there(admin):
    assert reverse(PAGE) in admin.get(list_page("forecast")).content.decode()
    assert "prob1_outcome" in admin.get(reverse(PAGE)).content.decode()


def test_a_preview_tells_each_bad_row_and_records_nothing(admin):
    page = send(admin).content.decode()

    assert "What would be recorded" in page
    assert "1 forecast new, 0 unchanged, 1 refused" in page
    assert "With those of the other sides it makes 0.9, and not 1." in page
    assert not Prediction.objects.exists()


def test_recording_leads_to_the_scorecard(admin, editor):
    page = send(admin, _record="Record").content.decode()

    assert "What was recorded" in page
    assert 'href="/topics/sport/nfl/"' in page
    assert Resolution.objects.get().actor == editor
    assert admin.get("/topics/sport/nfl/").status_code == 200


@pytest.mark.parametrize(
    ("text", "given", "field", "message"),
    [
        ("a,b\n1,2\n", {}, "file", "no header of a format known here"),
        (FILE, {"topic": "Sport NFL"}, "topic", "A topic is lowercase words joined by slashes"),
        (FILE, {"file": ""}, "file", "This field is required."),
    ],
)
def test_what_is_wrong_with_the_whole_is_told_at_its_field(admin, text, given, field, message):
    answer = send(admin, text, _record="Record", **given)

    assert message in answer.context["form"].errors[field][0]
    assert not Prediction.objects.exists()


def test_a_file_that_is_too_large_is_refused(admin, settings):
    settings.IMPORT_MAX_BYTES = 50

    assert "manage.py import_forecasts" in send(admin).context["form"].errors["file"][0]


def test_who_may_not_resolve_may_not_import_outcomes(db):
    person = User.objects.create_user(username="clerk", password="made-up-for-tests", is_staff=True)
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["add_prediction", "add_forecast", "view_forecast"])
    )
    client = Client()
    client.force_login(person)

    assert send(client, _record="Record").status_code == 403
    assert reverse(PAGE) not in client.get(list_page("forecast")).content.decode()
    assert not Prediction.objects.exists()


@pytest.fixture
def one_row_at_once(monkeypatch):
    monkeypatch.setattr(forecast_uploads, "MOST_AT_ONCE", 1)


def sent_long(client: Client) -> tuple[Upload, str]:
    answer = send(client, _record="Record")
    upload = Upload.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:forecasts_forecast_uploading", args=[upload.pk])
    return upload, answer["Location"]


def test_a_long_file_is_recorded_in_the_background_and_its_page_tells_how_far_it_is(admin, editor, one_row_at_once):
    upload, address = sent_long(admin)
    waiting = admin.get(address).content.decode()
    assert not Prediction.objects.exists()

    record_uploads(clock=timezone.now)

    ended = admin.get(address).content.decode()
    assert (upload.sent_by, upload.n_rows) == (editor, 2)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in waiting
    assert "0 of 2 rows" in waiting
    assert "http-equiv" not in ended
    assert "2 of 2 rows" in ended
    assert "1 forecast new, 0 unchanged, 1 refused" in ended
    assert "With those of the other sides it makes 0.9, and not 1." in ended
    assert 'href="/topics/sport/nfl/"' in ended
    assert address in admin.get(reverse(PAGE)).content.decode()


def test_a_preview_of_a_long_file_is_told_at_once(admin, one_row_at_once):
    assert "What would be recorded" in send(admin).content.decode()
    assert not Upload.objects.exists()


def test_a_file_that_stopped_says_why_and_goes_on_when_it_is_told_to(admin, one_row_at_once):
    _, address = sent_long(admin)
    Upload.objects.update(attempts=Upload.MAX_ATTEMPTS, last_error="OSError: no disk")
    stopped = admin.get(address).content.decode()

    assert "It stopped" in stopped
    assert "OSError: no disk" in stopped
    assert admin.post(address, {"_go_on": "Go on"}).status_code == 302
    record_uploads(clock=timezone.now)
    assert "All of it was gone through" in admin.get(address).content.decode()


def test_what_somebody_sent_is_told_nobody_else(admin, one_row_at_once):
    upload, address = sent_long(admin)
    other = User.objects.create_user("other", is_staff=True)
    other.user_permissions.set(
        Permission.objects.filter(codename__in=("add_prediction", "add_forecast", "add_resolution"))
    )
    client = Client()
    client.force_login(other)

    assert client.get(address).status_code == 403
    assert upload.name not in client.get(reverse(PAGE)).content.decode()
