"""Calls that failed again and again are refused for a while, so that one poisoned input costs no more time.

A breaker looks at a plugin, this at one call: the same plugin, params and inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from qualia._engine.breaker.lock import ForkSafe
from qualia.errors import Quarantined


class Quarantine(ForkSafe):
    """Remembers which calls failed, the latest of them only. A success, and being forgotten, clears one.

    Args:
        clock: monotonic time in seconds.
        strikes: failures of the same call after which it is refused.
        size: how many calls are remembered; the one that failed longest ago is forgotten first.
    """

    def __init__(self, *, clock: Callable[[], float], strikes: int = 3, size: int = 1024) -> None:
        super().__init__()
        self._clock: Callable[[], float] = clock
        self._strikes: int = strikes
        self._size: int = size
        # Failures so far, and until when the call is refused.
        self._calls: dict[Hashable, tuple[int, float]] = {}

    def __len__(self) -> int:
        """How many calls are remembered."""
        return len(self._calls)

    def check(self, plugin: str, key: Hashable) -> None:
        """Refuse a call that is in quarantine.

        Raises:
            Quarantined: with the seconds left. After them the call is made once; if it fails again it is refused again.
        """
        known = self._calls.get(key)
        if known is None or known[0] < self._strikes:
            return
        left_s = known[1] - self._clock()
        if left_s > 0:
            raise Quarantined(plugin, left_s)

    def failed(self, key: Hashable, *, for_s: float) -> None:
        """Remember that a call failed; the last strike refuses it for ``for_s`` seconds."""
        with self._locked():
            failures = self._calls.pop(key, (0, 0.0))[0] + 1
            self._calls[key] = failures, self._clock() + for_s
            if len(self._calls) > self._size:
                del self._calls[next(iter(self._calls))]

    def worked(self, key: Hashable) -> None:
        """Forget a call's failures."""
        if key in self._calls:
            with self._locked():
                self._calls.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._locked():
            self._calls.clear()
