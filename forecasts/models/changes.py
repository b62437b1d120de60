"""What was recorded or changed, in the order in which it became visible."""

from django.db import models

from .row import Row


class Change(Row):
    """
    That a row was recorded or changed. Triggers write it in the transaction of the row, so that none is forgotten.

    Ids are given before a transaction ends, so their order is not that of becoming visible. `era` and `transaction_number`
    say which transaction it was; what is read goes no further than the oldest one that still runs.
    """

    class Kind(models.TextChoices):
        ARTICLE = "article", "Article"
        FORECASTER = "forecaster", "Forecaster"
        TOPIC = "topic", "Topic"
        PREDICTION = "prediction", "Prediction"
        RULE = "rule", "Rule version"
        LEXICON = "lexicon", "Lexicon"
        FORECAST = "forecast", "Forecast"
        SOURCE = "source", "Source"
        COVERAGE = "coverage", "Statement of a source's coverage"
        ENTITY = "entity", "Entity"
        MEMBERSHIP = "membership", "Membership of an entity"
        MILESTONE = "milestone", "Milestone"
        EVENT = "event", "Version of an event"
        EVIDENCE = "evidence", "Evidence of an event"
        MERGE = "merge", "Event merged into another, or by itself again"
        OBSERVATION = "observation", "Value of a series"
        EVALUATION = "evaluation", "What a rule came to"
        JUDGEMENT = "judgement", "Answer of a person to a question of a rule"
        RESOLUTION = "resolution", "Resolution"
        SCORE = "score", "Score"
        SEALED = "sealed", "Sealed prediction or forecast"
        REDACTION = "redaction", "Texts taken out of a record"
        UNSEALING = "unsealing", "Something sealed was revealed, or its date passed"

    class Action(models.TextChoices):
        RECORDED = "RECORDED", "Recorded"
        CHANGED = "CHANGED", "Its state or its description changed"
        REDACTED = "REDACTED", "Texts were taken out of it: take them out of copies too"

    era = models.BigIntegerField(help_text="The cluster of the database; a later one has a higher number.")
    transaction_number = models.BigIntegerField(help_text="Of the cluster.")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    action = models.CharField(max_length=8, choices=Action.choices)
    key = models.CharField(max_length=200, help_text="What the address of the row, or of what it belongs to, ends in.")
    row_key = models.CharField(  # noqa: DJ001 — it is not known, which is not the same as empty
        max_length=36,
        null=True,
        help_text="The key of the row itself; empty in what was noted before the ledger.",
    )
    noted_at = models.DateTimeField(help_text="By the clock of the database.")

    class Meta:
        indexes = [models.Index(name="change_of_row", fields=["row_key", "kind"])]
        constraints = [models.UniqueConstraint(name="change_in_order", fields=["era", "transaction_number", "id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
