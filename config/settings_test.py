"""
Settings of the test suite.

They are imported before any conftest.py, and once in every xdist worker: so the Redis of a worker is started here.
DATABASE_URL and REDIS_URL are honoured; without them the suite brings its own.
"""

import atexit
import os
import shutil
import tempfile
from unittest import mock
from urllib.parse import urlsplit

from config.embedded_redis import start_redis

XDIST_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
WORKER_DIR = tempfile.mkdtemp(prefix="aftercast-test-")
atexit.register(shutil.rmtree, WORKER_DIR, ignore_errors=True)


def redis_url_of_this_worker() -> str:
    """Return the logical database that is ours alone in the Redis at REDIS_URL, or a server that is ours alone."""
    if external := os.environ.get("REDIS_URL"):
        number = int(XDIST_WORKER.removeprefix("gw") or -1) + 1
        return urlsplit(external)._replace(path=f"/{number}").geturl()
    embedded = start_redis()
    atexit.register(embedded.stop)
    return embedded.url


ENVIRONMENT = {
    "ENV_FILE": os.devnull,
    "VAR_DIR": WORKER_DIR,
    "DEBUG": "0",
    "TLS": "0",
    "SECRET_KEY": "for-tests-only",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{WORKER_DIR}/aftercast.sqlite3"),
    "REDIS_URL": redis_url_of_this_worker(),
    "STATIC_FROM_SOURCE": "1",
    "PUBLIC_READ": "1",
    "HELD_ANSWERS_MB": "32",
    "LOG_FORMAT": "console",
    "LOG_LEVEL": "WARNING",
    "SWEEP_SECONDS": "60",
    "WEBHOOK_ALLOW_HOSTS": "",
    "WEBHOOK_SECONDS": "15",
    "NUM_PROXIES": "0",
    "METRICS_TOKEN": "",
    "REQUIRE_TWO_FACTOR": "0",
    "STATEMENT_TIMEOUT_MS": "60000",
    "IMPORT_MAX_BYTES": "10000000",
}
# Only while they are read: a worker of xdist inherits our environment and must not inherit our Redis.
with mock.patch.dict(os.environ, ENVIRONMENT):
    from config.settings import *  # noqa: F403 as Django's settings are built on each other
    from config.settings import DATABASES, REST_FRAMEWORK

if DATABASES["default"]["ENGINE"].endswith(".sqlite3"):
    # A file: threads and child processes must see the same rows. Nothing in it has to outlive a power cut.
    DATABASES["default"]["TEST"] = {"NAME": f"{WORKER_DIR}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] += "; PRAGMA synchronous=OFF"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Else every test with a client would go through all static files before its first request.
WHITENOISE_AUTOREFRESH = True
# Rates that no test reaches by accident; tests of the limits set their own.
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = dict.fromkeys(REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "100000/min")
