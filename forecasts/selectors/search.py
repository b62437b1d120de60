"""Finding predictions and articles by their words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from forecasts.models import Article, Prediction, SearchText

from .queries import Query
from .words import places_of_words

KINDS = tuple(SearchText.Kind.values)
# What is ranked is bounded, so that a word that every row holds costs no more than a rare one.
MOST_RANKED, MOST_FOUND = 5000, 200
WIDTH, BEFORE, LONGEST_TEXT = 240, 80, 100_000
IN_FORCE = "NOT EXISTS (SELECT 1 FROM forecasts_article a WHERE a.supersedes_id = t.subject)"
MATCHING = {
    "postgresql": "FROM forecasts_searchtext t WHERE t.document @@ to_tsquery('simple', %s)",
    "sqlite": (
        "FROM forecasts_searchindex JOIN forecasts_searchtext t ON t.id = forecasts_searchindex.rowid "
        "WHERE forecasts_searchindex MATCH %s"
    ),
}
# Each with the lowest first. A word in a title weighs more than one below it.
RANK = {
    "postgresql": "-ts_rank_cd('{0, 0, 0.2, 1}', t.document, to_tsquery('simple', %s))",
    "sqlite": "bm25(forecasts_searchindex, 5.0, 1.0)",
}


@dataclass(frozen=True)
class Piece:
    """A stretch of a snippet, and whether it is what was searched for."""

    text: str
    is_match: bool


@dataclass(frozen=True, kw_only=True)
class Found:
    """A row that holds what was searched for, and where."""

    kind: str
    row: Prediction | Article
    snippet: tuple[Piece, ...]

    @property
    def title(self) -> str:
        """What the row is called."""
        return self.row.title


def matching(rows: QuerySet[Any], *, query: Query, kind: str) -> QuerySet[Any]:
    """The rows of one kind that hold what was searched for, in their own order."""
    sql = f"SELECT t.subject {MATCHING[connection.vendor]} AND t.kind = %s"
    return rows.filter(pk__in=RawSQL(sql, [_asked(query), kind]))  # noqa: S611 — our own names; values are parameters.


def search(*, query: Query, kinds: Sequence[str] = KINDS, offset: int = 0, limit: int = 20) -> list[Found]:
    """
    Return the predictions and articles that hold what was searched for, the best match first.

    Articles that a correction supersedes are left out. No more than 200 are found, and of a word that more than 5,000
    rows hold only so many are ranked.

    Args:
        offset: How many of the best to pass over.
        limit: How many to return.
    """
    ranked = _ranked(query, kinds=kinds, limit=min(offset + limit, MOST_FOUND))[offset:]
    rows = _rows(ranked)
    shown = [(kind, rows[kind, key]) for kind, key in ranked if (kind, key) in rows]
    return [Found(kind=kind, row=row, snippet=snippet(_texts(row), query=query)) for kind, row in shown]


def _ranked(query: Query, *, kinds: Sequence[str], limit: int) -> list[tuple[str, UUID]]:
    vendor, asked = connection.vendor, _asked(query)
    marks = ", ".join(["%s"] * len(kinds))
    sql = (
        f"SELECT kind, subject FROM (SELECT t.kind, t.subject, t.id, {RANK[vendor]} AS place "  # noqa: S608 no value, and no name from outside
        f"{MATCHING[vendor]} AND t.kind IN ({marks}) AND {IN_FORCE} LIMIT %s) AS found ORDER BY place, id DESC LIMIT %s"
    )
    for_rank = [asked] if vendor == "postgresql" else []
    with connection.cursor() as cursor:
        cursor.execute(sql, [*for_rank, asked, *kinds, MOST_RANKED, limit])
        return [(kind, key if isinstance(key, UUID) else UUID(key)) for kind, key in cursor.fetchall()]


def _asked(query: Query) -> str:
    return query.for_postgresql() if connection.vendor == "postgresql" else query.for_sqlite()


def _rows(ranked: Sequence[tuple[str, UUID]]) -> Mapping[tuple[str, UUID], Prediction | Article]:
    keys = {kind: [key for one, key in ranked if one == kind] for kind in KINDS}
    predictions = Prediction.objects.select_related("holder", "topic").filter(pk__in=keys[SearchText.Kind.PREDICTION])
    articles = Article.objects.select_related("outlet").filter(pk__in=keys[SearchText.Kind.ARTICLE])
    found: dict[tuple[str, UUID], Prediction | Article] = {
        (SearchText.Kind.PREDICTION.value, row.pk): row for row in predictions
    }
    return found | {(SearchText.Kind.ARTICLE.value, row.pk): row for row in articles}


def _texts(row: Prediction | Article) -> tuple[str, ...]:
    if isinstance(row, Article):
        return row.text[:LONGEST_TEXT], row.note
    return row.statement, row.quote, row.condition, row.outcome, row.original_wording, row.note


def snippet(texts: Sequence[str], *, query: Query) -> tuple[Piece, ...]:
    """The stretch of the first text that holds something searched for, or the beginning of the first text."""
    wanted = query.wanted
    for text in texts:
        first = next(_matches(text, wanted), None)
        if first:
            return tuple(_pieces(text, start=max(0, first[0] - BEFORE), wanted=wanted))
    text = next((text for text in texts if text), "")
    return tuple(_pieces(text, start=0, wanted=wanted)) if text else ()


def _matches(text: str, wanted: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Where the words that are searched for stand, whether or not they follow each other there."""
    whole = {word for term in wanted for word in term.words[: len(term.words) - term.is_beginning]}
    beginnings = tuple(term.words[-1] for term in wanted if term.is_beginning)
    for start, end, words in places_of_words(text):
        if any(word in whole or word.startswith(beginnings) for word in words):
            yield start, end


def _pieces(text: str, *, start: int, wanted: Sequence[Any]) -> Iterator[Piece]:
    # Cut between words, not within one.
    start = text.rfind(" ", 0, start) + 1 if start else 0
    part = text[start : start + WIDTH]
    if len(text) > start + WIDTH and " " in part:
        part = part[: part.rindex(" ")]
    done = 0
    if start:
        yield Piece("…", is_match=False)
    for begin, end in _matches(part, wanted):
        if begin > done:
            yield Piece(part[done:begin], is_match=False)
        yield Piece(part[begin:end], is_match=True)
        done = end
    rest = part[done:] + ("…" if start + len(part) < len(text.rstrip()) else "")
    if rest:
        yield Piece(rest, is_match=False)
