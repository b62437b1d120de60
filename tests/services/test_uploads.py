"""Files that are recorded part by part: nothing comes twice, and nothing is left, whoever dies in between."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import User

from forecasts.feeds import FileRefused, read_forecasts
from forecasts.models import Forecast, Prediction, Score, Upload
from forecasts.services import forecast_imports
from forecasts.services.forecast_imports import preview_forecasts
from forecasts.services.forecast_plans import Origin
from forecasts.services.uploads import COUNTED, TAKEN_FOR, go_on, record_uploads, take_upload
from tests.builders import NOW

pytestmark = pytest.mark.django_db

HEADER = "date,team1,team2,prob1,prob1_outcome,prob2,prob2_outcome\n"
GAMES = "".join(f"2021-11-{day},Steelers,Lions,0.7,1,0.3,0\n" for day in range(10, 17))
BAD = "2022-01-30,Rams,49ers,0.6,1,0.3,0\n"
FILE = (HEADER + GAMES[:200] + GAMES[200:] + BAD).encode()


class Killed(BaseException):
    """What ends a worker on the spot."""


class Clock:
    """A clock that goes on by a second each time it is read, and has something happen at one of the readings."""

    def __init__(self, start: datetime = NOW, *, at: int = 0, then: Callable[[], None] = lambda: None) -> None:
        self.now, self.n_read, self.at, self.then = start, 0, at, then

    def __call__(self) -> datetime:
        self.n_read += 1
        self.now += timedelta(seconds=1)
        if self.n_read == self.at:
            self.then()
        return self.now


@pytest.fixture(autouse=True)
def three_rows_a_part(monkeypatch):
    monkeypatch.setattr(forecast_imports, "CHUNK", 3)


@pytest.fixture
def editor():
    return User.objects.create_user("editor")


@pytest.fixture
def upload(editor) -> Upload:
    return take_upload(content=FILE, name="games.csv", topic="sport/nfl", sent_by=editor, now=NOW)


def die() -> None:
    raise Killed


def counted() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Prediction, Forecast, Score))


def test_is_recorded_as_the_same_file_at_once_and_let_go_of(upload, editor):
    rows, origin = read_forecasts(BytesIO(FILE)), Origin(actor=editor, topic="sport/nfl", now=NOW)
    expected = preview_forecasts(rows=rows, origin=origin)

    assert record_uploads(clock=Clock()) == 1

    upload.refresh_from_db()
    assert (upload.n_done, upload.n_rows, bytes(upload.content), upload.is_going_on) == (8, 8, b"", False)
    assert upload.counts == {name: getattr(expected, name) for name in COUNTED}
    assert (upload.counts["new"], upload.counts["refused"]) == (7, 1)
    assert [one["line"] for one in upload.problems] == [9]
    before = counted()
    assert (record_uploads(clock=Clock(NOW + timedelta(days=1))), counted()) == (0, before)


def test_whoever_dies_leaves_it_to_others_who_go_on_where_it_was(upload):
    # The readings: the end, the claim, the origin, and those of each row and of each part.
    clock = Clock(at=12, then=die)
    with pytest.raises(Killed):
        record_uploads(clock=clock)
    upload.refresh_from_db()
    part, rows = upload.n_done, Forecast.objects.count()

    assert record_uploads(clock=Clock(clock.now)) == 0, "whoever died may still be at work"
    assert record_uploads(clock=Clock(clock.now + TAKEN_FOR)) == 1

    upload.refresh_from_db()
    assert (part, rows) == (3, 3)
    assert (upload.n_done, upload.counts["new"], upload.counts["refused"], Forecast.objects.count()) == (8, 7, 1, 7)
    assert Score.objects.exists()


def test_of_two_at_work_on_one_file_the_slower_records_nothing_more(upload):
    def overtake() -> None:
        Upload.objects.filter(pk=upload.pk).update(n_done=6, counts={"new": 6})

    assert record_uploads(clock=Clock(at=12, then=overtake)) == 0

    upload.refresh_from_db()
    assert (upload.n_done, Forecast.objects.count()) == (6, 3)


def test_what_does_not_fit_into_a_run_is_for_the_next(upload):
    assert record_uploads(clock=Clock(), budget=timedelta(seconds=8)) == 0
    upload.refresh_from_db()

    assert 0 < upload.n_done < 8
    assert record_uploads(clock=Clock(NOW + timedelta(minutes=1))) == 1
    assert Forecast.objects.count() == 7


def test_what_fails_again_and_again_waits_for_a_person_and_holds_up_no_other(upload, editor):
    later = take_upload(
        content=FILE, name="more.csv", topic="sport/nfl", sent_by=editor, now=NOW + timedelta(minutes=1)
    )
    Upload.objects.filter(pk=upload.pk).update(content=b"nonsense\n")
    ended = [record_uploads(clock=Clock(NOW + timedelta(hours=hour))) for hour in range(Upload.MAX_ATTEMPTS + 2)]
    upload.refresh_from_db()

    assert ended == [1] + [0] * (Upload.MAX_ATTEMPTS + 1)
    assert (upload.is_stuck, upload.attempts) == (True, Upload.MAX_ATTEMPTS)
    assert upload.last_error.startswith("FileRefused: The first line is no header of a format known here.")
    assert not go_on(upload=later)
    Upload.objects.filter(pk=upload.pk).update(content=FILE)
    assert go_on(upload=upload)
    assert record_uploads(clock=Clock(NOW + timedelta(days=1))) == 1


def test_a_file_of_no_known_format_is_not_taken(editor):
    with pytest.raises(FileRefused, match="no header of a format known here"):
        take_upload(content=b"a,b\n1,2\n", name="x.csv", topic="sport/nfl", sent_by=editor, now=NOW)

    assert not Upload.objects.exists()
