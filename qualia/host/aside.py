"""Work of one client that is done beside its other requests: a few pieces at a time, in threads that end with it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress


class Aside:
    """Does pieces of work, some at once; whoever brings more than may wait, waits.

    Args:
        at_once: pieces under way at the same time.
        waiting: how many more may wait.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._at_once: int = at_once
        self._most_waiting: int = waiting
        self._waiting: deque[Callable[[], object]] = deque()
        self._threads: set[threading.Thread] = set()
        self._turn: threading.Condition = threading.Condition()
        self._is_over: bool = False

    def do(self, work: Callable[[], object]) -> None:
        """Do something soon; this waits while too much waits, and does nothing once it is over."""
        with self._turn:
            self._turn.wait_for(lambda: self._is_over or len(self._waiting) < self._most_waiting)
            if self._is_over:
                return
            if len(self._threads) < self._at_once:
                thread = threading.Thread(target=self._work, name="qualia-host-aside", daemon=True)
                # It waits for its turn.
                with suppress(RuntimeError):
                    thread.start()
                    self._threads.add(thread)
            if self._threads:
                self._waiting.append(work)
                return
        # The system has no thread for it.
        work()

    def finish(self) -> None:
        """Begin nothing more; what is under way goes on to its end."""
        with self._turn:
            self._is_over = True
            self._waiting.clear()
            self._turn.notify_all()

    def end(self, by_s: float) -> None:
        """Wait, up to a moment in monotonic seconds, for what is under way."""
        with self._turn:
            threads = [*self._threads]
        for thread in threads:
            thread.join(max(0.0, by_s - time.monotonic()))

    def _work(self) -> None:
        me = threading.current_thread()
        try:
            while True:
                with self._turn:
                    if not self._waiting:
                        self._threads.discard(me)
                        return
                    work = self._waiting.popleft()
                    self._turn.notify_all()
                work()
        finally:
            with self._turn:
                self._threads.discard(me)
