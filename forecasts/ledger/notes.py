"""Signing checkpoints with Ed25519, in the form of c2sp.org/signed-note and c2sp.org/tlog-checkpoint."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .verifier import DASH, ED25519, Checkpoint, Key, key_number

PREFIX = "PRIVATE+KEY+"
NAME = re.compile(r"[^\s+\x00-\x1f]{1,200}")


@dataclass(frozen=True)
class Signer:
    """A private key under the name that its signatures give."""

    name: str
    secret: Ed25519PrivateKey

    @property
    def key(self) -> Key:
        public = self.secret.public_key().public_bytes_raw()
        return Key(self.name, key_number(self.name, public), public)


def new_signer(name: str) -> Signer:
    """
    Make a key.

    Raises:
        ValueError: The name has a space, a plus sign or a control character.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"“{name[:80]}” cannot name a key: leave out spaces and plus signs.")
    return Signer(name, Ed25519PrivateKey.generate())


def read_signer(text: str) -> Signer:
    """
    Read a private key as `signer_text` writes it.

    Raises:
        ValueError: It is malformed.
    """
    name, _, rest = text.strip().removeprefix(PREFIX).partition("+")
    number, _, encoded = rest.partition("+")
    try:
        packed = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    if not text.startswith(PREFIX) or len(packed) != 33 or packed[0] != ED25519:
        raise ValueError("This is no signing key for Ed25519: `manage.py ledger new-key` makes one.")
    signer = Signer(name, Ed25519PrivateKey.from_private_bytes(packed[1:]))
    if signer.key.number.hex() != number:
        raise ValueError(f"The signing key of {name} does not have the number {number[:20]}.")
    return signer


def signer_text(signer: Signer) -> str:
    """A private key as text, to be kept in a file that only the service can read."""
    packed = bytes([ED25519]) + signer.secret.private_bytes_raw()
    return f"{PREFIX}{signer.name}+{signer.key.number.hex()}+{base64.b64encode(packed).decode()}"


def key_text(key: Key) -> str:
    """A public key as text, to be published."""
    packed = base64.b64encode(bytes([ED25519]) + key.public).decode()
    return f"{key.name}+{key.number.hex()}+{packed}"


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """What is signed of a checkpoint."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def signed_note(text: str, *, signers: Iterable[Signer]) -> str:
    """
    Return a text with a signature by each signer.

    Raises:
        ValueError: The text is empty or does not end with the end of a line.
    """
    if not text.endswith("\n"):
        raise ValueError("A note ends with the end of a line.")
    return "\n".join([text, *(_line(text, signer=signer) for signer in signers), ""])


def _line(text: str, *, signer: Signer) -> str:
    packed = signer.key.number + signer.secret.sign(text.encode())
    return f"{DASH}{signer.name} {base64.b64encode(packed).decode()}"
