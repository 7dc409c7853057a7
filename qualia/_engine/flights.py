"""The calls under way: who stands where, and which of them take long."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define

from qualia._engine.blame import standing

if TYPE_CHECKING:
    from collections.abc import Generator


@define(eq=False, kw_only=True)
class Flight:
    """One call under way."""

    plugin: str
    folder: Path
    run_id: str
    step: str
    began_s: float
    thread_id: int
    ask: Callable[[], str] | None = None
    """Finds out where it stands when it runs in another process; None when it runs in ``thread_id``."""
    slow_s: float = 0.0
    """After how many seconds it is told of next."""

    @property
    def place(self) -> str:
        """file:line in the plugin's folder where it stands now; empty when it stands elsewhere."""
        return standing(self.thread_id, self.folder) if self.ask is None else self.ask()


class Flights:
    """Knows every call under way. A thread looks after those that take long, as long as there are any.

    Args:
        clock: monotonic time in seconds.
        slow_s: seconds after which a call is told of, and again each time it has taken twice as long; 0 for never.
        tell: told of a call that takes long, and for how many seconds it has.
        is_heard: whether there is anybody to tell; if not, no thread is started.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        slow_s: float,
        tell: Callable[[Flight, float], object],
        is_heard: Callable[[], bool],
    ) -> None:
        self._clock: Callable[[], float] = clock
        self._slow_s: float = slow_s
        self._is_heard: Callable[[], bool] = is_heard
        self._tell: Callable[[Flight, float], object] = tell
        self._flights: dict[int, Flight] = {}
        self._watching: int = 0
        """Process whose watchdog runs; 0 when none does."""
        self._ended: threading.Event = threading.Event()
        self._lock: threading.Lock = threading.Lock()

    @contextmanager
    def flying(self, plugin: str, folder: Path, *, step: str) -> Generator[None]:
        """Know of a call that this thread makes meanwhile."""
        flight = self.begin(plugin, folder, step=step)
        try:
            yield
        finally:
            self.end(flight)

    def begin(
        self, plugin: str, folder: Path, *, run_id: str = "", step: str = "", ask: Callable[[], str] | None = None
    ) -> Flight:
        """Know of a call that this thread makes, or waits for, until `end`."""
        flight = Flight(
            plugin=plugin,
            folder=folder,
            run_id=run_id,
            step=step,
            began_s=self._clock(),
            thread_id=threading.get_ident(),
            ask=ask,
            slow_s=self._slow_s,
        )
        self._flights[id(flight)] = flight
        if self._slow_s and self._watching != os.getpid() and self._is_heard():
            self._watch()
        return flight

    def end(self, flight: Flight) -> None:
        """Know of a call no longer."""
        del self._flights[id(flight)]

    def standing(self, *, run_id: str | None = None, plugin: str | None = None) -> str:
        """Return where the longest call of a run, or of a plugin, stands, as file:line; empty when unknown."""
        flights = list(self._flights.values())
        found = (each.place for each in flights if each.run_id == run_id or each.plugin == plugin)
        return next((place for place in found if place), "")

    def look(self) -> None:
        """Tell of the calls that take long."""
        for flight in list(self._flights.values()):
            took_s = self._clock() - flight.began_s
            if took_s >= flight.slow_s:
                flight.slow_s = 2 * took_s
                self._tell(flight, took_s)

    def close(self) -> None:
        """End the watchdog."""
        self._ended.set()

    def _watch(self) -> None:
        with self._lock:
            if self._watching != os.getpid() and not self._ended.is_set():
                thread = threading.Thread(target=self._keep_watch, name="qualia-watchdog", daemon=True)
                self._watching = os.getpid()
                thread.start()

    def _keep_watch(self) -> None:
        """Look now and then; end when there was nothing to look after."""
        while not self._ended.wait(self._slow_s / 2):
            self.look()
            with self._lock:
                if not self._flights:
                    self._watching = 0
                    return
