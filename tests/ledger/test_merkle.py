"""
The tree and its proofs, against the published vectors of Certificate Transparency and against every way of being wrong.

The leaves, roots and proofs are those of the reference implementation's tests (google/certificate-transparency,
merkletree), which tests of transparency-dev/merkle and others repeat.
"""

import hashlib

import pytest

from forecasts.ledger.merkle import check_consistency, consistency_proof, inclusion_proof
from forecasts.ledger.verifier import Tampered, leaf_hash, root_from_inclusion, root_of

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): INCLUSIONS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
HASHES = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
LARGEST = 69
MANY = [leaf_hash(bytes([number])) for number in range(LARGEST)]
ROOT_OF_FIRST = [root_of(MANY[:size]) for size in range(LARGEST + 1)]


def hexed(proof):
    return [one.hex() for one in proof]


def test_the_roots_are_those_of_certificate_transparency():
    assert [root_of(HASHES[:size]).hex() for size in range(9)] == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_a_proof_of_inclusion_is_that_of_certificate_transparency(index, size):
    assert hexed(inclusion_proof(HASHES[:size], index=index)) == INCLUSIONS[index, size]


@pytest.mark.parametrize(("old_size", "size"), CONSISTENCIES)
def test_a_proof_of_consistency_is_that_of_certificate_transparency(old_size, size):
    assert hexed(consistency_proof(HASHES[:size], old_size=old_size)) == CONSISTENCIES[old_size, size]


class Reference:
    """
    RFC 6962, section 2.1, word by word over the data of the leaves, and by nothing of ours: what the proofs are compared with.

    Slow; each part of the tree is worked out once.
    """

    def __init__(self, data):
        self.data = data
        self.known = {}

    def mth(self, start, end):
        if (start, end) not in self.known:
            self.known[start, end] = self._mth(start, end)
        return self.known[start, end]

    def _mth(self, start, end):
        if end == start:
            return hashlib.sha256().digest()
        if end - start == 1:
            return hashlib.sha256(b"\x00" + self.data[start]).digest()
        k = self._k(end - start)
        return hashlib.sha256(b"\x01" + self.mth(start, start + k) + self.mth(start + k, end)).digest()

    @staticmethod
    def _k(n):
        """The largest power of two smaller than n."""
        k = 1
        while 2 * k < n:
            k *= 2
        return k

    def path(self, m, start, end):
        if end - start == 1:
            return []
        k = self._k(end - start)
        if m < k:
            return [*self.path(m, start, start + k), self.mth(start + k, end)]
        return [*self.path(m - k, start + k, end), self.mth(start, start + k)]

    def subproof(self, m, start, end, b):
        n = end - start
        if m == n:
            return [] if b else [self.mth(start, end)]
        k = self._k(n)
        if m <= k:
            return [*self.subproof(m, start, start + k, b), self.mth(start + k, end)]
        return [*self.subproof(m - k, start + k, end, False), self.mth(start, start + k)]


REFERENCE = Reference([bytes([number]) for number in range(LARGEST)])


def test_every_root_and_every_proof_is_that_of_an_independent_implementation(record_property):
    compared = 0
    for size in range(1, LARGEST + 1):
        assert root_of(MANY[:size]) == REFERENCE.mth(0, size)
        for place in range(size):
            assert inclusion_proof(MANY[:size], index=place) == REFERENCE.path(place, 0, size)
            assert consistency_proof(MANY[:size], old_size=place + 1) == REFERENCE.subproof(place + 1, 0, size, True)
            compared += 2

    assert compared == 4_830
    record_property("times", compared)


def test_every_proof_of_inclusion_leads_to_the_root():
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = inclusion_proof(MANY[:size], index=index)

            assert root_from_inclusion(MANY[index], index=index, size=size, proof=proof) == ROOT_OF_FIRST[size]


def test_every_proof_of_consistency_holds():
    for size in range(LARGEST + 1):
        for old_size in range(size + 1):
            proof = consistency_proof(MANY[:size], old_size=old_size)

            check_consistency(
                old_size=old_size,
                old_root=ROOT_OF_FIRST[old_size],
                size=size,
                root=ROOT_OF_FIRST[size],
                proof=proof,
            )


def leads_to(root, leaf, *, index, size, proof):
    try:
        return root_from_inclusion(leaf, index=index, size=size, proof=proof) == root
    except Tampered:
        return False


def test_no_forged_proof_of_inclusion_leads_to_the_root():
    accepted = []
    for size in range(2, 20):
        for index in range(size):
            proof = inclusion_proof(MANY[:size], index=index)
            leaf, root = MANY[index], ROOT_OF_FIRST[size]
            forgeries = {
                "another leaf": (MANY[index - 1], index, proof),
                "another place": (leaf, (index + 1) % size, proof),
                "shorter": (leaf, index, proof[:-1]),
                "longer": (leaf, index, [*proof, MANY[0]]),
                "one bit": (leaf, index, [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]),
                "from the other end": (leaf, index, proof[::-1] if len(set(proof)) > 1 else []),
                "no leaf there": (leaf, size, proof),
            }
            accepted += [
                (size, index, name)
                for name, (other, place, path) in forgeries.items()
                if leads_to(root, other, index=place, size=size, proof=path)
            ]

    assert accepted == []


def holds(**given):
    try:
        check_consistency(**given)
    except Tampered:
        return False
    return True


def test_no_forged_proof_of_consistency_holds():
    accepted = []
    for size in range(2, 20):
        for old_size in range(1, size):
            true = {
                "old_size": old_size,
                "old_root": ROOT_OF_FIRST[old_size],
                "size": size,
                "root": ROOT_OF_FIRST[size],
                "proof": consistency_proof(MANY[:size], old_size=old_size),
            }
            forgeries = {
                "another old root": {"old_root": MANY[5]},
                "another root": {"root": MANY[5]},
                "shorter": {"proof": true["proof"][:-1]},
                "longer": {"proof": [*true["proof"], MANY[0]]},
                "the sizes swapped": {"old_size": size, "size": old_size},
            }
            accepted += [(old_size, size, name) for name, one in forgeries.items() if holds(**{**true, **one})]

    assert accepted == []


def test_two_roots_of_one_size_are_told():
    with pytest.raises(Tampered, match="Two trees of 3 have different roots"):
        check_consistency(old_size=3, old_root=MANY[0], size=3, root=MANY[1], proof=[])


def test_there_is_no_proof_of_a_leaf_that_is_not_there():
    with pytest.raises(IndexError, match="no leaf 8 in a tree of 8"):
        inclusion_proof(HASHES, index=8)
    with pytest.raises(IndexError, match="no beginning of 9"):
        consistency_proof(HASHES, old_size=9)
