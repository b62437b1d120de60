"""Whether anything can have changed: in a slice, or in the whole database. Versions that cost next to nothing to read."""

from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Max, Subquery, Value

from forecasts.models import Change, Posting, RuleVersion, Scope

from .file_versions import VERSIONS
from .kept_coverage import uncounted_in
from .slices import Slice
from .statements import prepared
from .sums import KeptScope, cells_as_text, kept_in, place_kept

# The narrowest scope first: a slice lies within each of those it names.
WITHIN = (
    (Scope.Kind.FORECASTER, "forecaster"),
    (Scope.Kind.OUTLET, "outlet"),
    (Scope.Kind.TOPIC, "topic"),
    (Scope.Kind.ALL, ""),
)


class _Within(NamedTuple):
    """A scope that holds a slice, with the latest lexicon, and whether any prediction waits to be counted."""

    kind: str
    key: str
    pk: int
    revision: int
    lexicon: int | None
    sealed: int | None
    unsealing: int | None
    are_marked: bool


class Standing(NamedTuple):
    """The version of a slice, and what is kept of it where that is not as it was known; None where it is, or has to be looked up."""

    version: str | None
    scope: KeptScope | None = None


# The place of the revision among the numbers of a version, and one that no scope is ever at.
REVISION, NO_REVISION = 4, -1
NOWHERE = ("", "")
# What is kept is long: only of one place, and only whoever does not know it is sent it. In one statement, so of one instant:
# what is counted comes off the marks as the revision goes up.
PLACES = """SELECT kind, key, id, revision, (SELECT MAX(id) FROM forecasts_lexicon), (SELECT MAX(id) FROM forecasts_sealed),
  (SELECT MAX(id) FROM forecasts_unsealing), EXISTS (SELECT 1 FROM forecasts_uncounted), CASE WHEN is_new THEN totals END,
  CASE WHEN is_new THEN counts END, CASE WHEN is_new THEN {cells} END
FROM (SELECT *, kind = %s AND key = %s AND revision <> %s AS is_new FROM forecasts_scope WHERE {places}) scope
"""


def state_of_records() -> str | None:
    """
    Return the state of all that is shown, by name: where two are equal, so is every row, however any of them was written.

    On PostgreSQL every transaction that writes in a table that is shown leaves its number there, and no number comes twice.
    On SQLite the file tells this process whether anybody has written in it. So no name comes back once anything was written.

    Returns:
        None where there is no such name: within a transaction, which also sees what it wrote itself.
    """
    if connection.in_atomic_block:
        return None
    if connection.vendor == "sqlite":
        return VERSIONS.of(str(connection.settings_dict["NAME"]))
    with prepared() as cursor:
        cursor.execute("SELECT forecasts_state()")
        return str(cursor.fetchone()[0])


def state_of_feed() -> str | None:
    """
    Return the state of the records by the last change that was noted of them; on SQLite, where whoever writes is alone.

    It tells what the feed of changes tells, which is every record, and what changes of the few that do; and the postings,
    which are written once. It tells nothing of sums.

    Returns:
        None on PostgreSQL, where a change can become visible after a later one.
    """
    if connection.vendor != "sqlite":
        return None
    posted = Subquery(Posting.objects.order_by("-pk").values("pk")[:1])
    return str(Change.objects.order_by("-pk").values_list("pk", "noted_at", posted).first())


def version_of(chosen: Slice) -> str | None:
    """
    Return what the figures of a slice stand for: as long as it is the same, so are they.

    It is made of the scope that the slice lies within, how often that changed, what was recorded in it since it was
    last counted, the latest lexicon, and what was sealed or revealed last. A change elsewhere in that scope changes it as well. No version comes back once
    it has changed. Other readings of rules hang on events and on the time as well: with those it says nothing.

    Returns:
        None where the figures depend on more: on rules and events, which are evaluated when they are asked for.
    """
    return _standing(chosen, place=NOWHERE, known=NO_REVISION).version


def standing_of(chosen: Slice, *, known: str | None = None) -> Standing:
    """
    Return the version of a slice, as `version_of` does, together with what is kept of it.

    Args:
        chosen: The slice.
        known: A version of which all that is kept is known already, so that it is not read again.
    """
    revision = int(known.split(".")[REVISION]) if known else NO_REVISION
    return _standing(chosen, place=place_kept(chosen) or NOWHERE, known=revision)


def _standing(chosen: Slice, *, place: tuple[str, str], known: int) -> Standing:
    if chosen.as_of is not None or chosen.variant != RuleVersion.Variant.CENTRAL:
        return Standing(None)
    named = [(kind.value, getattr(chosen, field) if field else "") for kind, field in WITHIN]
    asked = [(kind, key) for kind, key in named if key or kind == Scope.Kind.ALL]
    statement = PLACES.format(cells=cells_as_text(), places=" OR ".join(["kind = %s AND key = %s"] * len(asked)))
    with prepared() as cursor:
        cursor.execute(statement, [*place, known, *(value for pair in asked for value in pair)])
        found = {row[0]: row for row in cursor.fetchall()}
    narrowest = next((found[kind] for kind, _ in asked if kind in found), None)
    return Standing(None) if narrowest is None else _told(*narrowest)


def _told(*row: Any) -> Standing:
    """How a slice stands by the narrowest scope that is kept and holds it, as the database gives that."""
    *facts, totals, counts, cells = row
    scope = _Within(*facts)
    numbers = _marked(scope) if scope.are_marked else (scope.revision, 0, 0)
    version = ".".join(
        str(number or 0) for number in (scope.pk, scope.lexicon, scope.sealed, scope.unsealing, *numbers)
    )
    # Where predictions wait to be counted, the version was just read once more, and may be later than what was kept.
    is_at_hand = totals is not None and not scope.are_marked
    return Standing(version, kept_in(scope.pk, totals, counts, False, cells) if is_at_hand else None)


def _marked(scope: _Within) -> tuple[int, ...]:
    """How often a scope changed, and how many predictions in it wait to be counted, up to which mark: of one instant too."""
    marks = uncounted_in(_whole(scope)).order_by().annotate(all=Value(1)).values("all")
    counted, last = marks.annotate(n=Count("pk")).values("n"), marks.annotate(last=Max("pk")).values("last")
    rows = Scope.objects.filter(pk=scope.pk).values_list("revision", Subquery(counted), Subquery(last))
    return rows.first() or (0, 0, 0)


def _whole(scope: _Within) -> Slice:
    """The slice of all that may bear on what is within a scope; for a forecaster everything may, such as a market."""
    if scope.kind == Scope.Kind.OUTLET:
        return Slice(outlet=scope.key)
    return Slice(topic=scope.key) if scope.kind == Scope.Kind.TOPIC else Slice()
