"""What breakers know of each other: how many of them are open, so that they never switch off everything at once.

See Envoy's "panic threshold" and ``max_ejection_percent`` (envoyproxy.io, "Outlier detection").
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakSet

from qualia._engine.breaker.lock import ForkSafe


class Board(ForkSafe):
    """Says whether one more of some breakers may open. One always may; forcing one open asks nobody.

    Args:
        size: how many things are guarded, asked whenever one is about to open.
        share: the largest share of them that may be open at once, from 0 to 1.
    """

    def __init__(self, *, size: Callable[[], int], share: float) -> None:
        super().__init__()
        self._size: Callable[[], int] = size
        self._share: float = share
        # Weak, so that a breaker that is dropped while open frees its place.
        self._open: WeakSet[object] = WeakSet()

    @property
    def full(self) -> bool:
        """Whether no further breaker may open."""
        return len(self._open) >= max(1, int(self._size() * self._share))

    def may_open(self, breaker: object) -> bool:
        """Give a breaker one of the places, or let it keep its own; False when there is none left."""
        with self._locked():
            if breaker in self._open:
                return True
            if self.full:
                return False
            self._open.add(breaker)
            return True

    def leave(self, breaker: object) -> None:
        """Give a breaker's place free; one that has none is fine."""
        with self._locked():
            self._open.discard(breaker)
