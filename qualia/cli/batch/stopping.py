"""Ctrl-C and SIGTERM: the first asks for an end, the second leaves at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether somebody asked for an end, as long as its block lasts.

    Outside of the main thread signals are nobody's to hear, and it is never asked.

    Attributes:
        code: what to end with, 130 or 143; None while nobody asked.

    Args:
        wake: called at the first signal, within its handler.
        leave: called at the second one; it does not return.
    """

    def __init__(self, wake: Callable[[], None], leave: Callable[[int], None] = os._exit) -> None:
        self.code: int | None = None
        self._wake: Callable[[], None] = wake
        self._leave: Callable[[int], None] = leave
        self._is_halted: bool = False
        self._before: dict[int, Any] = {}

    @property
    def is_asked(self) -> bool:
        """Whether no further work should begin."""
        return self.code is not None or self._is_halted

    def halt(self) -> None:
        """Ask for an end because of something else than a signal."""
        self._is_halted = True

    def hear(self, number: int, _frame: FrameType | None = None) -> None:
        """Take note of a signal."""
        if self.code is not None:
            self._leave(128 + number)
            return
        self.code = 128 + number
        self._wake()

    def __enter__(self) -> Self:
        """Begin to listen."""
        if threading.current_thread() is threading.main_thread():
            for each in _SIGNALS:
                self._before[each] = signal.signal(each, self.hear)
        return self

    def __exit__(self, *_how: object) -> None:
        """Leave signals to whoever heard them before."""
        for each, before in self._before.items():
            signal.signal(each, signal.SIG_DFL if before is None else before)
        self._before.clear()
