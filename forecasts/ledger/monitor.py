"""Holding checkpoints that were kept elsewhere against a ledger, and against each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .verifier import Checkpoint, root_of


@dataclass(frozen=True)
class Held:
    """A signed checkpoint that somebody kept, under the name it is told by."""

    name: str
    said: Checkpoint


def misfits(held: Iterable[Held], *, hashes: Sequence[bytes]) -> list[str]:
    """
    Return how checkpoints do not fit a ledger: a sentence for each, rollbacks and forks apart.

    Args:
        hashes: Of the leaves of the ledger as it is.
    """
    return [told for one in held if (told := _misfit(one, hashes=hashes))]


def _misfit(one: Held, *, hashes: Sequence[bytes]) -> str:
    size = one.said.size
    if size > len(hashes):
        return f"{one.name}: rollback. The checkpoint is of {size} entries; the ledger has {len(hashes)}."
    if root_of(hashes[:size]) != one.said.root:
        return f"{one.name}: fork. The first {size} entries are not those of the checkpoint."
    return ""


def split_views(held: Iterable[Held]) -> Iterator[str]:
    """
    Yield where two checkpoints of one ledger and one size have different roots: whoever signed both showed two histories.

    That is proved by the two notes alone, whatever the ledger says by now.
    """
    by_size: dict[tuple[str, int], dict[bytes, str]] = defaultdict(dict)
    for one in held:
        by_size[one.said.origin, one.said.size].setdefault(one.said.root, one.name)
    for (origin, size), roots in sorted(by_size.items()):
        if len(roots) > 1:
            names = " and ".join(roots.values())
            yield f"split view: {names} are signed as the first {size} entries of {origin}, and differ. Publish them."
