"""
Check a ledger of Aftercast without Aftercast: Python's standard library is enough.

    python3 verify_ledger.py FOLDER [CHECKPOINT...]
    python3 verify_ledger.py --receipt FILE KEY...

FOLDER is what `manage.py ledger export` wrote. Each CHECKPOINT is a file that you kept, or got from somebody else: the
ledger must hold, unchanged, all that it held then. Exits with 0 where everything fits, 1 where something was tampered
with, 3 where only a checkpoint of yours does not fit.

FILE is a receipt of one record; with its KEYs, as the service publishes them, it is proved to be in the ledger.

The signing keys are in `keys.txt` of the export. Compare them with the ones you know, from the About page of the
service or from an older export: whoever makes a whole new ledger can sign it with a new key.
"""

import base64
import binascii
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    HAS_LIBRARY = False
else:
    HAS_LIBRARY = True

COMMITMENT = b"aftercast/commit/v1\n"
ENTRY = b"aftercast/entry/v1\n"
BEGINNING = b"aftercast/ledger/v1\n"
SEAL = b"aftercast/seal/v1\n"
ED25519 = 1
DASH = "— "
REDACTED = "[redacted"


class Tampered(ValueError):
    """Something is not as it was when it was recorded: what every function here raises that reads or checks."""


# What is hashed


def commitment_of(body: bytes, *, salt: bytes) -> bytes:
    """The commitment to a row: without the salt, a probability or a yes could be guessed from it."""
    return hashlib.sha256(COMMITMENT + salt + body).digest()


def seal_of(content: bytes, *, salt: bytes) -> bytes:
    """The commitment to something that is read later; its content is JSON of RFC 8785."""
    return hashlib.sha256(SEAL + salt + content).digest()


def entry_hash(header: bytes) -> bytes:
    """The hash by which the next entry refers to this one."""
    return hashlib.sha256(ENTRY + header).digest()


def beginning_of(ledger: str) -> bytes:
    """What the first entry of a ledger refers to."""
    return hashlib.sha256(BEGINNING + ledger.encode()).digest()


# The tree of RFC 6962, section 2.1


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf of a tree."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two branches of a tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root of a tree over the hashes of its leaves; of none, the hash of nothing."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    level = list(hashes)
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        # A branch without a partner moves up as it is.
        level = paired + level[len(paired) * 2 :]
    return level[0]


