"""When a client tries again, and when it takes silence for trouble."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from attrs import frozen


@frozen(kw_only=True)
class Timing:
    """How patient a client is."""

    first_s: float = 0.05
    """Pause before the second attempt to connect; each later one is twice as long."""
    most_s: float = 0.8
    """Longest pause. It stays short, because a host that is back shall be seen within a second."""
    beat_s: float = 1.0
    """Seconds after which a host that has nothing to say sends a sign of life."""
    stale_s: float = 1.7
    """Seconds of silence after which what is known may be out of date."""
    lost_s: float = 60.0
    """Seconds of silence after which the link is given up and made anew."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    """Monotonic time in seconds."""

    def pause_s(self, attempt: int) -> float:
        """Return how long to wait after an attempt, counted from 0, that failed."""
        return float(min(self.most_s, self.first_s * 2 ** min(attempt, 10)))
