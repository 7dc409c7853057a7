"""A lock that works on in a child made by ``os.fork``."""

from __future__ import annotations

import os
import threading


class ForkSafe:
    """Something with a lock that a forked child finds free, whoever held it in the parent.

    The process number is compared at each use. A callback of ``os.register_at_fork`` could not be taken back and would
    outlive its object.
    """

    __slots__ = ("_lock", "_pid")

    def __init__(self) -> None:
        self._lock: threading.Lock = threading.Lock()
        self._pid: int = os.getpid()

    def _locked(self) -> threading.Lock:
        """Return the lock, to be taken with ``with``."""
        if self._pid != os.getpid():
            self._lock, self._pid = threading.Lock(), os.getpid()
        return self._lock
