"""The breakers of one Core: one for each plugin, what they know of each other, and the calls in quarantine."""

from __future__ import annotations

from collections.abc import Callable

from qualia._engine.breaker.board import Board
from qualia._engine.breaker.listeners import Listener
from qualia._engine.breaker.lock import ForkSafe
from qualia._engine.breaker.machine import CircuitBreaker
from qualia._engine.breaker.policy import BreakerPolicy
from qualia._engine.breaker.quarantine import Quarantine


class Circuits(ForkSafe):
    """Makes a plugin's breaker when it is first asked for.

    Args:
        clock: monotonic time in seconds.
        size: how many plugins there are.
        tell: told each change of each breaker.
        share: the largest share of the plugins that may be switched off at once; one always may.
    """

    def __init__(
        self, *, clock: Callable[[], float], size: Callable[[], int], tell: Listener, share: float = 0.5
    ) -> None:
        super().__init__()
        self.quarantine: Quarantine = Quarantine(clock=clock)
        """The calls that are refused for a while."""
        self._clock: Callable[[], float] = clock
        self._tell: Listener = tell
        self._board: Board = Board(size=size, share=share)
        self._breakers: dict[str, CircuitBreaker] = {}

    def breaker(self, plugin: str, policy: Callable[[], BreakerPolicy]) -> CircuitBreaker:
        """Return a plugin's breaker; ``policy`` is asked only when there is none yet."""
        known = self._breakers.get(plugin)
        if known is not None:
            return known
        made = CircuitBreaker(plugin, policy(), clock=self._clock, board=self._board)
        with self._locked():
            known = self._breakers.setdefault(plugin, made)
        if known is made:
            made.subscribe(self._tell)
        return known
