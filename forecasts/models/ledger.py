"""Tamper evidence: a chain of entries over all that is recorded."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .row import Row


class LedgerHead(Row):
    """The end of the chain: the one row that everybody who appends holds for a moment, and the last that they lock."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    ledger = models.UUIDField(default=uuid.uuid4, help_text="Tells this ledger from any other.")
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, help_text="Of the last entry.")
    recorded_at = models.DateTimeField(null=True, help_text="When the last entry was.")

    class Meta:
        constraints = [models.CheckConstraint(name="ledger_has_one_head", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.ledger} at {self.seq}"


class LedgerEntry(Row):
    """
    What was recorded in one transaction, as one link of the chain.

    Its rows are those that the feed of changes notes for that transaction, from `first_change` to `last_change`; or
    those that are `listed`, where they were there before the ledger.
    """

    class Kind(models.TextChoices):
        RECORD = "record", "What a transaction recorded"
        BACKFILL = "backfill", "What had been recorded without an entry"

    seq = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    recorded_at = models.DateTimeField(help_text="By the clock of the database.")
    prev = models.CharField(max_length=64, help_text="The hash of the entry before.")
    root = models.CharField(max_length=64, help_text="Of the tree over the commitments.")
    n_rows = models.PositiveIntegerField()
    header = models.TextField(help_text="What is hashed and signed.")
    hash = models.CharField(max_length=64, unique=True)
    commitments = models.BinaryField(help_text="32 bytes a row.")
    era = models.BigIntegerField(help_text="As in the feed of changes.")
    transaction_number = models.BigIntegerField()
    first_change = models.BigIntegerField(null=True)
    last_change = models.BigIntegerField(null=True)
    listed = models.JSONField(null=True, help_text="The name and the key of each row.")

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [
            models.Index(
                name="entry_of_change",
                fields=["era", "transaction_number", "last_change"],
                condition=Q(last_change__isnull=False),
            )
        ]
        constraints = [
            models.CheckConstraint(name="entry_counts_from_one", condition=Q(seq__gte=1)),
            models.CheckConstraint(
                name="entry_knows_its_rows",
                condition=Q(listed__isnull=True, first_change__isnull=False, last_change__gte=F("first_change"))
                | Q(listed__isnull=False, first_change=None, last_change=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq}: {self.n_rows} rows"


class LedgerSalts(Row):
    """The salts behind the commitments of an entry, 16 bytes a row: kept by themselves, since one may be forgotten."""

    seq = models.BigIntegerField(primary_key=True)
    salts = models.BinaryField()

    class Meta:
        verbose_name_plural = "ledger salts"

    def __str__(self) -> str:
        return f"of entry {self.seq}"


class SigningKey(Row):
    """A public key that checkpoints are signed with, from its first use on."""

    text = models.CharField(
        max_length=300, unique=True, help_text="Name, number and key, as c2sp.org/signed-note has it."
    )
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text


class Checkpoint(Row):
    """How large the ledger was, with the root of its tree, signed: whoever keeps it can prove a later change."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    note = models.TextField(help_text="A signed note, to be kept byte for byte.")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="checkpoint_holds_something", condition=Q(size__gte=1))]

    def __str__(self) -> str:
        return f"{self.size}: {self.root}"


class Redaction(Row):
    """That texts were taken out of a record for good, by whom and why; the proofs of what was recorded still hold."""

    SHORTEST_REASON = 10

    kind = models.CharField(max_length=12, help_text="Of record, as the ledger calls it.")
    key = models.CharField(max_length=200, help_text="What the address of the record ends in.")
    row_key = models.CharField(max_length=36, help_text="The key of the row, as in the feed of changes.")
    columns = models.JSONField(help_text="What was taken out of it.")
    reason = models.TextField()
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+"
    )

    class Meta:
        indexes = [models.Index(name="redaction_of_row", fields=["row_key", "kind"])]
        constraints = [models.CheckConstraint(name="redaction_is_explained", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"#{self.pk}: {self.reason}"


class RedactedSalt(Row):
    """A commitment that nothing opens any more, since its salt was forgotten with what it committed to."""

    redaction = models.ForeignKey(Redaction, on_delete=models.PROTECT, related_name="salts")
    seq = models.BigIntegerField(help_text="Of the entry.")
    position = models.PositiveIntegerField(help_text="Among its rows, from 0.")

    class Meta:
        constraints = [models.UniqueConstraint(name="salt_forgotten_once", fields=["seq", "position"])]

    def __str__(self) -> str:
        return f"{self.seq}/{self.position}"
