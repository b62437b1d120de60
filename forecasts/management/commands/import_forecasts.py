"""Record the forecasts and outcomes of a file."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.feeds import FileRefused, read_forecasts
from forecasts.services.articles import TOPIC_PATH
from forecasts.services.forecast_imports import import_forecasts, preview_forecasts
from forecasts.services.forecast_plans import ForecastImportReport, Origin
from forecasts.services.import_reports import ImportStopped

PROGRESS, MAX_SHOWN = 10_000, 20


class Command(BaseCommand):
    help = (
        "Record the questions, forecasts and outcomes of a CSV file. Its header says which format it has; running it "
        "again adds nothing. docs/forecasts.md has the formats."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--topic", required=True, help="of questions that name none, such as sport/nfl")
        parser.add_argument("--by", required=True, help="the account that answers for the outcomes")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be recorded")
        parser.add_argument("--report", type=Path, help="write the whole report to this file, as JSON")

    def handle(self, *args: Any, file: Path, report: Path | None, dry_run: bool, **options: Any) -> None:
        origin = Origin(actor=_account(options["by"]), topic=_topic(options["topic"]), now=timezone.now())
        imports = preview_forecasts if dry_run else import_forecasts
        try:
            with file.open("rb") as stream:
                done = imports(rows=self._counted(read_forecasts(stream)), origin=origin)
        except (FileRefused, ImportStopped, OSError) as error:
            raise CommandError(str(error)) from error
        if report:
            report.write_text(json.dumps(asdict(done), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self._tell(done, would="would be " if dry_run else "")
        if not dry_run:
            self.stdout.write(f"What came of them: /topics/{origin.topic}/")
        if done.refused:
            refused = "1 row was" if done.refused == 1 else f"{done.refused} rows were"
            raise CommandError(f"{refused} refused. Correct what is told and run it again: the others stay.")

    def _counted(self, rows: Iterable[Any]) -> Iterator[Any]:
        for number, row in enumerate(rows, start=1):
            yield row
            if number % PROGRESS == 0:
                self.stderr.write(f"{number:,} forecasts")

    def _tell(self, done: ForecastImportReport, *, would: str) -> None:
        for problem in done.problems[:MAX_SHOWN]:
            self.stderr.write(f"line {problem.line}: {problem.field}: {problem.message}".replace(": : ", ": "))
        counts = f"{done.new} {would}new, {done.unchanged} unchanged, {done.refused} refused"
        self.stdout.write(f"{counts}; {done.predictions} questions, {done.verdicts} outcomes, {done.rounded} rounded")
        if done.caution:
            self.stdout.write(done.caution)


def _account(name: str) -> Any:
    found = get_user_model().objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active account “{name}”: make one with createsuperuser, or in the admin.")
    return found


def _topic(path: str) -> str:
    if not TOPIC_PATH.fullmatch(path):
        raise CommandError(f"“{path}” is no topic: use lowercase words joined by slashes, like sport/nfl.")
    return path
