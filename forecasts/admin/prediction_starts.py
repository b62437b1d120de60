"""What the form of a prediction holds when it opens: the quote that was chosen, whose claim it is, about what."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from forecasts.models import Article

from .article_text import quoted


def start_of(given: Mapping[str, str]) -> dict[str, Any]:
    """What an address says of the article and the place of the quote, as the form's first values."""
    article = _article(given.get("article", ""))
    if article is None:
        return {}
    authors = list(article.authors.all()[:2])
    last = article.predictions.order_by("-recorded_at", "-pk").first()
    start = {
        "quote": quoted(article, start=given.get("start", ""), end=given.get("end", "")),
        "holder": authors[0].pk if len(authors) == 1 else None,
        "topic": last.topic_id if last else None,
    }
    return {name: value for name, value in start.items() if value}


def _article(key: str) -> Article | None:
    try:
        return Article.objects.filter(pk=key).first() if key else None
    except ValidationError:
        return None
