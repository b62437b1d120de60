"""The same file imported several times at once: each import ends well, and nothing is doubled."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier

from django.db import connection

from forecasts.feeds import read_csv
from forecasts.models import Event, EventKey, EventVersion, Evidence, Prediction
from forecasts.services.imports import ImportReport, import_events
from tests.builders import NOW, make_prediction, make_source, make_world

N_ROWS, N_IMPORTS = 2500, 4
HEADER = "external_id,title,event_type,occurred_on,known_at,topics,actors,url\n"
ROW = "{},Aid is sent,AID,2025-02-03,2025-02-03T08:00:00Z,aid/military,USA.GOV,https://news.example/{}\n"


def test_a_file_imported_four_times_at_once_is_recorded_once(committed):
    make_world()
    make_prediction()
    Prediction.objects.update(next_check_at=None)
    source, start = make_source(), Barrier(N_IMPORTS)
    data = (HEADER + "".join(ROW.format(number, number) for number in range(N_ROWS))).encode()

    def run(_: int) -> ImportReport:
        try:
            start.wait(timeout=120)
            return import_events(source=source, rows=read_csv(BytesIO(data)), now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(N_IMPORTS) as pool:
        reports = list(pool.map(run, range(N_IMPORTS)))

    assert sum(report.new for report in reports) == N_ROWS
    assert {report.new + report.unchanged for report in reports} == {N_ROWS}
    assert {report.refused for report in reports} == {0}
    assert [model.objects.count() for model in (Event, EventVersion, Evidence)] == [N_ROWS] * 3
    assert EventKey.objects.filter(key="type:AID").count() == N_ROWS
    assert Prediction.objects.get().next_check_at == NOW
