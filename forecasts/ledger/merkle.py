"""Proofs from the tree of RFC 6962: that a leaf is in it, and that a later tree continues it."""

from collections.abc import Sequence

from .verifier import Tampered, climb, node_hash, root_of


def inclusion_proof(hashes: Sequence[bytes], *, index: int) -> list[bytes]:
    """
    The audit path of a leaf, from its sibling up (RFC 6962, section 2.1.1).

    Args:
        hashes: The hashes of all leaves of the tree.
    Raises:
        IndexError: There is no such leaf.
    """
    if not 0 <= index < len(hashes):
        raise IndexError(f"There is no leaf {index} in a tree of {len(hashes)}.")
    if len(hashes) == 1:
        return []
    split = split_of(len(hashes))
    if index < split:
        return [*inclusion_proof(hashes[:split], index=index), root_of(hashes[split:])]
    return [*inclusion_proof(hashes[split:], index=index - split), root_of(hashes[:split])]


def consistency_proof(hashes: Sequence[bytes], *, old_size: int) -> list[bytes]:
    """
    The proof that a tree begins with the tree of an earlier size (RFC 6962, section 2.1.2).

    Args:
        hashes: The hashes of all leaves of the later tree.
    Raises:
        IndexError: The earlier tree is larger.
    """
    if not 0 <= old_size <= len(hashes):
        raise IndexError(f"A tree of {len(hashes)} has no beginning of {old_size}.")
    return _subproof(hashes, old_size, is_whole=True) if old_size else []


def check_consistency(*, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """
    Check that a tree only grew (RFC 9162, section 2.1.4.2).

    Raises:
        Tampered: It did not, or the proof is too short or too long.
    """
    if old_size > size:
        raise Tampered(f"A tree of {old_size} cannot have come before one of {size}.")
    if old_size == size or old_size == 0:
        if proof or (old_size and old_root != root):
            raise Tampered(f"Two trees of {size} have different roots.")
        return
    if not proof:
        raise Tampered("The proof is too short.")
    first, *path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = first
    for is_left, sibling in climb(node, last, path):
        old = node_hash(sibling, old) if is_left else old
        new = node_hash(sibling, new) if is_left else node_hash(new, sibling)
    if old != old_root or new != root:
        raise Tampered(f"The tree of {size} does not continue the tree of {old_size}.")


def _subproof(hashes: Sequence[bytes], old_size: int, *, is_whole: bool) -> list[bytes]:
    # Whole: the old tree is this one, so that its root is known to whoever asks.
    if old_size == len(hashes):
        return [] if is_whole else [root_of(hashes)]
    split = split_of(len(hashes))
    if old_size <= split:
        return [*_subproof(hashes[:split], old_size, is_whole=is_whole), root_of(hashes[split:])]
    return [*_subproof(hashes[split:], old_size - split, is_whole=False), root_of(hashes[:split])]


def split_of(size: int) -> int:
    """The largest power of two below a size of two or more."""
    return int(1 << ((size - 1).bit_length() - 1))
