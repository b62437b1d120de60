"""Recording forecasters, topics and articles."""

import hashlib
import re
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.models import Article, ArticleAuthor, Forecaster, Topic

from .refusal import Problems, refuse
from .searching import keep_words

TOPIC_PATH = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*")
CHECKED = ("title", "canonical_url", "published_at")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")


def record_forecaster(
    *, slug: str, name: str, now: datetime, kind: str = Forecaster.Kind.PERSON, description: str = ""
) -> Forecaster:
    """
    Record a forecaster, or return the one that has this slug.

    Raises:
        Refused: The slug, name or kind is malformed.
    """
    problems = Problems()
    if not SLUG.fullmatch(slug):
        problems.add("slug", f"“{slug}” is no short name: use lowercase letters, digits and hyphens, like jane-doe.")
    if not name.strip():
        problems.add("name", "A forecaster needs a name.")
    if kind == Forecaster.Kind.AGGREGATE:
        problems.add("kind", "Aggregates are worked out here and cannot be added. Choose CROWD for another site's.")
    elif kind not in Forecaster.Kind.values:
        problems.add("kind", f"“{kind}” is no kind of forecaster. Choose one of {', '.join(Forecaster.Kind.values)}.")
    problems.raise_if_any()
    forecaster, _ = Forecaster.objects.get_or_create(
        slug=slug, defaults={"name": name.strip(), "kind": kind, "description": description, "recorded_at": now}
    )
    return forecaster


@transaction.atomic
def record_topic(*, path: str, label: str = "") -> Topic:
    """
    Record a topic and every topic above it, or return the one that is there.

    Raises:
        Refused: The path is malformed.
    """
    problems = Problems()
    if not TOPIC_PATH.fullmatch(path):
        problems.add("path", f"“{path}” is no topic: use lowercase words joined by slashes, like aid/military.")
    problems.raise_if_any()
    words = path.split("/")
    for depth in range(1, len(words)):
        _topic_at("/".join(words[:depth]), label="")
    return _topic_at(path, label=label)


def _topic_at(path: str, *, label: str) -> Topic:
    plain = path.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ").capitalize()
    topic, _ = Topic.objects.get_or_create(path=path, defaults={"label": label or plain})
    return topic


@transaction.atomic
def record_article(
    *,
    title: str,
    canonical_url: str,
    outlet: Forecaster,
    authors: list[Forecaster],
    published_at: datetime,
    now: datetime,
    published_precision: str = Article.Precision.DAY,
    quoted_from_url: str = "",
    text: str = "",
    text_is_excerpt: bool = False,
    text_sha256: str = "",
    note: str = "",
    recorded_by: User | None = None,
) -> tuple[Article, bool]:
    """
    Record a published text once; the same address and date again return the first record.

    Returns:
        The article, and whether it is new.
    Raises:
        Refused: A field is missing, or the publication lies in the future.
    """
    _check_article(title=title, canonical_url=canonical_url, authors=authors, published_at=published_at, now=now)
    if text and not text_is_excerpt:
        text_sha256 = hashlib.sha256(text.encode()).hexdigest()
    article, is_new = Article.objects.get_or_create(
        canonical_url=canonical_url,
        published_at=published_at,
        supersedes=None,
        defaults={
            "title": title.strip(),
            "outlet": outlet,
            "published_precision": published_precision,
            "quoted_from_url": quoted_from_url,
            "text": text,
            "text_is_excerpt": text_is_excerpt,
            "text_sha256": text_sha256,
            "note": note,
            "recorded_at": now,
            "recorded_by": recorded_by,
        },
    )
    if is_new:
        _sign(article, authors)
        keep_words([article])
    return article, is_new


def _check_article(
    *, title: str, canonical_url: str, authors: list[Forecaster], published_at: datetime, now: datetime
) -> None:
    problems = Problems()
    if not title.strip():
        problems.add("title", "An article needs its title.")
    if not canonical_url.isascii():
        problems.add("canonical_url", "An address has no letters beyond ASCII: copy it from the browser's address bar.")
    if not authors:
        problems.add("authors", "Name at least one author; the outlet itself, where there is no byline.")
    if published_at > now:
        problems.add(
            "published_at", f"{published_at:%Y-%m-%d %H:%M} UTC is in the future: log an article once it is published."
        )
    problems.raise_if_any()


@transaction.atomic
def correct_article(
    *, article: Article, authors: list[Forecaster], now: datetime, recorded_by: User | None = None, **fields: Any
) -> tuple[Article, bool]:
    """
    Record an article as it should have been logged; the first record stays, and predictions stay with what they quote.

    Args:
        fields: Those of `record_article`.
    Returns:
        The correction, and whether it is new: the same content again adds nothing.
    Raises:
        Refused: A field is missing, or the article is corrected already by another one.
    """
    _check_article(authors=authors, now=now, **{name: fields[name] for name in CHECKED})
    fields["title"] = fields["title"].strip()
    if fields["text"] and not fields["text_is_excerpt"]:
        fields["text_sha256"] = hashlib.sha256(fields["text"].encode()).hexdigest()
    Article.objects.select_for_update().get(pk=article.pk)
    last = Article.objects.filter(supersedes=article).first()
    if last is not None:
        if all(getattr(last, name) == value for name, value in fields.items()):
            return last, False
        raise refuse("", f"It is corrected already, by {last.pk}: correct that one.")
    added = Article.objects.create(supersedes=article, recorded_at=now, recorded_by=recorded_by, **fields)
    _sign(added, authors)
    keep_words([added])
    return added, True


def _sign(article: Article, authors: list[Forecaster]) -> None:
    unique = dict.fromkeys(authors)
    ArticleAuthor.objects.bulk_create(
        ArticleAuthor(article=article, forecaster=author, position=position)
        for position, author in enumerate(unique, start=1)
    )
