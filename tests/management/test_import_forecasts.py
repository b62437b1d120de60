"""The command that records a file of forecasts, on the examples of its page."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from forecasts.feeds import FORMATS
from forecasts.models import Forecast, Prediction, Score

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "forecasts.md").read_text(encoding="utf-8")
PLAIN, GAMES = re.findall(r"^```csv\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture(autouse=True)
def editor() -> User:
    return User.objects.create(username="editor")


@pytest.fixture
def file(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "forecasts.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def run(*arguments: object, by: str = "editor") -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_forecasts", *map(str, arguments), "--topic", "sport/nfl", "--by", by, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_examples_of_the_page_are_recorded_once(file):
    first = "5 new, 0 unchanged, 0 refused; 3 questions, 2 outcomes, 0 rounded\nWhat came of them: /topics/sport/nfl/\n"

    assert run(file(PLAIN))[0] == first
    assert run(file(PLAIN))[0].startswith("0 new, 5 unchanged, 0 refused; 0 questions")
    assert run(file(GAMES))[0].startswith("2 new, 0 unchanged, 0 refused; 2 questions, 2 outcomes, 2 rounded")
    tie = Score.objects.get(rule="BRIER", forecast__prediction__title="Steelers to beat Lions, 2021-11-14")
    assert float(tie.value) == pytest.approx(0.5 * (1 - 0.7401) ** 2 + 0.5 * 0.7401**2)


def test_a_dry_run_records_nothing(file):
    assert (
        run(file(PLAIN), "--dry-run")[0]
        == "5 would be new, 0 unchanged, 0 refused; 3 questions, 2 outcomes, 0 rounded\n"
    )
    assert not Prediction.objects.exists()


def test_refused_rows_are_told_and_the_command_fails(file, tmp_path):
    report = tmp_path / "report.json"
    bad = PLAIN.replace(",0.4,", ",forty,")

    with pytest.raises(CommandError, match="1 row was refused. Correct what is told and run it again"):
        run(file(bad), "--report", report)

    assert Forecast.objects.count() == 4
    (problem,) = json.loads(report.read_text(encoding="utf-8"))["problems"]
    assert (problem["line"], problem["field"], problem["value"]) == (4, "probability", "forty")


def test_who_answers_for_it_must_be_known(file):
    with pytest.raises(CommandError, match="There is no active account “nobody”"):
        run(file(PLAIN), by="nobody")


def test_a_file_that_is_not_there_or_of_no_format_is_told(file, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="no header of a format known here"):
        run(file("a,b\n1,2\n"))


def test_the_page_names_every_column_of_every_format():
    for one in FORMATS:
        for column in (*one.needed, *one.optional):
            assert f"`{column}`" in PAGE, (one.name, column)
