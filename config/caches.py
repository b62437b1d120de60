"""Django's caches, which also count in one step: what a rate limit asks of them at every request."""

from typing import Any

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)


class CountingRedisCache(RedisCache):
    """
    Redis; a count is one round trip where Django's own `add` and `incr` are three.

    One that cannot be reached holds nothing and keeps nothing: what is read there can be worked out again.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except (RedisError, OSError):
            logger.exception("cache_not_read")
            return default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except (RedisError, OSError):
            logger.exception("cache_not_written")

    def count(self, key: str, *, seconds: int) -> int:
        """Count one more under a key and return how many there are; forgotten so many seconds after the last."""
        name = self.make_and_validate_key(key)
        pipeline: Any = self._cache.get_client(name, write=True).pipeline(transaction=False)
        counted, _ = pipeline.incr(name).expire(name, seconds).execute()
        return counted


class CountingMemoryCache(LocMemCache):
    """The memory of one process."""

    def count(self, key: str, *, seconds: int) -> int:
        """Count one more under a key and return how many there are; forgotten so many seconds after the first."""
        if self.add(key, 1, seconds):
            return 1
        return self.incr(key)
