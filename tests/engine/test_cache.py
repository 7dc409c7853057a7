"""The memory cache: least recently used goes first, never more bytes than allowed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from qualia import Document
from qualia._engine.cache import MemoryCache, size_bytes
from qualia._values import freeze
from qualia.cache import CacheStats

KEYS = st.sampled_from("abcde")
VALUES = st.sampled_from(("", "x" * 20, "y" * 60, "z" * 200, "w" * 1000))
BOUND = 400


class CacheAgainstDictionary(RuleBasedStateMachine):
    """Whatever is put and got, the cache and an ordered dictionary with a bound agree."""

    def __init__(self) -> None:
        super().__init__()
        self.cache: Any = MemoryCache(BOUND)
        self.model: OrderedDict[str, str] = OrderedDict()
        self.hits: int = 0
        self.misses: int = 0
        self.evictions: int = 0

    def held(self) -> int:
        """Add up what the model holds."""
        return sum(size_bytes(value) for value in self.model.values())

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        """Get a key."""
        expected = self.model.get(key)
        assert self.cache.get(key) == expected
        if expected is None:
            self.misses += 1
        else:
            self.hits += 1
            self.model.move_to_end(key)

    @rule(key=KEYS, value=VALUES)
    def put(self, key: str, value: str) -> None:
        """Put a value."""
        self.cache.put(key, value)
        self.model.pop(key, None)
        if size_bytes(value) <= BOUND:
            self.model[key] = value
        while self.held() > BOUND:
            self.model.popitem(last=False)
            self.evictions += 1

    @rule()
    def clear(self) -> None:
        """Forget everything."""
        self.cache.clear()
        self.model.clear()

    @invariant()
    def agree(self) -> None:
        """The figures are the model's, and the bound holds."""
        stats = self.cache.stats()[0]
        assert stats == CacheStats(
            name="memory",
            entries=len(self.model),
            size_bytes=self.held(),
            max_bytes=BOUND,
            hits=self.hits,
            misses=self.misses,
            evictions=self.evictions,
        )
        assert stats.size_bytes <= BOUND


TestCacheAgainstDictionary = pytest.mark.properties(CacheAgainstDictionary.TestCase)
TestCacheAgainstDictionary.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_the_least_recently_used_goes_first() -> None:
    """Getting a value keeps it; putting one more drops the one nobody asked for."""
    cache: Any = MemoryCache(size_bytes("x") * 2)
    cache.put("a", "x")
    cache.put("b", "x")
    cache.get("a")
    cache.put("c", "x")
    assert [cache.get(key) for key in "abc"] == ["x", None, "x"]


def test_a_value_larger_than_the_bound_is_not_kept() -> None:
    """It does not drive the others out, and replaces its own old value by nothing."""
    cache: Any = MemoryCache(size_bytes("x") * 2)
    cache.put("a", "x")
    cache.put("b", "x")
    cache.put("b", "x" * 1000)
    assert (cache.get("a"), cache.get("b"), cache.stats()[0].evictions) == ("x", None, 0)


def test_a_bound_of_zero_keeps_nothing() -> None:
    """Switched off, every look is a miss."""
    cache: Any = MemoryCache(0)
    cache.put("a", "x")
    assert (cache.get("a"), cache.stats()[0].entries, cache.stats()[0].misses) == (None, 0, 1)


def test_forgetting_keeps_the_counters() -> None:
    """What was counted stays counted."""
    cache: Any = MemoryCache(1000)
    cache.put("a", "x")
    cache.get("a")
    cache.clear()
    assert (cache.get("a"), cache.stats()[0].hits, cache.stats()[0].size_bytes) == (None, 1, 0)


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("a", "a" * 1000),
        ((), (1, 2, 3)),
        (freeze({}), freeze({"a": ["b" * 99]})),
        (Document("a"), Document("a" * 1000)),
    ],
    ids=["text", "tuple", "mapping", "document"],
)
def test_the_size_counts_everything_inside(small: object, large: object) -> None:
    """A container weighs at least what it holds."""
    assert size_bytes(large) > size_bytes(small) > 0


def test_threads_may_share_a_cache() -> None:
    """Under eight threads the bound holds, the figures add up, and no key ever gives another's value."""
    cache: Any = MemoryCache(size_bytes("k00") * 20)
    wrong: list[str] = []

    def work(seed: int) -> None:
        for number in range(400):
            key = f"k{(number * (seed + 1)) % 40:02}"
            value = cache.get(key)
            if value is None:
                cache.put(key, key)
            elif value != key:
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = cache.stats()[0]
    assert (wrong, stats.hits + stats.misses) == ([], 8 * 400)
    assert stats.size_bytes == stats.entries * size_bytes("k00") <= stats.max_bytes
