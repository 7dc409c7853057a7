"""The breakers of one Core: one for each plugin, what they know of each other, and the calls in quarantine."""

from __future__ import annotations

from collections.abc import Callable

from qualia._engine.breaker.board import Board
from qualia._engine.breaker.listeners import Listener
from qualia._engine.breaker.lock import ForkSafe
from qualia._engine.breaker.machine import CircuitBreaker
from qualia._engine.breaker.policy import BreakerPolicy, State
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
        self._breakers: dict[str, dict[int, CircuitBreaker]] = {}

    def breaker(self, plugin: str, policy: Callable[[], BreakerPolicy], *, generation: int = 1) -> CircuitBreaker:
        """Return the breaker of one generation of a plugin; ``policy`` is asked only when there is none yet.

        What an older generation did says nothing about a newer one, so that begins with nothing counted; on trial, if
        the circuit of the one before it is open. What somebody set by hand stays.
        """
        known = self._breakers.get(plugin, {}).get(generation)
        if known is not None:
            return known
        with self._locked():
            made = self._breakers.setdefault(plugin, {})
            known = made.get(generation)
            if known is None:
                older = [each for each in made if each < generation]
                known = made[generation] = self._renewed(plugin, policy(), made[max(older)].state if older else None)
        return known

    def forget(self, plugin: str, generation: int) -> None:
        """Drop the breaker of a generation that is no more."""
        with self._locked():
            self._breakers.get(plugin, {}).pop(generation, None)

    def _renewed(self, plugin: str, policy: BreakerPolicy, before: State | None) -> CircuitBreaker:
        on_trial = before in (State.OPEN, State.HALF_OPEN)
        made = CircuitBreaker(plugin, policy, clock=self._clock, board=self._board, on_trial=on_trial)
        if before is State.FORCED_OPEN:
            made.force_open()
        elif before is State.DISABLED:
            made.disable()
        made.subscribe(self._tell)
        return made
