"""The driver of the console: it waits for keys without looking ten times a second, and knows when nobody reads.

Textual's own driver for Linux and macOS asks for keys every 0.1 s, which is most of what an idle console costs and most
of the time it takes to leave; and whoever sends to a terminal that is not read waits there with the whole screen.
"""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder
from contextlib import suppress
from threading import Event
from typing import Any

from textual._parser import ParseEOF, ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from qualia_tui.terminal.pasted import Pasted

_MOST_WAITING = 12
"""Writes that may wait for the terminal before painting pauses; Textual itself stops at 30, with everything."""
_LEAVES_WITHIN_S = 1.0
"""Seconds that a terminal is given to take the last bytes."""
_PENDING_S = 0.025
"""Seconds between two looks while the beginning of a sequence waits for its end."""
_UNHURRIED_S = 30.0
_HUNG_UP = 129
"""What a program ends with whose line was dropped."""


class _Waking(Event):
    """An event that wakes whoever waits for a file, too."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def set(self) -> None:
        """Set it, and wake."""
        super().set()
        with suppress(OSError):
            os.write(self._descriptor, b"!")


class SparingDriver(LinuxDriver):
    """Textual's driver, waiting without polling and without ever being stuck.

    Attributes:
        is_stuck: whether the terminal did not take the last bytes; threads still wait for it.
        starts: how often the terminal was taken over.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # pyright: ignore[reportUnknownMemberType]
        self.is_stuck: bool = False
        self.starts: int = 0
        self._woken, waking = os.pipe()
        self.exit_event = _Waking(waking)

    @property
    def is_behind(self) -> bool:
        """Whether the terminal takes less than it is sent, so that painting should wait."""
        return self.waiting > _MOST_WAITING

    @property
    def waiting(self) -> int:
        """How many writes wait for the terminal."""
        writer: Any = self._writer_thread
        return 0 if writer is None else int(writer._queue.qsize())  # noqa: SLF001 - it has no other way to tell

    def start_application_mode(self) -> None:
        """Take the terminal over, at first or after a pause."""
        self.starts += 1
        start: Any = super().start_application_mode
        start()

    def _sigtstp_application(self, *told: Any) -> None:
        """Give the terminal back and stop; where no shell could let it go on again, it goes on at once."""
        del told
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        # Unlike SIGSTOP, this does not stop what nobody waits for, such as a program that `ssh -t` started by itself.
        handled = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            os.kill(0, signal.SIGTSTP)
        finally:
            signal.signal(signal.SIGTSTP, handled)
        self._sigcont_application()

    def _sigcont_application(self, *told: Any) -> None:
        """Take the terminal over again after a pause, and only then: a line that drops tells every program to go on."""
        if self._must_signal_resume:
            super()._sigcont_application(*told)  # pyright: ignore[reportUnknownMemberType]

    def close(self) -> None:
        """Wait until the terminal has everything, unless it takes nothing."""
        writer: Any = self._writer_thread
        if writer is None:
            return
        writer._queue.put(None)  # noqa: SLF001 - its own `stop` waits without end
        writer.join(_LEAVES_WITHIN_S)
        self.is_stuck = writer.is_alive()

    def run_input_thread(self) -> None:
        """Wait for keys and hand them on, until the console is left."""
        parser: Any = XTermParser(self._debug)
        decode, pasted = getincrementaldecoder("utf-8")().decode, Pasted()
        # Those that are faster do not know terminals everywhere.
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            is_pending = False
            while not self.exit_event.is_set():
                for key, _events in selector.select(_PENDING_S if is_pending else _UNHURRIED_S):
                    if key.fd != self.fileno:
                        continue
                    data = self._typed()
                    if not data:
                        selector.unregister(self.fileno)
                        self._app.call_later(self._app.exit, _HUNG_UP, _HUNG_UP)
                        break
                    self._hand_on(parser.feed(pasted.feed(decode(data))))
                self._hand_on(parser.tick())
                is_pending = parser._timeout_time is not None  # noqa: SLF001 - tells when `tick` is needed
            os.read(self._woken, 64)
        with suppress(EOFError, ParseEOF, ParseError):
            self._hand_on(parser.feed(""))

    def _typed(self) -> bytes:
        """Return what was typed; nothing when the line is gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _hand_on(self, events: Any) -> None:
        for event in events:
            self.process_message(event)
