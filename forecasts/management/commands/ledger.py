"""The ledger: check it, sign it, hand it out, and enter what has no entry."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forecasts.ledger.verifier import Tampered
from forecasts.selectors.ledger_checks import chain_problems, missing_problems, row_problems
from forecasts.selectors.ledger_export import export_ledger
from forecasts.selectors.ledger_tree import (
    check_against,
    checkpoint_problems,
    known_keys,
    leaves,
    read_note,
    size_of_ledger,
)
from forecasts.services import checkpoints, publishing
from forecasts.services.ledger_backfill import backfill

TAMPERED, INCONSISTENT = 1, 3
STEPS = {
    "verify": "check the chain and the checkpoints; exit with 1 where something was tampered with",
    "checkpoint": "sign the ledger as it is, and send the signature where the settings say",
    "export": "write the ledger to a folder, with the program that checks it",
    "backfill": "enter what has no entry, under today's date",
    "rotate-key": "make another signing key, used beside the old one",
    "retire-key": "sign no more with the oldest key",
}


class Command(BaseCommand):
    help = "Check the ledger, sign it, hand it out, or enter in it what was recorded before there was one."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        parsers = {name: steps.add_parser(name, help=told) for name, told in STEPS.items()}
        verify = parsers["verify"]
        verify.add_argument("--tables", action="store_true", help="check every record against its commitment too")
        verify.add_argument(
            "--against",
            action="append",
            default=[],
            metavar="FILE",
            help="a checkpoint you kept: exit with 3 on a misfit",
        )
        parsers["export"].add_argument("folder", type=Path)

    def handle(self, *args, **options) -> None:
        getattr(self, f"_{options['step'].replace('-', '_')}")(**options)

    def _verify(self, *, tables: bool, against: list[str], **_) -> None:
        problems = chain_problems() + checkpoint_problems()
        if tables:
            problems += row_problems() + missing_problems()
        for problem in problems:
            self.stdout.write(f"TAMPERED: {problem}")
        misfits = [told for name in against if (told := _misfit(name))]
        for told in misfits:
            self.stdout.write(f"INCONSISTENT: {told}")
        if problems:
            raise CommandError(f"{len(problems)} problems.", returncode=TAMPERED)
        if misfits:
            raise CommandError(f"{len(misfits)} of {len(against)} checkpoints do not fit.", returncode=INCONSISTENT)
        held = ", and holds every record" if tables else ""
        self.stdout.write(
            f"The ledger is whole{held}: {size_of_ledger()} entries, {len(against)} checkpoints held against it."
        )

    def _checkpoint(self, **_) -> None:
        try:
            made = checkpoints.make_checkpoint(desk=checkpoints.desk(), now=timezone.now())
            sent = publishing.publish(made, places=publishing.places()) if made else []
        except checkpoints.Inconsistent as error:
            raise CommandError(str(error), returncode=INCONSISTENT) from None
        except (checkpoints.NoKey, publishing.NotPublished) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(made.note if made else "There is nothing in the ledger yet.")
        self.stderr.write(f"Sent to {', '.join(sent) or 'nobody: set LEDGER_FOLDER, LEDGER_GIT or LEDGER_MAIL_TO'}.")

    def _export(self, *, folder: Path, **_) -> None:
        self.stdout.write(f"Wrote {export_ledger(folder)} entries to {folder}.")

    def _backfill(self, **_) -> None:
        self.stdout.write(f"Entered {backfill()} rows that had no entry.")

    def _rotate_key(self, **_) -> None:
        self.stdout.write(
            f"Checkpoints are signed with this key too: {checkpoints.rotate_key(desk=checkpoints.desk())}"
        )

    def _retire_key(self, **_) -> None:
        try:
            retired = checkpoints.retire_key(desk=checkpoints.desk())
        except checkpoints.NoKey as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"No more is signed with {retired}")


def _misfit(name: str) -> str:
    """How a checkpoint in a file does not fit the ledger; empty where it does."""
    try:
        note = Path(name).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from None
    try:
        check_against(read_note(note, keys=known_keys()), hashes=leaves(size_of_ledger()))
    except Tampered as found:
        return f"{name}: {found}"
    return ""
