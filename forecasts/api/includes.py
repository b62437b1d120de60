"""Parts of a row that come only when they are asked for: `?include=` with what else belongs to it, `?fields=` with less."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.reverse import reverse

from .fields import near

LARGEST_PART = 20
LONGEST = 1000


class Include(Protocol):
    """A part that rows can be given together with."""

    @property
    def key(self) -> str:
        """What of a row its part is found by; through other rows with dots."""
        ...

    def of(self, rows: Sequence[Any], *, request: Request) -> Mapping[Any, Any]:
        """The part of each row by its `key`, in as many queries for many rows as for one."""
        ...

    def without(self, key: Any, *, request: Request) -> Any:
        """The part of a row that has none."""
        ...

    def described(self, shown: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """The JSON Schema of a part, where `shown` gives that of a row of a serializer."""
        ...


@dataclass(frozen=True)
class One:
    """The one row that `column` of the part says belongs to `key` of the row; null where there is none."""

    rows: QuerySet[Any]
    serializer: Any
    key: str
    column: str = "pk"

    def of(self, rows: Sequence[Any], *, request: Request) -> Mapping[Any, Any]:
        wanted = set(map(attrgetter(self.key), rows)) - {None}
        found = list(self.rows.filter(**{f"{self.column}__in": wanted})) if wanted else []
        shown = self.serializer(found, many=True, context={"request": request}).data
        return {getattr(part, self.column): data for part, data in zip(found, shown, strict=True)}

    def without(self, key: Any, *, request: Request) -> None:
        return None

    def described(self, shown: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {"oneOf": [shown(self.serializer), {"type": "null"}]}


@dataclass(frozen=True)
class Many:
    """
    The newest rows that belong to a row through `parent`, `LARGEST_PART` at most.

    With them comes how many there are, `n`, and the address of all of them: `listing` narrowed to the row.
    """

    rows: QuerySet[Any]
    serializer: Any
    parent: str
    listing: str
    narrowing: str
    order: tuple[str, ...] = ("-recorded_at", "-id")
    key: str = "pk"

    def of(self, rows: Sequence[Any], *, request: Request) -> Mapping[Any, Any]:
        found = list(self._newest(set(map(attrgetter(self.key), rows))))
        shown = self.serializer(found, many=True, context={"request": request}).data
        parts: dict[Any, list[Any]] = defaultdict(list)
        n_of = {}
        for part, data in zip(found, shown, strict=True):
            parts[part.included_in].append(data)
            n_of[part.included_in] = part.n_included
        return {key: self._part(key, n=n_of[key], results=parts[key], request=request) for key in parts}

    def _newest(self, keys: set[Any]) -> QuerySet[Any]:
        siblings = [F(self.parent)]
        order = [F(name[1:]).desc() if name.startswith("-") else F(name) for name in self.order]
        return (
            self.rows.filter(**{f"{self.parent}__in": keys})
            .annotate(
                included_in=F(self.parent),
                n_included=Window(Count("pk"), partition_by=siblings),
                place=Window(RowNumber(), partition_by=siblings, order_by=order),
            )
            .filter(place__lte=LARGEST_PART)
            .order_by("place")
        )

    def without(self, key: Any, *, request: Request) -> Any:
        return self._part(key, n=0, results=[], request=request)

    def described(self, shown: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        parts = {
            "n": {"type": "integer"},
            "url": {"type": "string", "format": "uri"},
            "results": {"type": "array", "items": shown(self.serializer), "maxItems": LARGEST_PART},
        }
        return {"type": "object", "properties": parts, "required": list(parts)}

    def _part(self, key: Any, *, n: int, results: list[Any], request: Request) -> dict[str, Any]:
        address = reverse(f"api:{self.listing}-list", request=request)
        return {"n": n, "url": f"{address}?{self.narrowing.format(key)}", "results": results}


def include_into(
    shown: Iterable[dict[str, Any]],
    *,
    rows: Sequence[Any],
    chosen: Iterable[str],
    known: Mapping[str, Include],
    request: Request,
) -> None:
    """Put the chosen parts of each row under `included` of what is shown of it."""
    shown = list(shown)
    for name in chosen:
        part = known[name]
        found = part.of(rows, request=request)
        for row, data in zip(rows, shown, strict=True):
            key = attrgetter(part.key)(row)
            data.setdefault("included", {})[name] = found[key] if key in found else part.without(key, request=request)


def names_in(text: str | None, *, parameter: str, known: Iterable[str]) -> tuple[str, ...] | None:
    """
    The names of a list such as `article,rules`, each once; None where there is no list.

    Raises:
        ValidationError: One is not known.
    """
    if text is None:
        return None
    names, choices = tuple(dict.fromkeys(text[:LONGEST].split(","))), tuple(known)
    for name in names:
        if name not in choices:
            hint = f"{near(name, known=choices)} Known: {', '.join(choices) or 'none'}."
            raise ValidationError({parameter: [f"There is no “{name[:40]}” here.{hint}"]})
    return names
