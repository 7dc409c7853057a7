"""Who hears of a breaker's changes: every change once, in order, outside any lock."""

from __future__ import annotations

import os
from collections.abc import Callable

from qualia._engine.breaker.lock import ForkSafe
from qualia._engine.breaker.policy import CircuitChange
from qualia.events import tell_safely

Listener = Callable[[CircuitChange], object]


class Listeners(ForkSafe):
    """Collects changes and tells them. One thread tells at a time, and tells what others add meanwhile."""

    __slots__ = ("_listeners", "_queue", "_teller")

    def __init__(self) -> None:
        super().__init__()
        # Each adding is a tuple of its own, so that taking one off never takes off another of the same listener.
        self._listeners: tuple[tuple[Listener], ...] = ()
        self._queue: tuple[CircuitChange, ...] = ()
        # The process whose thread is telling; a forked child must not wait for a thread it does not have.
        self._teller: int | None = None

    def add(self, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` from now on; the returned function takes it off again."""
        added = (listener,)
        with self._locked():
            self._listeners = (*self._listeners, added)

        def remove() -> None:
            with self._locked():
                self._listeners = tuple(each for each in self._listeners if each is not added)

        return remove

    def note(self, change: CircuitChange) -> None:
        """Put a change at the end of the queue."""
        with self._locked():
            self._queue = (*self._queue, change)

    def tell(self) -> None:
        """Tell what is queued, unless another thread is at it."""
        while self._queue:
            with self._locked():
                if self._teller == os.getpid() or not self._queue:
                    return
                self._teller = os.getpid()
                change, *rest = self._queue
                self._queue = tuple(rest)
            try:
                for (listener,) in self._listeners:
                    tell_safely(listener, change)
            finally:
                self._teller = None
