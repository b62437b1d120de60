"""Web addresses."""

import re
from urllib.parse import urlsplit

FORBIDDEN = re.compile(r"[\s<>\"\\]")


def is_web_address(text: str) -> bool:
    """Return whether a text begins with http:// or https://, names a host and holds nothing an address may not."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and not FORBIDDEN.search(text)
