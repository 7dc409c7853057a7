"""One computation per key: threads wait for the one that began first, processes for the one that holds a lock."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Generic, TypeVar

from qualia._engine.cache.locks import LockFile, shared_lock_file
from qualia.errors import CoreClosed, DeadlineExceeded, QualiaError, RunCancelled

T = TypeVar("T")

_POLL_FIRST_S = 0.002
_POLL_MOST_S = 0.05
_OWN_AFFAIRS = (RunCancelled, DeadlineExceeded, CoreClosed)
"""What ends the leader's run and says nothing about the computation."""


class _Flight(Generic[T]):
    """A computation under way, and the thread that makes it."""

    def __init__(self, check: Callable[[], object] | None) -> None:
        self.leader: int = threading.get_ident()
        self.landed: Future[T] = Future()
        self.holds_lock: bool = False
        self._check: Callable[[], object] | None = check

    @property
    def is_given_up(self) -> bool:
        """Whether the leader's own run is over, though its computation may go on: perhaps it hangs."""
        try:
            if self._check is not None:
                self._check()
        except _OWN_AFFAIRS:
            return True
        return False


class SingleFlight(Generic[T]):
    """Runs a computation once for all callers that ask for its key at the same time.

    Threads share the leader's answer, or the `QualiaError` that the computation raised. When the leader's own run ends
    early (cancelled, out of time, Ctrl-C), the next caller leads, even if the computation hangs. Processes take turns
    through a lock that the system releases when its holder dies; whoever gets it next should look into the cache first.

    Args:
        lock_path: the file of the locks; None for threads only.
        sleep: waits some seconds between two looks at a lock that somebody else holds.
    """

    def __init__(self, lock_path: Path | None, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._lock_path: Path | None = lock_path
        self._sleep: Callable[[float], object] = sleep
        self._pid: int = os.getpid()
        self._lock: threading.Lock = threading.Lock()
        self._flights: dict[str, _Flight[T]] = {}
        self._file: LockFile | None = None

    def do(self, key: str, compute: Callable[[], T], *, check: Callable[[], object] | None = None) -> tuple[T, bool]:
        """Return the answer for a key, and whether this call computed it.

        Args:
            key: what is computed.
            compute: computes it.
            check: called every now and then while this call waits for another, or another waits for it, in that
                other's thread; it raises to give up. None waits for as long as it takes.

        Raises:
            QualiaError: what the computation raised, for every caller that waited for it; or what ``check`` raised.
        """
        while True:
            flight, leads = self._join(key, check)
            if leads:
                return self._lead(key, flight, compute, check), True
            if flight.leader == threading.get_ident():
                # The computation asks for itself: waiting would never end, and computing ends with a RecursionError.
                return compute(), True
            if not _has_landed(flight, check):
                self._forsake(key, flight)
                continue
            error = flight.landed.exception()
            if error is None:
                return flight.landed.result(), False
            if isinstance(error, QualiaError) and not isinstance(error, _OWN_AFFAIRS):
                raise _copied(error) from error.__cause__

    def _join(self, key: str, check: Callable[[], object] | None) -> tuple[_Flight[T], bool]:
        with self._here():
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = _Flight(check)
            return flight, True

    def _here(self) -> threading.Lock:
        """Return the lock. A forked child has its parent's flights, but none of the threads that would land them."""
        if self._pid != os.getpid():
            self._flights, self._file = {}, None
            self._lock, self._pid = threading.Lock(), os.getpid()
        return self._lock

    def _lead(self, key: str, flight: _Flight[T], compute: Callable[[], T], check: Callable[[], object] | None) -> T:
        try:
            with self._turn(key, flight, check):
                value = compute()
        except BaseException as error:
            self._land(key, flight)
            flight.landed.set_exception(error)
            raise
        self._land(key, flight)
        flight.landed.set_result(value)
        return value

    def _land(self, key: str, flight: _Flight[T]) -> bool:
        """Take a flight off, unless that has been done."""
        with self._here():
            if self._flights.get(key) is not flight:
                return False
            del self._flights[key]
            return True

    def _forsake(self, key: str, flight: _Flight[T]) -> None:
        """Wait no more for a leader that was given up: the next caller leads, and has the key's lock if it can."""
        if self._land(key, flight) and flight.holds_lock and self._file is not None:
            flight.holds_lock = False
            self._file.release(key)

    @contextmanager
    def _turn(self, key: str, flight: _Flight[T], check: Callable[[], object] | None) -> Generator[None]:
        """Hold the key's lock; without a file there is nothing to hold."""
        file = self._joined_file()
        if file is None:
            yield
            return
        wait_s = _POLL_FIRST_S
        while not file.acquire(key):
            if check is not None:
                check()
            self._sleep(wait_s)
            wait_s = min(wait_s * 2, _POLL_MOST_S)
        flight.holds_lock = True
        try:
            yield
        finally:
            if flight.holds_lock:
                file.release(key)

    def _joined_file(self) -> LockFile | None:
        if self._lock_path is None:
            return None
        with self._here():
            if self._file is None:
                self._file = shared_lock_file(self._lock_path)
                self._file.join()
            return self._file

    def close(self) -> None:
        """Let go of the lock file."""
        with self._here():
            file, self._file = self._file, None
        if file is not None:
            file.leave()


def _has_landed(flight: _Flight[T], check: Callable[[], object] | None) -> bool:
    """Wait for a flight; return whether it landed, and was not given up."""
    while not flight.landed.done():
        if check is not None:
            check()
        with suppress(TimeoutError):
            flight.landed.exception(_POLL_MOST_S)
            return True
        if flight.is_given_up:
            return False
    return True


def _copied(error: QualiaError) -> QualiaError:
    """Return an equal error, so that one object's traceback does not grow with every caller that raises it."""
    return type(error)(*error.args)
