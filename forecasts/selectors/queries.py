"""What somebody typed to search for, as terms that each database is asked for in its own words."""

import re
from dataclasses import dataclass

from .words import fold_words

LONGEST, MOST_TERMS, SHORTEST_BEGINNING = 200, 20, 2
PART = re.compile(r'-?"[^"]*"?|\S+')


class NotAQuery(ValueError):
    """There is nothing to search for; the message says what to do."""


@dataclass(frozen=True)
class Term:
    """Words that follow each other; the last of them may be only a beginning."""

    words: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True)
class Query:
    """Terms of which all are wanted, and terms of which none is."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()

    def for_postgresql(self) -> str:
        """As `to_tsquery` reads it. Words are letters and digits alone, so nothing in them is an operator."""
        unwanted = [f"!({_for_postgresql(term)})" for term in self.unwanted]
        return " & ".join([f"({_for_postgresql(term)})" for term in self.wanted] + unwanted)

    def for_sqlite(self) -> str:
        """As FTS5 reads it, each term in quotation marks, inside which nothing is an operator."""
        wanted = " AND ".join(_for_sqlite(term) for term in self.wanted)
        return " NOT ".join([f"({wanted})", *(_for_sqlite(term) for term in self.unwanted)])


def read_query(text: str) -> Query:
    """
    Read what was typed: words that must all be there, "words in this order", beginn*, and -unwanted ones.

    Raises:
        NotAQuery: It is too long, or nothing in it can be searched for.
    """
    if len(text) > LONGEST:
        raise NotAQuery(f"This has {len(text)} characters; search with {LONGEST} at most.")
    parts = [(part, _term(part)) for part in PART.findall(text)]
    wanted = tuple(term for part, term in parts if term.words and not part.startswith("-"))
    unwanted = tuple(term for part, term in parts if term.words and part.startswith("-"))
    if not wanted:
        raise NotAQuery("Give at least one word to search for.")
    if sum(len(term.words) for term in (*wanted, *unwanted)) > MOST_TERMS:
        raise NotAQuery(f"These are too many words; search for {MOST_TERMS} at most.")
    for term in (*wanted, *unwanted):
        if term.is_beginning and len(term.words[-1]) < SHORTEST_BEGINNING:
            raise NotAQuery(f"“{term.words[-1]}*” is too short: give {SHORTEST_BEGINNING} letters before the asterisk.")
    return Query(wanted, unwanted)


def _term(part: str) -> Term:
    return Term(tuple(fold_words(part)), is_beginning=part.endswith("*"))


def _for_postgresql(term: Term) -> str:
    quoted = [f"'{word}'" for word in term.words]
    return " <-> ".join([*quoted[:-1], f"{quoted[-1]}:*" if term.is_beginning else quoted[-1]])


def _for_sqlite(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.is_beginning else "")