def root_from_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a proof of inclusion leads to, from the hash of a leaf (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        raise Tampered(f"There is no leaf {index} in a tree of {size}.")
    reached = leaf
    for is_left, sibling in climb(index, size - 1, proof):
        reached = node_hash(sibling, reached) if is_left else node_hash(reached, sibling)
    return reached


def climb(node: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Each branch that a proof adds on the way up to the root, with whether it stands on the left."""
    for sibling in proof:
        if last == 0:
            raise Tampered("The proof is too long.")
        is_left = bool(node & 1) or node == last
        yield is_left, sibling
        while is_left and node and not node & 1:
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    if last:
        raise Tampered("The proof is too short.")


# Signed notes and checkpoints: c2sp.org/signed-note, c2sp.org/tlog-checkpoint


@dataclass(frozen=True)
class Key:
    """A public key, under the name and the number that signatures give."""

    name: str
    number: bytes
    public: bytes


@dataclass(frozen=True)
class Checkpoint:
    """How large a ledger was, and the root of its tree."""

    origin: str
    size: int
    root: bytes


def key_number(name: str, public: bytes) -> bytes:
    """The four bytes that a signature is found by."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([ED25519]) + public).digest()[:4]


def read_key(text: str) -> Key:
    """Read a verifier key: name, number and key joined by plus signs."""
    name, _, rest = text.strip().partition("+")
    number, _, encoded = rest.partition("+")
    packed = _unpacked(encoded)
    if len(packed) != 33 or packed[0] != ED25519 or number != key_number(name, packed[1:]).hex():
        raise Tampered(f"“{text.strip()[:80]}” is no verifier key for Ed25519.")
    return Key(name, bytes.fromhex(number), packed[1:])


def open_note(note: str, *, keys: Iterable[Key]) -> str:
    """Return the text of a note that is signed by a known key; signatures by others are passed over."""
    text, found, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not found or len(lines) < 2 or lines[-1] or any(ord(sign) < 32 and sign != "\n" for sign in note):
        raise Tampered("This is no signed note.")
    known = {(key.name, key.number): key for key in keys}
    signed = False
    for line in lines[:-1]:
        name, packed = _signature(line)
        key = known.get((name, packed[:4]))
        if key and not is_signed(f"{text}\n".encode(), signature=packed[4:], public=key.public):
            raise Tampered(f"The signature by {name} is wrong.")
        signed = signed or key is not None
    if not signed:
        raise Tampered("No key that is known signed this note.")
    return f"{text}\n"


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    packed = _unpacked(encoded)
    if not line.startswith(DASH) or not name or "+" in name or len(packed) < 5:
        raise Tampered(f"“{line[:80]}” is no line of a signature.")
    return name, packed


def read_checkpoint(text: str) -> Checkpoint:
    """Read what a checkpoint says, without its signatures."""
    origin, size, encoded, rest = (*text.split("\n", 3), "", "", "")[:4]
    root = _unpacked(encoded)
    if not origin or str(int(size) if size.isascii() and size.isdigit() else "") != size or not size:
        raise Tampered(f"“{size[:20]}” is no size of a ledger.")
    if len(root) != 32 or rest:
        raise Tampered("A checkpoint has three lines: the name of the ledger, its size, its root.")
    return Checkpoint(origin, int(size), root)


def _unpacked(encoded: str) -> bytes:
    """The bytes behind Base64; none where it is malformed or not the only way of writing them."""
    try:
        packed = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return packed if base64.b64encode(packed).decode() == encoded else b""


# Ed25519 (RFC 8032), by the library where it is installed and else by hand: slow, and enough for a few checkpoints

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def is_signed(message: bytes, *, signature: bytes, public: bytes) -> bool:
    """Whether a signature is of this message, by this key."""
    if not HAS_LIBRARY:
        return is_signed_by_hand(message, signature=signature, public=public)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed_by_hand(message: bytes, *, signature: bytes, public: bytes) -> bool:
    """The same without a library: for checking only, since its time depends on what it is given."""
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or len(signature) != 64 or scalar >= _ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    return _same(_times(scalar, _base()), _plus(commitment, _times(challenge, key)))


def _base() -> _Point:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _x_of(y, odd=0) or 0
    return x, y, 1, x * y % _P


def _x_of(y: int, *, odd: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and odd):
        return None
    return x if x & 1 == odd else _P - x


def _point(packed: bytes) -> _Point | None:
    number = int.from_bytes(packed, "little")
    y = number & (2**255 - 1)
    if len(packed) != 32 or y >= _P or (x := _x_of(y, odd=number >> 255)) is None:
        return None
    return x, y, 1, x * y % _P


def _plus(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while scalar:
        total = _plus(total, point) if scalar & 1 else total
        point, scalar = _plus(point, point), scalar >> 1
    return total


def _same(one: _Point, other: _Point) -> bool:
    return not ((one[0] * other[2] - other[0] * one[2]) % _P or (one[1] * other[2] - other[1] * one[2]) % _P)


# The chain


@dataclass(frozen=True)
class Header:
    """What an entry says in public: its place, when it was recorded, and the root over what was recorded with it."""

    ledger: str
    seq: int
    prev: str
    kind: str
    recorded_at: str
    rows: int
    root: str


def read_header(line: bytes) -> Header:
    """Read the header of an entry."""
    try:
        given = json.loads(line)
        return Header(**{name: given[name] for name in Header.__dataclass_fields__})
    except (ValueError, KeyError, TypeError):
        raise Tampered(f"“{line[:80]!r}” is no header of an entry.") from None


class Chain:
    """Follows the headers of a ledger one after the other, and keeps the leaves of its tree."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.last: Header | None = None
        self.head = b""

    def follow(self, line: bytes) -> Header:
        """Take the next header."""
        header = read_header(line)
        before = self.head or beginning_of(header.ledger)
        wanted = len(self.leaves) + 1
        if header.seq != wanted:
            raise Tampered(f"Entry {wanted} is missing: entry {header.seq} comes in its place.")
        if header.prev != before.hex():
            raise Tampered(f"Entry {header.seq} does not refer to the entry before it.")
        if self.last and header.ledger != self.last.ledger:
            raise Tampered(f"Entry {header.seq} is of another ledger.")
        if self.last and header.recorded_at < self.last.recorded_at:
            raise Tampered(f"Entry {header.seq} is dated before the entry before it.")
        self.leaves.append(leaf_hash(line))
        self.last, self.head = header, entry_hash(line)
        return header

    def check(self, checkpoint: Checkpoint) -> None:
        """Check that the ledger holds, unchanged, what it held at a checkpoint."""
        if checkpoint.size > len(self.leaves):
            raise Tampered(f"The checkpoint is of {checkpoint.size} entries; the ledger has {len(self.leaves)}.")
        if root_of(self.leaves[: checkpoint.size]) != checkpoint.root:
            raise Tampered(f"The first {checkpoint.size} entries are not those of the checkpoint.")


# An export


@dataclass(frozen=True)
class Row:
    """One row that was recorded with an entry: its commitment, and what it opens to where that is public."""

    seq: int
    position: int
    commitment: bytes
    salt: bytes
    body: bytes | None


def read_rows(lines: Iterable[bytes]) -> Iterator[Row]:
    """Read the rows of an export."""
    for line in lines:
        try:
            given = json.loads(line)
            body = given.get("body")
            yield Row(
                seq=given["seq"],
                position=given["position"],
                commitment=bytes.fromhex(given["commitment"]),
                salt=bytes.fromhex(given.get("salt", "")),
                body=body.encode() if body is not None else None,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Tampered(f"“{line[:80]!r}” is no row of an export.") from None


def check_rows(header: Header, *, rows: Sequence[Row]) -> None:
    """Check that the rows are those which an entry was made of."""
    for place, row in enumerate(rows):
        if row.position != place:
            raise Tampered(f"Row {place} of entry {header.seq} is missing.")
        if row.body is not None and commitment_of(row.body, salt=row.salt) != row.commitment:
            raise Tampered(f"Row {place} of entry {header.seq} is not what was recorded.")
    if len(rows) != header.rows or root_of([leaf_hash(row.commitment) for row in rows]).hex() != header.root:
        raise Tampered(f"The rows of entry {header.seq} are not those that were recorded with it.")


class Contents:
    """Follows what rows say of others: that what was revealed is what was sealed, and which were redacted."""

    def __init__(self) -> None:
        self.redacted: set[tuple[int, int]] = set()
        self._commitments: dict[object, str] = {}

    def follow(self, body: bytes) -> None:
        """Take the next row that can be read."""
        if not body.endswith((b'"table":"sealed"}', b'"table":"unsealing"}', b'"table":"redaction"}')):
            return
        given = json.loads(body)
        row = given["row"]
        if given["table"] == "sealed":
            self._commitments[row["id"]] = row["commitment"]
        elif given["table"] == "redaction":
            self.redacted |= {(one["seq"], one["position"]) for one in row.get("salts", ())}
        elif "content" in row and not row["content"].startswith(REDACTED):
            made = seal_of(row["content"].encode(), salt=bytes.fromhex(row["salt"])).hex()
            if made != self._commitments.get(row["sealed_id"]):
                raise Tampered(f"What was revealed of sealed {row['sealed_id']} is not what was sealed.")


def check_export(folder: Path) -> tuple[Chain, list[Key], Contents]:
    """Check an export by itself: its files, its chain, its rows, its own checkpoints."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name, digest in manifest["sha256"].items():
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise Tampered(f"{name} is not the file that was exported.")
    keys = [read_key(line) for line in (folder / "keys.txt").read_text().splitlines() if line.strip()]
    chain, contents = Chain(), Contents()
    with (folder / "rows.ndjson").open("rb") as lines:
        remaining = read_rows(lines)
        row = next(remaining, None)
        for line in (folder / "ledger.ndjson").read_bytes().splitlines():
            header = chain.follow(line)
            mine = []
            while row and row.seq == header.seq:
                mine.append(row)
                row = next(remaining, None)
            check_rows(header, rows=mine)
            for one in mine:
                contents.follow(one.body or b"")
    if row:
        raise Tampered(f"There are rows of entry {row.seq}, which is not there.")
    for path in sorted((folder / "checkpoints").glob("*.note")):
        chain.check(read_checkpoint(open_note(path.read_text(), keys=keys)))
    return chain, keys, contents


# A receipt


def check_receipt(receipt: Mapping[str, Any], *, keys: Iterable[Key]) -> Header:
    """Check that a record is in its entry and, where it has a checkpoint, that the entry is in the ledger."""
    try:
        header_line, proof = receipt["header"].encode(), [bytes.fromhex(one) for one in receipt["row_proof"]]
        body, salt, position = receipt["body"].encode(), bytes.fromhex(receipt["salt"]), receipt["position"]
        checkpoint, path = receipt["checkpoint"], [bytes.fromhex(one) for one in receipt["proof"] or []]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Tampered("This is no receipt.") from None
    header = read_header(header_line)
    leaf = leaf_hash(commitment_of(body, salt=salt))
    if root_from_inclusion(leaf, index=position, size=header.rows, proof=proof).hex() != header.root:
        raise Tampered(f"The record is not in entry {header.seq}.")
    if checkpoint is not None:
        said = read_checkpoint(open_note(checkpoint, keys=keys))
        leaf = leaf_hash(header_line)
        if root_from_inclusion(leaf, index=header.seq - 1, size=said.size, proof=path) != said.root:
            raise Tampered(f"Entry {header.seq} is not in the ledger of the checkpoint.")
    return header


def _check_receipt_file(name: str, *, keys: Sequence[str]) -> int:
    try:
        receipt = json.loads(Path(name).read_bytes())
        header = check_receipt(receipt, keys=[read_key(text) for text in keys])
    except ValueError as found:
        print(f"TAMPERED: {found}")
        return 1
    held = "signed" if receipt["checkpoint"] else "in no checkpoint yet"
    print(f"OK: recorded as entry {header.seq} at {header.recorded_at}, {held}.")
    return 0


def main(arguments: Sequence[str]) -> int:
    """Check an export, and hold it against checkpoints from elsewhere."""
    if not arguments or list(arguments) == ["--receipt"]:
        print(__doc__)
        return 2
    if arguments[0] == "--receipt":
        return _check_receipt_file(arguments[1], keys=arguments[2:])
    try:
        chain, keys, contents = check_export(Path(arguments[0]))
    except Tampered as found:
        print(f"TAMPERED: {found}")
        return 1
    worst = 0
    for name in arguments[1:]:
        try:
            chain.check(read_checkpoint(open_note(Path(name).read_text(), keys=keys)))
        except Tampered as found:
            print(f"INCONSISTENT with {name}: {found}")
            worst = 3
    if not worst:
        print(
            f"OK: {len(chain.leaves)} entries, {len(arguments) - 1} checkpoints of yours. Root {root_of(chain.leaves).hex()}"
        )
        if contents.redacted:
            print(f"{len(contents.redacted)} rows were redacted: entries of the ledger say which, by whom and why.")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
