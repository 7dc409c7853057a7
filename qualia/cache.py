"""What a place for results can do. Give a Core one of your own with ``Core(cache=...)``."""

from __future__ import annotations

from typing import Any, Protocol

from attrs import frozen

from qualia.result import Result


@frozen(kw_only=True)
class CacheStats:
    """What a cache holds and how it was used since it was opened."""

    name: str
    """Which cache: "memory", "disk" ..."""
    entries: int
    size_bytes: int
    """Memory or file space of the entries, estimated."""
    max_bytes: int
    hits: int
    misses: int
    evictions: int
    damaged: int = 0
    """Entries or files found damaged; each was a miss and is gone."""
    errors: int = 0
    """Times the place could not be read or written; each was a miss."""


class CacheBackend(Protocol):
    """Results by key, safe to share between threads. No method raises for trouble with the place: that is a miss."""

    def get(self, key: str, *, again: bool = False) -> Result[Any] | None:
        """Return the result kept under a key; None when there is none, or it is damaged.

        ``again`` says that this is a second look for the same call, which no counter counts.
        """
        ...

    def put(self, key: str, result: Result[Any]) -> None:
        """Keep a result, if it fits."""
        ...

    def clear(self) -> None:
        """Forget everything, even when what is kept cannot be read any more."""
        ...

    def stats(self) -> tuple[CacheStats, ...]:
        """Return how full it is and how it was used, one row for each place."""
        ...

    def close(self) -> None:
        """Let go of files; closing twice is fine."""
        ...
