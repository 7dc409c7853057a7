"""Several places for results as one: the first that has one answers, and those before it learn it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qualia._engine.cache.disk import DiskCache
from qualia._engine.cache.memory import MemoryCache
from qualia.cache import CacheBackend, CacheStats
from qualia.result import Result


def open_tiers(
    *,
    memory_bytes: int,
    state_dir: Path | None,
    disk_bytes: int,
    ttl_s: float | None,
    wall: Callable[[], float],
    warn: Callable[[str], object],
) -> TieredCache:
    """Return a memory cache, before a state folder's ``cache.db`` when there is one and ``disk_bytes`` is not 0."""
    tiers: list[CacheBackend] = [MemoryCache(memory_bytes)]
    if state_dir is not None and disk_bytes:
        tiers.append(DiskCache(state_dir / "cache.db", max_bytes=disk_bytes, wall=wall, warn=warn))
    return TieredCache(tiers, ttl_s=ttl_s, wall=wall)


class TieredCache:
    """Backends from fast to slow.

    Args:
        tiers: the backends.
        ttl_s: seconds after its computation a result may be served for; None for ever.
        wall: seconds since 1970.
    """

    def __init__(
        self,
        tiers: Sequence[CacheBackend],
        *,
        ttl_s: float | None,
        wall: Callable[[], float],
    ) -> None:
        self._tiers: tuple[CacheBackend, ...] = tuple(tiers)
        self._ttl_s: float | None = ttl_s
        self._wall: Callable[[], float] = wall

    def get(self, key: str, *, again: bool = False) -> Result[Any] | None:
        """Return the result of the first tier that has one not too old; None when none has.

        A tier's counters tell what it had, too old or not.
        """
        for number, tier in enumerate(self._tiers):
            result = tier.get(key, again=again)
            # A slower tier may have a younger one, which another process computed.
            if result is not None and not self._is_too_old(result):
                for faster in self._tiers[:number]:
                    faster.put(key, result)
                return result
        return None

    def _is_too_old(self, result: Result[Any]) -> bool:
        """Tell whether a result has outlived its time; one from the future has, since the clock went back."""
        if self._ttl_s is None:
            return False
        age_s = self._wall() - result.provenance.started_at.timestamp()
        return not 0 <= age_s < self._ttl_s

    def put(self, key: str, result: Result[Any]) -> None:
        """Keep a result in every tier."""
        for tier in self._tiers:
            tier.put(key, result)

    def clear(self) -> None:
        """Clear every tier."""
        for tier in self._tiers:
            tier.clear()

    def stats(self) -> tuple[CacheStats, ...]:
        """Return one row for each tier."""
        return tuple(row for tier in self._tiers for row in tier.stats())

    def close(self) -> None:
        """Close every tier."""
        for tier in self._tiers:
            tier.close()
