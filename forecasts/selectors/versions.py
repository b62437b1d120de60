"""Whether the figures of a slice can have changed: a version that any record in it changes, read at no cost."""

from django.db.models import Count, Max, Q

from forecasts.models import RuleVersion, Scope

from .slices import Slice
from .standings import uncounted_in

# The narrowest scope first: a slice lies within each of those it names.
WITHIN = (
    (Scope.Kind.FORECASTER, "forecaster"),
    (Scope.Kind.OUTLET, "outlet"),
    (Scope.Kind.TOPIC, "topic"),
    (Scope.Kind.ALL, ""),
)


def version_of(chosen: Slice) -> str | None:
    """
    Return what the figures of a slice stand for: as long as it is the same, so are they.

    It is made of the scope that the slice lies within, how often that changed, and what was recorded in it since it was
    last counted. A change elsewhere in that scope changes it as well. No version comes back once it has changed.

    Returns:
        None where the figures depend on more: on rules and events, which are evaluated when they are asked for.
    """
    if chosen.as_of is not None or chosen.variant != RuleVersion.Variant.CENTRAL:
        return None
    scope = _scope(chosen)
    if scope is None:
        return None
    waiting = uncounted_in(_whole(chosen, scope=scope)).aggregate(n=Count("pk"), last=Max("pk"))
    return f"{scope.pk}.{scope.revision}.{waiting['n']}.{waiting['last'] or 0}"


def _scope(chosen: Slice) -> Scope | None:
    """The narrowest scope that is kept and holds the slice."""
    asked = Q(pk=None)
    for kind, field in WITHIN:
        key = getattr(chosen, field) if field else ""
        if key or not field:
            asked |= Q(kind=kind, key=key)
    found = {scope.kind: scope for scope in Scope.objects.filter(asked).only("kind", "key", "revision")}
    return next((found[kind] for kind, _ in WITHIN if kind in found), None)


def _whole(chosen: Slice, *, scope: Scope) -> Slice:
    """The slice of all that may bear on what is within a scope; for a forecaster everything may, such as a market."""
    if scope.kind == Scope.Kind.OUTLET:
        return Slice(outlet=scope.key)
    return Slice(topic=scope.key) if scope.kind == Scope.Kind.TOPIC else Slice()
