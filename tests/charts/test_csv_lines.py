import csv
from io import StringIO

import pytest

from forecasts.charts.csv_lines import csv_lines


def test_names_come_first_and_rows_as_they_come():
    def rows():
        yield ("a, b", 1, None)
        raise LookupError("no more were asked for")

    lines = csv_lines(("text", "n", "nothing"), rows())

    assert [next(lines), next(lines)] == ["text,n,nothing\r\n", '"a, b",1,\r\n']


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "  ="])
def test_what_a_spreadsheet_would_run_stays_text(start):
    title = f'{start}HYPERLINK("http://evil.example")'

    text = "".join(csv_lines(("title", "n"), [(title, -1)]))

    assert list(csv.reader(StringIO(text, newline="")))[1] == [f"'{title}", "-1"]
