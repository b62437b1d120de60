"""What recording a file of events costs against handing the same final rows to the database, and how much memory it takes."""

import csv
import time
import tracemalloc
import uuid
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection

from forecasts.feeds import read_csv
from forecasts.models import Event, EventKey, EventVersion, Evidence, Source
from forecasts.services.imports import import_events
from tests.benchmarks.ratios import compare
from tests.builders import NOW, make_prediction, make_source, make_world

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

# SQLite writes within our process; what is compared grows with the rows on either side.
N_ROWS = 100_000 if connection.vendor == "postgresql" else 20_000
TABLES = (Event, EventVersion, EventKey, Evidence)
COLUMNS = ("external_id", "title", "event_type", "occurred_on", "known_at", "action_code", "topics", "actors", "recipients", "url")  # fmt: skip


def file_of(n_rows: int, *, tag: str = "") -> bytes:
    text = StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for number in range(n_rows):
        day = f"2025-02-{number % 28 + 1:02}"
        table.writerow(
            (f"{tag}{number}", f"The United States sends package {number}", "AID", day, f"{day}T18:00:00Z", "072",
             "aid/military;aid/air", "USA.GOV", "UKR;RUS", f"https://news.example/{number}")
        )  # fmt: skip
    return text.getvalue().encode()


def test_recording_a_file_against_bare_writes_of_the_same(db, capsys):
    make_world()
    make_prediction()
    data = file_of(N_ROWS)
    importing, writing = make_source(slug="importing"), make_source(slug="writing")
    report = import_events(source=make_source(), rows=read_csv(BytesIO(file_of(N_ROWS, tag="first-"))), now=NOW)
    rows = rows_for(writing, like=make_source())

    def ours():
        import_events(source=importing, rows=read_csv(BytesIO(data)), now=NOW)
        connection.check_constraints()

    def limit():
        for model, (columns, values) in rows.items():
            write_rows(model, columns, values)
        connection.check_constraints()

    with capsys.disabled():
        against = "COPY of the same rows" if connection.vendor == "postgresql" else "executemany of the same rows"
        what = f"importing {N_ROWS:,} events ({connection.vendor})"
        compare(what, ours=ours, limit=limit, against=against, rounds=1, clock=time.perf_counter)

    assert (report.new, report.refused) == (N_ROWS, 0)
    assert Event.objects.filter(source=importing).count() == Event.objects.filter(source=writing).count() == N_ROWS


def rows_for(source: Source, *, like: Source) -> dict:
    """Every row that belongs to the events of one source, as the same events of another."""
    identities, found = {}, {}
    for model in TABLES:
        fields = [
            field
            for field in model._meta.concrete_fields
            if not (field.primary_key and field.name == "id" and model in (EventKey, Evidence))
        ]
        owner = {
            Event: "source",
            EventVersion: "event__source",
            EventKey: "event_version__event__source",
            Evidence: "event__source",
        }[model]
        rows = []
        for row in model.objects.filter(**{owner: like}).values_list(*(field.attname for field in fields)).iterator():
            values = [
                source.pk if field.attname == "source_id" else value for field, value in zip(fields, row, strict=True)
            ]
            values = [
                identities.setdefault(value, uuid.uuid4()) if isinstance(value, uuid.UUID) else value
                for value in values
            ]
            rows.append(
                tuple(field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True))
            )
        found[model] = ([field.column for field in fields], rows)
    return found


def write_rows(model, columns: list[str], rows: list[tuple]) -> None:
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def test_memory_does_not_grow_with_the_file(db, capsys):
    make_world()
    small = _peak(file_of(10_000, tag="small-"))
    large = _peak(file_of(100_000, tag="large-"))

    with capsys.disabled():
        print(f"\npeak memory of an import: {small:.1f} MB for 10,000 rows, {large:.1f} MB for 100,000")

    assert large < 1.2 * small


def _peak(data: bytes) -> float:
    source = make_source(slug=f"memory-{len(data)}", settlement_lag=timedelta(days=1))
    rows = read_csv(BytesIO(data))
    tracemalloc.start()
    import_events(source=source, rows=rows, now=NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6
