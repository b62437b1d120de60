"""Which rows an entry of the ledger is about, and the bytes that are committed to for each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, Q, UUIDField

from forecasts.ledger.canonical import EMPTY, body_of
from forecasts.ledger.shapes import BY_NAME, Part, Shape, redacted_shapes_of, shapes_of
from forecasts.models import Among, Change, LedgerEntry

from .ledger_bodies import bodies_by_database, query_for

# Rows that are asked for at once: SQLite takes some 30,000 values in a query.
CHUNK = 5_000


class Leaf(NamedTuple):
    """One row, or the state of one, that is committed to."""

    shape: str
    key: str


def model_of(shape: Shape) -> type[Model]:
    """The table that a shape is of."""
    return apps.get_model("forecasts", shape.model)


def leaves_noted(changes: Iterable[tuple[str, str, str]]) -> list[Leaf]:
    """
    What is committed to for changes, each once, in their order.

    Args:
        changes: The kind, the action and the key of the row.
    """
    leaves: dict[Leaf, None] = {}
    for kind, action, key in changes:
        is_redacted = action == Change.Action.REDACTED
        shapes = redacted_shapes_of(kind) if is_redacted else shapes_of(kind, is_new=action == Change.Action.RECORDED)
        for shape in shapes:
            leaves[Leaf(shape.name, key)] = None
    return list(leaves)


def leaves_of(entries: Sequence[LedgerEntry]) -> dict[int, list[Leaf]]:
    """The rows of entries, by the number of each, in the order of their commitments."""
    return {entry.seq: _leaves_of(entry) for entry in entries}


def _leaves_of(entry: LedgerEntry) -> list[Leaf]:
    if entry.listed is not None:
        return [Leaf(shape, key) for shape, key in entry.listed]
    noted = Change.objects.filter(
        era=entry.era,
        transaction_number=entry.transaction_number,
        id__gte=entry.first_change,
        id__lte=entry.last_change,
        row_key__isnull=False,
    )
    changes = noted.order_by("id").values_list("kind", "action", "row_key")
    return leaves_noted((kind, action, key or "") for kind, action, key in changes)


def bodies_of(leaves: Collection[Leaf], *, using: str = DEFAULT_DB_ALIAS) -> dict[Leaf, bytes]:
    """The bytes of rows as they are now; those that are gone are left out."""
    keys: dict[str, list[str]] = defaultdict(list)
    for leaf in leaves:
        keys[leaf.shape].append(leaf.key)
    return {leaf: body for name in keys for leaf, body in _bodies(BY_NAME[name], keys[name], using=using)}


def readable_bodies_of(leaves: Collection[Leaf]) -> dict[Leaf, bytes]:
    """The same, with nothing for a row that has no canonical form: the database was made to hold what is no text."""
    try:
        return bodies_of(leaves)
    except ValueError:
        return {leaf: body for leaf in leaves for body in _readable(leaf)}


def _readable(leaf: Leaf) -> Iterable[bytes]:
    try:
        return bodies_of([leaf]).values()
    except ValueError:
        return [b""]


def _bodies(shape: Shape, keys: Sequence[str], *, using: str) -> Iterator[tuple[Leaf, bytes]]:
    query = query_for(shape) if connections[using].vendor == "postgresql" else None
    if query is None:
        return bodies_here(shape, keys, using=using)
    return ((Leaf(shape.name, key), body) for key, body in bodies_by_database(query, keys, using=using))


def bodies_here(shape: Shape, keys: Sequence[str], *, using: str) -> Iterator[tuple[Leaf, bytes]]:
    """The bytes of rows, made here: on any database, of any column."""
    model = model_of(shape)
    names = [name.replace(".", "__") for name in shape.columns]
    as_stored = model._meta.pk.to_python
    for start in range(0, len(keys), CHUNK):
        chunk = {as_stored(key): key for key in keys[start : start + CHUNK]}
        parts = {part.name: _parts(part, chunk, using=using) for part in shape.parts}
        wanted = Among("pk", chunk) if isinstance(model._meta.pk, UUIDField) else Q(pk__in=chunk)
        for primary_key, *values in model._base_manager.using(using).filter(wanted).values_list("pk", *names):
            columns = dict(zip(shape.columns, values, strict=True))
            columns |= {name: found[primary_key] for name, found in parts.items()}
            yield Leaf(shape.name, chunk[primary_key]), body_of(shape.name, columns)


def _parts(part: Part, keys: Collection[object], *, using: str) -> Mapping[object, list[dict[str, Any]]]:
    found: dict[object, list[dict[str, Any]]] = defaultdict(list)
    model = apps.get_model("forecasts", part.model)
    rows = model._base_manager.using(using).filter(**{f"{part.by}__in": keys}).order_by(part.by, part.order)
    for owner, *values in rows.values_list(part.by, *part.columns):
        named = zip(part.columns, values, strict=True)
        found[owner].append({name: value for name, value in named if value not in EMPTY})
    return found
