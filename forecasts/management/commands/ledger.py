"""The ledger: check it, sign it, hand it out, and enter what has no entry."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forecasts.ledger.monitor import Held, misfits, split_views
from forecasts.ledger.redactions import COLUMNS
from forecasts.ledger.verifier import Tampered
from forecasts.models import Redaction
from forecasts.selectors.ledger_checks import chain_problems, missing_problems, row_problems
from forecasts.selectors.ledger_export import export_ledger
from forecasts.selectors.ledger_tree import (
    checkpoint_problems,
    known_keys,
    leaves,
    read_note,
    size_of_ledger,
)
from forecasts.selectors.redactions import places_of
from forecasts.services import checkpoints, publishing
from forecasts.services.ledger_backfill import backfill
from forecasts.services.redactions import redact, taken_out
from forecasts.services.refusal import Refused

TAMPERED, INCONSISTENT = 1, 3
STEPS = {
    "verify": "check the chain and the checkpoints; exit with 1 where something was tampered with",
    "checkpoint": "sign the ledger as it is, and send the signature where the settings say",
    "export": "write the ledger to a folder, with the program that checks it",
    "backfill": "enter what has no entry, under today's date",
    "redact": "take texts out of a record for good; its proofs stay valid",
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
            help="a checkpoint you kept, or a folder of them: exit with 3 on a fork, a rollback or a split view",
        )
        parsers["export"].add_argument("folder", type=Path)
        redact = parsers["redact"]
        redact.add_argument("kind", choices=sorted(COLUMNS), help="of record, as the ledger calls it")
        redact.add_argument("key", help="of the row")
        redact.add_argument("columns", nargs="+", metavar="column", help="what is taken out, such as quote")
        redact.add_argument("--reason", required=True, help="why; everybody reads it")
        redact.add_argument("--by", required=True, metavar="USERNAME", help="who answers for it")

    def handle(self, *args, **options) -> None:
        getattr(self, f"_{options['step'].replace('-', '_')}")(**options)

    def _verify(self, *, tables: bool, against: list[str], **_) -> None:
        problems = chain_problems() + checkpoint_problems()
        if tables:
            problems += row_problems() + missing_problems()
        for problem in problems:
            self.stdout.write(f"TAMPERED: {problem}")
        notes = list(_notes(against))
        found = _misfits(notes)
        for told in found:
            self.stdout.write(f"INCONSISTENT: {told}")
        if problems:
            raise CommandError(f"{len(problems)} problems.", returncode=TAMPERED)
        if found:
            raise CommandError(f"{len(found)} misfits among {len(notes)} checkpoints.", returncode=INCONSISTENT)
        held = ", and holds every record" if tables else ""
        self.stdout.write(
            f"The ledger is whole{held}: {size_of_ledger()} entries, {len(notes)} checkpoints held against it."
        )
        for one in Redaction.objects.order_by("id") if tables else ():
            self.stdout.write(
                f"Redacted, and not tampered with: {one.kind} {one.key} ({', '.join(one.columns)}). {one.reason}"
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

    def _redact(self, *, kind: str, key: str, columns: list[str], reason: str, by: str, **_) -> None:
        actor = User.objects.filter(username=by, is_active=True, is_superuser=True).first()
        if actor is None:
            raise CommandError(f"There is no superuser “{by}”: one has to answer for it.")
        try:
            gone = taken_out(kind=kind, key=key, columns=columns)
            done = redact(kind=kind, key=key, columns=columns, reason=reason, actor=actor, now=timezone.now())
        except Refused as refusal:
            told = "; ".join(f"{name}: {' '.join(said)}" for name, said in refusal.message_dict.items())
            raise CommandError(told) from None
        if done is None:
            self.stdout.write("Nothing was left to take out.")
            return
        self.stdout.write(f"Took {', '.join(done.columns)} out of {kind} {key}: redaction #{done.pk}.")
        for place in sorted({place for text in gone for place in places_of(text)}):
            self.stdout.write(f"The same words still stand in {place}.")

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


def _notes(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The name and the text of each checkpoint that was kept; of a folder, those of every file that is called so."""
    for name in names:
        path = Path(name)
        try:
            files = sorted(path.rglob("*.note")) if path.is_dir() else [path]
            yield from ((str(file), file.read_text()) for file in files)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{name} cannot be read: {error}") from None


def _misfits(notes: Sequence[tuple[str, str]]) -> list[str]:
    """How checkpoints that were kept do not fit the ledger, or each other."""
    held, told, keys = [], [], known_keys()
    for name, note in notes:
        try:
            held.append(Held(name, read_note(note, keys=keys)))
        except Tampered as found:
            told.append(f"{name}: {found}")
    return [*told, *misfits(held, hashes=leaves(size_of_ledger())), *split_views(held)]
