"""Results in memory: the least recently used go first when a bound of bytes is reached."""

from __future__ import annotations

import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, cast

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
        self._pid: int = os.getpid()
        self._lock: threading.Lock = threading.Lock()
        self._size: int = 0
        self._hits: int = 0
        self._misses: int = 0
        self._evictions: int = 0

    def get(self, key: str, *, again: bool = False) -> Result[Any] | None:
        """Return the result and mark it as used; None when it is not here."""
        with self._here():
            entry = self._entries.get(key)
            if entry is None:
                self._misses += not again
                return None
            self._hits += not again
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: str, result: Result[Any]) -> None:
        """Keep a result, unless it is larger than the bound by itself."""
        if not self._max_bytes:
            return
        size = size_bytes(result)
        with self._here():
            self._drop(key)
            if size > self._max_bytes:
                return
            self._entries[key] = (result, size)
            self._size += size
            while self._size > self._max_bytes:
                self._drop(next(iter(self._entries)))
                self._evictions += 1

    def _here(self) -> threading.Lock:
        """Return the lock; a forked child gets its own, since its parent's may be held by a thread it does not have."""
        if self._pid != os.getpid():
            # What such a thread left half done is not trusted.
            if self._lock.locked():
                self._entries, self._size = OrderedDict(), 0
            self._lock, self._pid = threading.Lock(), os.getpid()
        return self._lock

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry[1]

    def clear(self) -> None:
        """Forget every result; the counters stay."""
        with self._here():
            self._entries.clear()
            self._size = 0

    def stats(self) -> tuple[CacheStats, ...]:
        """Return how full it is and how it was used."""
        with self._here():
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
    total = sys.getsizeof(value)
    stack: list[Iterable[Any]] = [(value,)]
    while stack:
        for item in stack.pop():
            parts = _parts(item)
            total += sum(map(sys.getsizeof, parts))
            # Most containers hold leaves only, and those are added up without a look at each.
            if not _LEAVES.issuperset(map(type, parts)):
                stack.append(parts)
    return total


def _parts(item: Any) -> Sequence[Any]:
    """Return what a value holds: keys and values, items, or fields."""
    kind = item.__class__
    if kind in _LEAVES:
        return ()
    if kind is tuple or is_sequence(item):
        return cast("Sequence[Any]", item)
    if is_mapping(item):
        return [*item, *item.values()]
    return _fields_of(kind)(item)


@cache
def _fields_of(kind: Hashable) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the fields of an attrs object; of anything else there is nothing to give."""
    made = cast("type[Any]", kind)
    names = [each.name for each in attrs.fields(made)] if attrs.has(made) else []
    if len(names) > 1:
        return cast("Callable[[Any], tuple[Any, ...]]", attrgetter(*names))
    return lambda item: tuple([getattr(item, name) for name in names])


_LEAVES = frozenset((type(None), bool, int, float, str, bytes, datetime))
