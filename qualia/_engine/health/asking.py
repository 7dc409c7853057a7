"""Questions that may take long or for ever, asked all at once and waited for as long as a look may take.

Each question has one thread at most: one that is still asked is not asked again, so whatever hangs costs one thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

from attrs import field, frozen

from qualia._engine.threads import Threads

T = TypeVar("T")


@frozen
class Answered(Generic[T]):
    """What became of a question."""

    value: T | None = None
    """None when there is no answer."""
    error: BaseException | None = field(default=None, kw_only=True)
    """What asking raised; None when it raised nothing."""
    waited_s: float | None = field(default=None, kw_only=True)
    """How long it has been asked for without an answer; None when there is one."""


class Asking(Generic[T]):
    """Asks questions by key.

    Args:
        within_s: how long a look may take, in seconds, however many questions there are.
        clock: monotonic time in seconds.
    """

    def __init__(self, *, within_s: float, clock: Callable[[], float]) -> None:
        self._within_s: float = within_s
        self._clock: Callable[[], float] = clock
        self._threads: Threads = Threads("qualia-health")
        self._pid: int = os.getpid()
        self._open: dict[str, tuple[Future[T], float]] = {}

    def ask(self, questions: Mapping[str, Callable[[], T]]) -> dict[str, Answered[T]]:
        """Ask everything that is not being asked, and return what became of each question; one thread at a time."""
        if self._pid != os.getpid():
            # A forked child has its parent's questions, but not the threads that answer them.
            self._pid, self._open = os.getpid(), {}
        # What was late for the look before is asked anew: its answer is old.
        self._open = {key: each for key, each in self._open.items() if not each[0].done()}
        new = {
            key: (self._threads.submit(ask), self._clock()) for key, ask in questions.items() if key not in self._open
        }
        self._open |= new
        # What hung before is not waited for again.
        wait([future for future, _began_s in new.values()], timeout=self._within_s)
        answers = {key: self._became(*self._open[key]) for key in questions}
        # What was raised would pin the frames it passed through.
        self._open = {key: each for key, each in self._open.items() if not each[0].done()}
        return answers

    def _became(self, future: Future[T], began_s: float) -> Answered[T]:
        if not future.done():
            return Answered(waited_s=max(self._clock() - began_s, 0.0))
        error = future.exception()
        return Answered(error=error) if error is not None else Answered(future.result())

    def close(self) -> None:
        """Let the threads go; what hangs is left behind."""
        self._threads.shutdown(wait=False)
