"""Counting in caches, one step each."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from redis.connection import AbstractConnection

from config.caches import AWAY_SECONDS, CountingMemoryCache

pytestmark = pytest.mark.any_database


@pytest.fixture(params=["redis", "memory"])
def counting(request):
    found = cache if request.param == "redis" else CountingMemoryCache("counting", {})
    found.clear()
    yield found
    found.clear()


def test_a_count_begins_at_one_and_goes_on(counting):
    assert [counting.count("a", seconds=60) for _ in range(3)] == [1, 2, 3]
    assert counting.count("b", seconds=60) == 1


def test_a_count_is_forgotten_after_its_time(counting):
    counting.count("a", seconds=60)
    counting.touch("a", 0)

    assert counting.count("a", seconds=60) == 1


def test_a_count_in_redis_never_stays_for_ever():
    cache.count("a", seconds=60)

    assert 0 < cache._cache.get_client("a").ttl(cache.make_key("a")) <= 60


def test_counting_goes_on_where_redis_was_started_anew():
    cache.count("a", seconds=60)
    cache._connection.disconnect()
    cache._cache.get_client().client_kill_filter(_type="normal", skipme=False)

    assert cache.count("a", seconds=60) == 2


def test_counts_of_the_same_moment_are_all_different():
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: cache.count("a", seconds=60), range(100)))

    assert sorted(counts) == list(range(1, 101))


def test_a_count_is_one_round_trip_to_redis(monkeypatch):
    sent = []
    plainly = AbstractConnection.send_packed_command
    monkeypatch.setattr(
        AbstractConnection,
        "send_packed_command",
        lambda self, *given, **more: sent.append(given) or plainly(self, *given, **more),
    )
    cache.count("a", seconds=60)
    sent.clear()

    cache.count("a", seconds=60)

    assert len(sent) == 1


def test_what_is_kept_is_read_again_until_its_time_is_over(counting):
    counting.set("a", ("text", b"bytes"), 60)
    counting.set("b", 7, None)
    counting.set("c", "gone", 0)

    assert [counting.get(name, "nothing") for name in "abc"] == [("text", b"bytes"), 7, "nothing"]
    counting.touch("a", 0)
    assert counting.get("a") is None


def test_what_is_kept_in_redis_ends_when_it_is_to():
    cache.set("a", "text", 60)
    cache.set("b", "text", None)

    lasts = [cache._cache.get_client("a").ttl(cache.make_key(name)) for name in "ab"]
    assert (0 < lasts[0] <= 60, lasts[1]) == (True, -1)


def test_a_process_that_was_forked_asks_over_a_connection_of_its_own(monkeypatch):
    cache.count("a", seconds=60)
    of_the_parent = cache._connection
    monkeypatch.setattr("config.caches.getpid", lambda: -1)

    assert cache._connection is not of_the_parent
    assert cache.count("a", seconds=60) == 2


def test_a_redis_that_does_not_answer_is_asked_again_only_after_a_while(monkeypatch):
    cache.set("a", 1)
    asked, clock = [], [1000.0]

    def away(self, *command):
        asked.append(command[0])
        raise TimeoutError("It takes no questions.")

    monkeypatch.setattr("config.caches.monotonic", lambda: clock[0])
    with monkeypatch.context() as frozen:
        frozen.setattr(AbstractConnection, "send_command", away)
        assert [cache.get("a"), cache.get("a", 2), cache.set("a", 3)] == [None, 2, None]
        assert asked == ["GET"]

    clock[0] += AWAY_SECONDS
    assert cache.get("a") == 1
