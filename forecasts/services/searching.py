"""Keeping the words of what is recorded, for the search."""

from collections.abc import Iterable

from forecasts.models import Article, Prediction, SearchText
from forecasts.selectors.words import folded

# The index of one row has to fit into a megabyte, and a word can take up to twice its bytes there.
MOST_BYTES = 300_000


def keep_words(rows: Iterable[Article | Prediction]) -> None:
    """Keep the words of rows that were just recorded, in their transaction."""
    SearchText.objects.bulk_create(words_of(row) for row in rows)


def words_of(row: Article | Prediction) -> SearchText:
    """The words of a row, not stored yet."""
    if isinstance(row, Article):
        kind, said = SearchText.Kind.ARTICLE, [row.text, row.note]
    else:
        kind = SearchText.Kind.PREDICTION
        said = [row.statement, row.quote, row.original_wording, row.condition, row.outcome, row.note]
    body = folded("\n".join(said))
    return SearchText(kind=kind, subject=row.pk, title=folded(row.title), body=_shortened(body))


def _shortened(words: str) -> str:
    return words.encode()[:MOST_BYTES].decode("utf-8", "ignore")
