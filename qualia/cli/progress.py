"""What is going on, for work of more than a second: lines on stderr, for people who sit and wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import copy_context

from qualia.cli.output import Face
from qualia.cli.words import _
from qualia.core import Core
from qualia.events import Event, EventKind

PATIENCE_S = 1.0
"""Work that is done before this many seconds is not talked about."""
Later = Callable[[float, Callable[[], None]], Callable[[], None]]
"""Runs an action after so many seconds, unless the function it returns is called before."""


def by_timer(delay_s: float, action: Callable[[], None]) -> Callable[[], None]:
    """Run ``action`` in a thread of its own after ``delay_s`` seconds; the returned function calls it off."""
    context = copy_context()
    timer = threading.Timer(delay_s, lambda: context.run(action))
    timer.daemon = True
    timer.start()
    return timer.cancel


class Progress:
    """Hears a run's events; once a second has passed it says which step is running, and every step from then on."""

    def __init__(self, tell: Callable[[str], None], *, later: Later = by_timer) -> None:
        self._tell: Callable[[str], None] = tell
        self._later: Later = later
        self._call_off: Callable[[], None] | None = None
        self._lock: threading.Lock = threading.Lock()
        self._is_due: bool = False
        self._current: str = ""
        self._steps: int = 0
        self._number: int = 0
        self._about: str = ""

    def about(self, work: str) -> None:
        """Say from now on, before each step, what it is a part of."""
        self._about = work

    def start(self) -> None:
        """Begin to wait."""
        self._call_off = self._later(PATIENCE_S, self._due)

    def stop(self) -> None:
        """Say nothing any more."""
        if self._call_off is not None:
            self._call_off()
        with self._lock:
            self._is_due, self._current = False, ""

    def __call__(self, event: Event) -> None:
        """Hear of an event."""
        if event.kind is EventKind.RUN_STARTED:
            self._steps, self._number = int(event.details.get("steps", 0)), 0
        elif event.kind is EventKind.STEP_STARTED:
            self._number += 1
            step = event.step or event.plugin or ""
            self._say(_("step {number}/{steps} {step} ...", number=self._number, steps=self._steps, step=step))

    def _say(self, line: str) -> None:
        line = f"{self._about} {line}".lstrip()
        with self._lock:
            self._current = line
            if self._is_due:
                self._tell(line)

    def _due(self) -> None:
        with self._lock:
            self._is_due = True
            self._tell(self._current or _("getting ready ..."))


@contextmanager
def progress(core: Core, face: Face, *, later: Later = by_timer) -> Generator[Progress, None, None]:
    """Tell of a Core's steps as long as the block lasts, when there is somebody at the terminal."""
    shown = Progress(face.passing, later=later)
    if not face.shows_progress:
        yield shown
        return
    unsubscribe = core.subscribe(shown)
    shown.start()
    try:
        yield shown
    finally:
        unsubscribe()
        shown.stop()
        face.clear()
