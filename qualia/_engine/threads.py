"""Threads that are kept and used again.

The standard pool joins its threads when the interpreter ends, so one plugin that hangs would keep the program from
ending; and it never replaces a thread that is stuck, so a few of those would starve every later run. These threads are
daemons, and one that is stuck is simply not idle: work that finds no idle thread starts another.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Job = tuple[Future[Any], Callable[[], Any]]

_IDLE_S = 30.0
_JOIN_S = 1.0


class _Crew:
    """What the threads of one pool share; it does not know the pool, so a forgotten pool can be collected."""

    def __init__(self) -> None:
        self.pid: int = os.getpid()
        self.turn: threading.Condition = threading.Condition()
        self.jobs: deque[Job] = deque()
        self.threads: dict[threading.Thread, bool] = {}
        """Whether each runs something now."""
        self.idle: int = 0
        self.closed: bool = False

    def work(self) -> None:
        """Do one job after the other; return when closed, or after a while without any."""
        me = threading.current_thread()
        while True:
            with self.turn:
                self.idle += 1
                called = self.turn.wait_for(lambda: self.jobs or self.closed, _IDLE_S)
                self.idle -= 1
                if not called or not self.jobs:
                    del self.threads[me]
                    return
                future, action = self.jobs.popleft()
                self.threads[me] = True
            if future.set_running_or_notify_cancel():
                with _Answer(future) as answer:
                    answer.value = action()
                # Before the answer is told: whoever hears it may close the pool, and then waits for this thread.
                self.threads[me] = False
                answer.tell()
                del answer
            # Whoever waits for the next job must not keep this one's result alive.
            del future, action


class _Answer:
    """What an action gave or raised. Whatever it raised is its caller's, who waits in another thread."""

    def __init__(self, future: Future[Any]) -> None:
        self._future: Future[Any] = future
        self._error: BaseException | None = None
        self.value: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self._error = error
        return True

    def tell(self) -> None:
        """Give it to the caller."""
        if self._error is not None:
            self._future.set_exception(self._error)
        else:
            self._future.set_result(self.value)


class Threads(Executor):
    """Runs calls in daemon threads, each started when there is no idle one.

    Args:
        name: what the threads are called.
        most: threads at the same time, further calls wait; None for as many as there are calls.
    """

    def __init__(self, name: str, *, most: int | None = None) -> None:
        self._name: str = name
        self._most: int | None = most
        self._crew: _Crew = _Crew()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call in a thread; a forked child gets threads of its own.

        Raises:
            RuntimeError: it was shut down.
        """
        crew = self._crew
        if crew.pid != os.getpid():
            crew = self._crew = _Crew()
        future: Future[T] = Future()
        with crew.turn:
            if crew.closed:
                raise RuntimeError("the threads were shut down")
            crew.jobs.append((future, lambda: fn(*args, **kwargs)))
            if crew.idle >= len(crew.jobs):
                crew.turn.notify()
            elif self._most is None or len(crew.threads) < self._most:
                self._start(crew)
        return future

    def _start(self, crew: _Crew) -> None:
        thread = threading.Thread(target=crew.work, name=self._name, daemon=True)
        crew.threads[thread] = False
        try:
            thread.start()
        except RuntimeError:
            del crew.threads[thread]
            if not crew.threads:
                crew.jobs.pop()
                raise

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. Idle threads are waited for, when wanted; those that run something are not."""
        crew = self._crew
        if crew.pid != os.getpid():
            return
        with crew.turn:
            crew.closed = True
            dropped = list(crew.jobs) if cancel_futures else []
            if cancel_futures:
                crew.jobs.clear()
            idle = [thread for thread, is_running in crew.threads.items() if not is_running]
            crew.turn.notify_all()
        for future, _ in dropped:
            future.cancel()
        until_s = time.monotonic() + _JOIN_S
        for thread in idle if wait else ():
            if thread is not threading.current_thread():
                thread.join(max(0.0, until_s - time.monotonic()))

    def __del__(self) -> None:
        """Let the threads of a forgotten pool end."""
        self.shutdown(wait=False)
