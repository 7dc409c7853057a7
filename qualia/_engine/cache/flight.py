"""One computation per key: threads wait for the one that began first, processes for the one that holds a lock."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from qualia.errors import QualiaError

T = TypeVar("T")

_POLL_FIRST_S = 0.002
_POLL_MOST_S = 0.05


class SingleFlight(Generic[T]):
    """Runs a computation once for all callers that ask for its key at the same time.

    Threads share the leader's answer, or its `QualiaError`; anything else the leader raises (a cancelled call, Ctrl-C)
    is its own affair and the next caller leads. Processes take turns through a lock on one byte of a file, which the
    system releases when its holder dies; whoever gets it next should look into the cache first.

    Args:
        lock_path: the file; None for threads only.
        sleep: waits some seconds between two looks at a lock that another process holds.
    """

    def __init__(self, lock_path: Path | None, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._lock_path: Path | None = lock_path
        self._sleep: Callable[[float], object] = sleep
        self._lock: threading.Lock = threading.Lock()
        self._flights: dict[str, Future[T]] = {}
        self._pid: int = os.getpid()
        self._file: int | None = None

    def do(self, key: str, compute: Callable[[], T]) -> tuple[T, bool]:
        """Return the answer for a key, and whether this call computed it.

        Raises:
            QualiaError: what the computation raised, for every caller that waited for it.
        """
        while True:
            flight, leads = self._join(key)
            if leads:
                return self._lead(key, flight, compute), True
            error = flight.exception()
            if error is None:
                return flight.result(), False
            if isinstance(error, QualiaError):
                raise _copied(error) from error.__cause__

    def _join(self, key: str) -> tuple[Future[T], bool]:
        with self._lock:
            if self._pid != os.getpid():
                # A forked child has its parent's flights, but none of the threads that would land them.
                self._flights, self._pid, self._file = {}, os.getpid(), None
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Future()
            return flight, True

    def _lead(self, key: str, flight: Future[T], compute: Callable[[], T]) -> T:
        try:
            with self._turn(key):
                value = compute()
        except BaseException as error:
            self._land(key)
            flight.set_exception(error)
            raise
        self._land(key)
        flight.set_result(value)
        return value

    def _land(self, key: str) -> None:
        with self._lock:
            self._flights.pop(key, None)

    @contextmanager
    def _turn(self, key: str) -> Generator[None]:
        """Hold the key's byte of the lock file; without a file there is nothing to hold."""
        file = self._open()
        if file is None:
            yield
            return
        offset, wait_s = int(key[:7], 16), _POLL_FIRST_S
        while not _try_lock(file, offset):
            self._sleep(wait_s)
            wait_s = min(wait_s * 2, _POLL_MOST_S)
        try:
            yield
        finally:
            _unlock(file, offset)

    def _open(self) -> int | None:
        if self._lock_path is None:
            return None
        with self._lock:
            if self._file is None:
                try:
                    self._lock_path.parent.mkdir(parents=True, exist_ok=True)
                    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
                    self._file = os.open(self._lock_path, flags, 0o600)
                except OSError:
                    # Computing twice is dearer, never wrong; the cache in the same folder has told about it.
                    return None
            return self._file

    def close(self) -> None:
        """Let go of the lock file."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            os.close(file)


def _copied(error: QualiaError) -> QualiaError:
    """Return an equal error, so that one object's traceback does not grow with every caller that raises it."""
    return type(error)(*error.args)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int, offset: int) -> bool:
        os.lseek(file, offset, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: int, offset: int) -> None:
        os.lseek(file, offset, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import errno
    import fcntl

    def _try_lock(file: int, offset: int) -> bool:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError as error:
            # A file system without locks lets everybody through.
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        return True

    def _unlock(file: int, offset: int) -> None:
        try:
            fcntl.lockf(file, fcntl.LOCK_UN, 1, offset)
        except OSError:
            return
