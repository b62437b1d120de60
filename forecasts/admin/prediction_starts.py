"""What the form of a prediction holds when it opens: the quote that was chosen, whose claim it is, about what."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from forecasts.models import Article, Prediction, RuleVersion
from forecasts.selectors.resolutions import current_rules

from .article_text import quoted
from .rule_templates import contrasting

Row = TypeVar("Row", bound=Model)


KEPT = ("article", "holder", "attribution", "topic", "quote", "outcome", "deadline_basis", "deadline_words")


def start_of(given: Mapping[str, str]) -> dict[str, Any]:
    """What an address says: of which claim it is the contrast, or from which place of which article it comes."""
    if other := _row(Prediction, given.get("contrast_of", "")):
        return _contrast(other)
    return _from_article(given)


def _contrast(other: Prediction) -> dict[str, Any]:
    """The same outcome in the other case; the condition is left to be said, and the rule too unless it names a rival."""
    start: dict[str, Any] = {name: getattr(other, f"{name}_id", None) or getattr(other, name) for name in KEPT}
    central = [one for one in current_rules(prediction=other) if one.name == RuleVersion.CENTRAL_NAME]
    rule = contrasting(central[0].rule) if central else None
    written = {"rule": json.dumps(rule, indent=2, ensure_ascii=False)} if rule else {}
    return start | {"contrasts_with": other.pk} | written


def _from_article(given: Mapping[str, str]) -> dict[str, Any]:
    article = _row(Article, given.get("article", ""))
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


def _row(model: type[Row], key: str) -> Row | None:
    try:
        return model._default_manager.filter(pk=key).first() if key else None
    except ValidationError:
        return None
