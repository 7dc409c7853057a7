"""Results by key: in memory, on disk, or wherever a backend keeps them."""

from qualia._engine.cache.disk import DiskCache
from qualia._engine.cache.flight import SingleFlight
from qualia._engine.cache.memory import MemoryCache, size_bytes
from qualia._engine.cache.tiers import TieredCache, open_tiers

__all__ = [
    "DiskCache",
    "MemoryCache",
    "SingleFlight",
    "TieredCache",
    "open_tiers",
    "size_bytes",
]
