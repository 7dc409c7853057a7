"""A circuit breaker: closed, open after consecutive failures, half-open with one probe.

Every call is admitted into an *era*, the stretch between two changes of state, and reports back with it. A report
from an era that is over changes nothing, so a slow call from before an outage can neither close nor open the circuit.
See M. Nygard, "Release It!", 2nd ed., ch. 5 (Circuit Breaker).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum

from qualia.errors import CircuitOpen


class State(StrEnum):
    """Whether calls pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Era:
    """The stretch between two changes of state."""

    __slots__ = ("began_s", "failures", "probe_since_s", "state")

    def __init__(self, state: State, began_s: float) -> None:
        self.state: State = state
        self.began_s: float = began_s
        """Monotonic time it began, in seconds."""
        self.failures: int = 0
        """Consecutive failures so far."""
        self.probe_since_s: float | None = None
        """When the probe under way began; None when there is none."""


class CircuitBreaker:
    """One plugin's breaker. No lock is held while plugin code or a listener runs.

    Args:
        name: the plugin's id, for the error.
        max_failures: consecutive failures that open it.
        open_s: seconds it stays open, and after which a probe that never came back is given up.
        clock: monotonic time in seconds.
        on_move: told the old and the new state after each change.
    """

    def __init__(
        self,
        name: str,
        *,
        max_failures: int,
        open_s: float,
        clock: Callable[[], float],
        on_move: Callable[[State, State], object],
    ) -> None:
        self._name: str = name
        self._max_failures: int = max_failures
        self._open_s: float = open_s
        self._clock: Callable[[], float] = clock
        self._on_move: Callable[[State, State], object] = on_move
        self._lock: threading.Lock = threading.Lock()
        self._era: Era = Era(State.CLOSED, clock())

    @property
    def state(self) -> State:
        """Whether calls pass now. An open breaker whose time is over says half-open only when a probe is admitted."""
        return self._era.state

    @property
    def failures(self) -> int:
        """Consecutive failures of the current closed era; 0 otherwise."""
        return self._era.failures

    def admit(self) -> Era:
        """Let a call through, or refuse it at once; the era returned is what the call reports back with.

        Raises:
            CircuitOpen: it is open, or half-open with its probe under way.
        """
        era = self._era
        if era.state is State.CLOSED:
            return era
        with self._lock:
            before, era = self._era, self._admitted()
        self._tell(before.state, era.state)
        return era

    def _admitted(self) -> Era:
        era, now = self._era, self._clock()
        if era.state is State.CLOSED:
            return era
        since = era.began_s if era.state is State.OPEN else era.probe_since_s
        if since is not None and now - since < self._open_s:
            raise CircuitOpen(self._name, since + self._open_s - now)
        self._era = Era(State.HALF_OPEN, now)
        self._era.probe_since_s = now
        return self._era

    def succeeded(self, era: Era) -> None:
        """Report that an admitted call worked."""
        if era.state is State.CLOSED and era.failures == 0:
            return
        with self._lock:
            if era is not self._era:
                return
            if era.state is State.CLOSED:
                era.failures = 0
                return
            self._era = Era(State.CLOSED, self._clock())
        self._tell(era.state, State.CLOSED)

    def failed(self, era: Era) -> None:
        """Report that an admitted call failed."""
        with self._lock:
            if era is not self._era:
                return
            era.failures += 1
            if era.state is State.CLOSED and era.failures < self._max_failures:
                return
            self._era = Era(State.OPEN, self._clock())
        self._tell(era.state, State.OPEN)

    def released(self, era: Era) -> None:
        """Report that an admitted call says nothing about the plugin: it was cancelled, or its input was bad."""
        with self._lock:
            if era is self._era:
                era.probe_since_s = None

    def reset(self) -> None:
        """Close it and forget the failures; calls under way no longer count."""
        with self._lock:
            before, self._era = self._era, Era(State.CLOSED, self._clock())
        self._tell(before.state, State.CLOSED)

    def _tell(self, before: State, after: State) -> None:
        if before is not after:
            self._on_move(before, after)
