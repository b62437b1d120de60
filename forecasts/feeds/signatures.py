"""Signatures of messages, as Standard Webhooks describes them: whoever holds the secret can tell whose a message is."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def secret_text(key: bytes) -> str:
    """Return a key as its holder keeps it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(key).decode()


def signatures(keys: Sequence[bytes], *, message_id: str, timestamp: int, body: bytes) -> str:
    """
    Return what the header `webhook-signature` says: a signature by each key, with a space between them.

    Args:
        keys: The secrets, decoded; more than one while an old one is being replaced.
        message_id: What `webhook-id` says.
        timestamp: What `webhook-timestamp` says, in seconds since 1970; signed, so that an old message cannot be sent again
            as a new one.
        body: The bytes that are sent.
    References:
        https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
