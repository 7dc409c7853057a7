"""Results in memory: the least recently used go first when a bound of bytes is reached."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from typing import Any

import attrs

from qualia._values import is_mapping, is_sequence
from qualia.cache import CacheStats
from qualia.result import Result


class MemoryCache:
    """A thread-safe LRU cache of frozen results with a hard bound of bytes.

    Args:
        max_bytes: the bound; 0 keeps nothing.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes: int = max_bytes
        self._entries: OrderedDict[str, tuple[Result[Any], int]] = OrderedDict()
        self._lock: threading.Lock = threading.Lock()
        self._size: int = 0
        self._hits: int = 0
        self._misses: int = 0
        self._evictions: int = 0

    def get(self, key: str, *, again: bool = False) -> Result[Any] | None:
        """Return the result and mark it as used; None when it is not here."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self._misses += not again
                return None
            self._hits += not again
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: str, result: Result[Any]) -> None:
        """Keep a result, unless it is larger than the bound by itself."""
        size = size_bytes(result)
        with self._lock:
            self._drop(key)
            if size > self._max_bytes:
                return
            self._entries[key] = (result, size)
            self._size += size
            while self._size > self._max_bytes:
                self._drop(next(iter(self._entries)))
                self._evictions += 1

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry[1]

    def clear(self) -> None:
        """Forget every result; the counters stay."""
        with self._lock:
            self._entries.clear()
            self._size = 0

    def stats(self) -> tuple[CacheStats, ...]:
        """Return how full it is and how it was used."""
        with self._lock:
            return (
                CacheStats(
                    name="memory",
                    entries=len(self._entries),
                    size_bytes=self._size,
                    max_bytes=self._max_bytes,
                    hits=self._hits,
                    misses=self._misses,
                    evictions=self._evictions,
                ),
            )

    def close(self) -> None:
        """Forget every result."""
        self.clear()


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
