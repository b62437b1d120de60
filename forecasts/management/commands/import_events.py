"""Record the events of a file."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.feeds import FileRefused, read_csv, read_json_lines
from forecasts.models import Source
from forecasts.services.import_reports import ImportReport, ImportStopped
from forecasts.services.imports import import_events, preview_events
from forecasts.tasks import hint

FORMATS = {"csv": read_csv, "jsonl": read_json_lines}
PROGRESS, MAX_SHOWN = 10_000, 20


class Command(BaseCommand):
    help = (
        "Record the events of a CSV or JSON Lines file. Running it again adds nothing. docs/events.md has the format."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="slug of the source that reports them")
        parser.add_argument("--format", choices=FORMATS, help="default: as the file's name ends")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be recorded")
        parser.add_argument("--report", type=Path, help="write the whole report to this file, as JSON")

    def handle(self, *args: Any, file: Path, report: Path | None, dry_run: bool, **options: Any) -> None:
        source, reader = _source(options["source"]), _reader(file, chosen=options["format"])
        now, imports = timezone.now(), preview_events if dry_run else import_events
        try:
            with file.open("rb") as stream:
                done = imports(source=source, rows=self._counted(reader(stream)), now=now)
        except (FileRefused, ImportStopped, OSError) as error:
            raise CommandError(str(error)) from error
        if not dry_run:
            hint()
        if report:
            report.write_text(json.dumps(asdict(done), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self._tell(done, would="would be " if dry_run else "")

    def _counted(self, rows: Iterable[Any]) -> Iterator[Any]:
        for number, row in enumerate(rows, start=1):
            yield row
            if number % PROGRESS == 0:
                self.stderr.write(f"{number:,} rows")

    def _tell(self, done: ImportReport, *, would: str) -> None:
        for problem in done.problems[:MAX_SHOWN]:
            self.stderr.write(f"line {problem.line}: {problem.field}: {problem.message}".replace(": : ", ": "))
        self.stdout.write(f"{done.new} {would}new, {done.unchanged} unchanged, {done.refused} refused")
        if done.refused:
            raise CommandError(f"{done.refused} rows were refused. Correct them and run it again: the others stay.")


def _source(slug: str) -> Source:
    found = Source.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Source.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise CommandError(f"There is no source “{slug}”. Recorded: {known or 'none'}.")
    return found


def _reader(file: Path, *, chosen: str | None) -> Any:
    name = chosen or {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}.get(file.suffix.lower())
    if name is None:
        raise CommandError(f"“{file.name}” ends in neither .csv nor .jsonl: say --format.")
    return FORMATS[name]
