"""How a thread waits for others: until they are done, until it is told to stop, or until the time is over."""

from __future__ import annotations

from collections.abc import Collection, Generator
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from contextlib import contextmanager, suppress
from typing import Any

from qualia.cancel import Control

_LOOK_UP_S = 0.5


def wait_for_one(futures: Collection[Future[Any]], control: Control, *, at_most_s: float | None = None) -> None:
    """Wait until one of them is done, the run's time is over, or it is time to see whether Ctrl-C was pressed.

    A signal that comes just before a thread begins to wait does not wake it, and on Windows none does.

    Args:
        futures: what is waited for.
        control: the run.
        at_most_s: seconds after which to return in any case; None for the run's own time.
    """
    bounds = (_LOOK_UP_S, control.remaining_s, at_most_s)
    timeout_s = min(each for each in bounds if each is not None)
    wait(futures, timeout=max(0.0, timeout_s), return_when=FIRST_COMPLETED)


@contextmanager
def when_over(control: Control) -> Generator[Future[None]]:
    """Give a future that is done once the run's token is cancelled or its Core closed."""
    over: Future[None] = Future()

    def tell() -> None:
        # Both may happen, in two threads at once.
        with suppress(InvalidStateError):
            over.set_result(None)

    off = control.when_over(tell)
    try:
        yield over
    finally:
        off()
