"""The words of predictions and articles, for finding them."""

from django.db import models

from .row import Row


class SearchText(Row):
    """
    What one row says, folded to plain words. Written with the row, and again where texts were taken out of it.

    The database keeps an index of the words beside it: a `tsvector` on PostgreSQL, an FTS5 table on SQLite.
    """

    class Kind(models.TextChoices):
        PREDICTION = "prediction", "Prediction"
        ARTICLE = "article", "Article"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.UUIDField()
    title = models.TextField()
    body = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="search_text_once", fields=["subject", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
