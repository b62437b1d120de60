"""
Ask our own web process how it is: `python -m config.deploy.probe /readyz` fails unless it answers 200.

For container images, which have no curl. The name asked for is the first of ALLOWED_HOSTS, since others are refused.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

PATIENCE_SECONDS = 5


def is_well(path: str) -> bool:
    """Whether the web process of this machine answers a path with 200."""
    host, _, port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")
    name = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    connection = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, int(port), timeout=PATIENCE_SECONDS)  # noqa: S104 compared with, not listened on
    try:
        connection.request("GET", path, headers={"Host": name})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_well(sys.argv[1]))
