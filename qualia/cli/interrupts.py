"""Ctrl-C: said at once, cleaned up within two seconds; a second one leaves now."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

GRACE_S = 2.0
"""After so many seconds nobody waits for the cleaning up any more."""
_CODE = 130


class Interrupts:
    """Hears Ctrl-C for as long as a command runs.

    Args:
        sentence: returns what is told, in the language spoken.
        leave: ends the process without waiting for anything.
    """

    def __init__(self, sentence: Callable[[], str], *, leave: Callable[[int], NoReturn] = os._exit) -> None:
        self._sentence: Callable[[], str] = sentence
        self._leave: Callable[[int], NoReturn] = leave
        self._call_off: Callable[[], None] | None = None
        self.is_told: bool = False

    def __call__(self, _number: int, _frame: FrameType | None) -> NoReturn:
        """Tell of the first one and let the command clean up; end the process at the second one.

        Raises:
            KeyboardInterrupt: always.
        """
        if self._call_off is not None:
            self._leave(_CODE)
        import threading

        timer = threading.Timer(GRACE_S, self._leave, args=(_CODE,))
        timer.daemon = True
        timer.start()
        self._call_off = timer.cancel
        self.tell()
        raise KeyboardInterrupt

    def tell(self) -> None:
        """Say that it was interrupted, once."""
        if self.is_told or sys.stderr is None:
            return
        self.is_told = True
        # Behind the ^C of the terminal, or what was on that line, a line of its own.
        begun = "\n" if sys.stderr.isatty() else ""
        line = f"{begun}qualia: {self._sentence()}\n"
        try:
            # Not through the stream: the signal may have come while it was being written to.
            os.write(sys.stderr.fileno(), line.encode(sys.stderr.encoding or "utf-8", "backslashreplace"))
        except (AttributeError, OSError, ValueError):
            sys.stderr.write(line)

    def over(self) -> None:
        """Call off the end: the command is through."""
        if self._call_off is not None:
            self._call_off()


@contextmanager
def hearing(interrupts: Interrupts) -> Generator[None, None, None]:
    """Hear Ctrl-C as long as the block lasts, in the main thread of a process in which nobody else does."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler and not isinstance(before, Interrupts):
        yield
        return
    try:
        signal.signal(signal.SIGINT, interrupts)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        interrupts.over()
        signal.signal(signal.SIGINT, before)
