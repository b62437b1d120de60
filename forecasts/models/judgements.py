"""What people answered to the questions that rules leave to them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .predictions import RuleVersion
from .row import Row


class Judgement(Row):
    """
    A person's answer to one question of a rule; written once, replaced by a higher number.

    An answer that is withdrawn leaves the question open again.
    """

    class Answer(models.TextChoices):
        YES = "YES", "Yes"
        NO = "NO", "No"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, db_index=False, related_name="judgements")
    path = models.CharField(max_length=200, help_text="Where the question stands in the rule.")
    number = models.PositiveIntegerField()
    answer = models.CharField(max_length=9, choices=Answer.choices)
    reason = models.TextField(help_text="Why; readers see it.")
    evidence_url = models.URLField(max_length=1000, blank=True)
    known_at = models.DateTimeField(help_text="When the answer could be known.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="judgement_counts_up", fields=["rule_version", "path", "number"]),
            models.CheckConstraint(name="judgement_is_explained", condition=~Q(reason="")),
            models.CheckConstraint(name="judgement_known_before_recorded", condition=Q(known_at__lte=F("recorded_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display()}, on {self.known_at:%Y-%m-%d}"
