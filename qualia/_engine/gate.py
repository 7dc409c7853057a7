"""The bulkhead of a plugin: so many of its calls at once, so many that wait, and no more.

See M. Nygard, "Release It!", 2nd ed., ch. 5 (Bulkheads).
"""

from __future__ import annotations

import os
import threading

from qualia.cancel import Control
from qualia.errors import PluginBusy

_LOOK_UP_S = 0.5


class Gate:
    """Lets a number of calls through at the same time; further ones wait for their turn.

    Args:
        plugin: whose calls they are, for the error.
        most: calls at the same time.
        waiting: calls that may wait; None for eight times ``most``.
    """

    def __init__(self, plugin: str, most: int, *, waiting: int | None = None) -> None:
        self._plugin: str = plugin
        self._most: int = most
        self._room: int = 8 * most if waiting is None else waiting
        self._pid: int = os.getpid()
        self._turn: threading.Condition = threading.Condition()
        self._inside: int = 0
        self._waiting: int = 0

    @property
    def inside(self) -> int:
        """How many calls are under way."""
        return self._inside

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return self._waiting

    def enter(self, control: Control) -> None:
        """Wait for a place; report the end with `leave`.

        Raises:
            PluginBusy: too many wait already.
            QualiaError: what `Control.check` raises once the run is over.
        """
        if self._pid != os.getpid():
            # A forked child has none of the calls that were under way.
            self.__init__(self._plugin, self._most, waiting=self._room)  # type: ignore[misc]
        with self._turn:
            if self._inside >= self._most:
                self._wait(control)
            self._inside += 1

    def leave(self) -> None:
        """Give a place free."""
        with self._turn:
            self._inside -= 1
            self._turn.notify()

    def _wait(self, control: Control) -> None:
        if self._waiting >= self._room:
            raise PluginBusy(self._plugin, self._inside, self._waiting)
        off = control.when_over(self._wake)
        self._waiting += 1
        try:
            while self._inside >= self._most:
                remaining_s = control.remaining_s
                self._turn.wait(_LOOK_UP_S if remaining_s is None else min(_LOOK_UP_S, remaining_s))
                control.check()
        except BaseException:
            # Somebody else may take the turn this one was woken for.
            self._turn.notify()
            raise
        finally:
            self._waiting -= 1
            off()

    def _wake(self) -> None:
        with self._turn:
            self._turn.notify_all()
