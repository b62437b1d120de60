"""Django's caches, which also count in one step: what a rate limit asks of them at every request."""

from functools import cached_property
from os import getpid
from time import monotonic
from typing import Any

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

# So long nothing is asked of a Redis that did not answer: each question would wait for it again.
AWAY_SECONDS = 5.0

# One step: a process that ends between two would leave a count that stays for ever.
COUNT = """
local counted = redis.call('INCR', KEYS[1])
if counted == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return counted
"""


class CountingRedisCache(RedisCache):
    """
    Redis; a count is one round trip where Django's own `add` and `incr` are three.

    What every request asks is asked over a connection of the thread's own: making a client takes longer than an answer. One
    that cannot be reached holds nothing and keeps nothing: what is read there can be worked out again.
    """

    _away_until = 0.0

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version=version)
        if self._is_away:
            return default
        try:
            found = self._patiently("GET", name)
        except (RedisError, OSError):
            self._away_until = monotonic() + AWAY_SECONDS
            logger.exception("cache_not_read")
            return default
        return default if found is None else self._serializer.loads(found)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        name = self.make_and_validate_key(key, version=version)
        seconds = self.get_backend_timeout(timeout)
        limit = () if seconds is None else ("EX", seconds)
        command = ("DEL", name) if seconds == 0 else ("SET", name, self._serializer.dumps(value), *limit)
        if self._is_away:
            return
        try:
            self._patiently(*command)
        except (RedisError, OSError):
            self._away_until = monotonic() + AWAY_SECONDS
            logger.exception("cache_not_written")

    def count(self, key: str, *, seconds: int) -> int:
        """Count one more under a key and return how many there are; forgotten so many seconds after the first."""
        return self._patiently("EVAL", COUNT, 1, self.make_and_validate_key(key), seconds)

    @property
    def _is_away(self) -> bool:
        return monotonic() < self._away_until

    def _patiently(self, *command: Any) -> Any:
        try:
            return self._asked(*command)
        except RedisConnectionError:
            # Redis was started anew since this connection was made.
            return self._asked(*command)

    def _asked(self, *command: Any) -> Any:
        connection = self._connection
        try:
            connection.send_command(*command)
            return connection.read_response()
        except BaseException:
            # An answer that comes late must not be taken for that to the next question.
            connection.disconnect()
            raise

    @cached_property
    def _serializer(self) -> Any:
        # Django's own, which it keeps to itself.
        client: Any = self._cache
        return client._serializer

    @property
    def _connection(self) -> Any:
        # Each thread has its cache, and so its connection: to make a client or to borrow one takes longer than to ask. A
        # process that was forked must not read the answers to its parent.
        process = getpid()
        if process not in self._by_process:
            made = self._cache.get_client(write=True).connection_pool.make_connection()
            self._by_process = {process: made}
        return self._by_process[process]

    @cached_property
    def _by_process(self) -> dict[int, Any]:
        return {}


class CountingMemoryCache(LocMemCache):
    """The memory of one process."""

    def count(self, key: str, *, seconds: int) -> int:
        """Count one more under a key and return how many there are; forgotten so many seconds after the first."""
        if self.add(key, 1, seconds):
            return 1
        return self.incr(key)
