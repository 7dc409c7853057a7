"""Results by key, in memory: the least recently used go first when a bound of bytes is reached."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from typing import Any

import attrs
from attrs import frozen

from qualia._values import is_mapping, is_sequence


@frozen(kw_only=True)
class CacheStats:
    """What a cache holds and how it was used."""

    entries: int
    size_bytes: int
    """Estimated memory of the entries."""
    max_bytes: int
    hits: int
    misses: int
    evictions: int


class MemoryCache:
    """A thread-safe LRU cache of frozen values with a hard bound of bytes; 0 keeps nothing."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes: int = max_bytes
        self._entries: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._lock: threading.Lock = threading.Lock()
        self._size = self._hits = self._misses = self._evictions = 0

    def get(self, key: str) -> Any | None:
        """Return the value and mark it as used; None when it is not here."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self._misses += 1
                return None
            self._hits += 1
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: str, value: Any) -> None:
        """Keep a value, unless it is larger than the bound by itself."""
        size = size_bytes(value)
        with self._lock:
            self._drop(key)
            if size > self._max_bytes:
                return
            self._entries[key] = (value, size)
            self._size += size
            while self._size > self._max_bytes:
                self._drop(next(iter(self._entries)))
                self._evictions += 1

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry[1]

    def clear(self) -> None:
        """Forget every value; the counters stay."""
        with self._lock:
            self._entries.clear()
            self._size = 0

    def stats(self) -> CacheStats:
        """Return how full it is and how it was used."""
        with self._lock:
            return CacheStats(
                entries=len(self._entries),
                size_bytes=self._size,
                max_bytes=self._max_bytes,
                hits=self._hits,
                misses=self._misses,
                evictions=self._evictions,
            )


def size_bytes(value: object) -> int:
    """Estimate the memory of a frozen value with everything in it; shared parts count each time."""
    total = 0
    stack: list[object] = [value]
    while stack:
        item = stack.pop()
        total += sys.getsizeof(item)
        if is_mapping(item):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif is_sequence(item):
            stack.extend(item)
        elif attrs.has(kind := type(item)):
            stack.extend(getattr(item, each.name) for each in attrs.fields(kind))
    return total
