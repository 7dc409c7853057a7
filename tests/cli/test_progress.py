"""Progress is for people who wait."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from qualia.cli.output import Face
from qualia.cli.progress import PATIENCE_S, Progress, by_timer, progress
from qualia.core import Core
from qualia.events import Event, EventKind


class Clock:
    """A timer that a test lets run out."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def later(self, delay_s: float, action: Callable[[], None]) -> Callable[[], None]:
        self.waiting.append((delay_s, action))
        return self.waiting.clear

    def ring(self) -> None:
        for _delay_s, action in list(self.waiting):
            action()


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def event(kind: EventKind, step: str | None = None, **details: object) -> Event:
    return Event(kind=kind, at_s=0.0, monotonic_s=0.0, step=step, details=details)


def test_nothing_is_said_of_work_that_is_done_within_a_second() -> None:
    """A run that ends before its time is up leaves no line."""
    lines: list[str] = []
    clock = Clock()
    shown = Progress(lines.append, later=clock.later)
    shown.start()
    shown(event(EventKind.RUN_STARTED, steps=2))
    shown(event(EventKind.STEP_STARTED, "words"))
    shown.stop()
    clock.ring()
    assert lines == []
    assert clock.waiting == []


def test_after_a_second_the_step_that_runs_and_every_later_one_is_named() -> None:
    """The first line tells where the run stands, not where it began."""
    lines: list[str] = []
    clock = Clock()
    shown = Progress(lines.append, later=clock.later)
    shown.start()
    assert [delay_s for delay_s, _action in clock.waiting] == [PATIENCE_S]
    shown(event(EventKind.RUN_STARTED, steps=3))
    for step in ("clean", "words"):
        shown(event(EventKind.STEP_STARTED, step))
    clock.ring()
    shown(event(EventKind.STEP_STARTED, "chart"))
    assert lines == ["step 2/3 words ...", "step 3/3 chart ..."]


def test_a_second_without_any_step_is_not_silent() -> None:
    """Loading heavy libraries takes time too."""
    lines: list[str] = []
    clock = Clock()
    shown = Progress(lines.append, later=clock.later)
    shown.start()
    clock.ring()
    assert lines == ["getting ready ..."]


def test_only_a_terminal_sees_progress(plugin_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe, a file and --quiet stay free of it; a simple terminal gets lines."""
    monkeypatch.setenv("TERM", "dumb")
    for stream, quiet, expected in ((Screen(), False, 1), (Screen(), True, 0), (io.StringIO(), False, 0)):
        clock = Clock()
        with Core([plugin_dir]) as core, progress(core, Face(None, stream, quiet=quiet), later=clock.later):
            clock.ring()
        assert len(stream.getvalue().splitlines()) == expected


def test_progress_stays_on_one_line_of_the_terminal_and_leaves_none(
    plugin_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step takes the place of the one before, whatever is written in between has a line of its own."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    clock, stream, out = Clock(), Screen(), io.StringIO()
    face = Face(out, stream)
    with Core([plugin_dir]) as core, progress(core, face, later=clock.later) as shown:
        clock.ring()
        shown.about("[1/2] a long name.txt:")
        shown(event(EventKind.STEP_STARTED, "words"))
        face.data("data")
        face.note("a note")
        shown(event(EventKind.STEP_STARTED, "chart"))
    clear = "\r\x1b[2K"
    assert stream.getvalue().split(clear) == [
        "",
        "getting ready ...",
        "[1/2] a long name.t",
        "a note\n",
        "[1/2] a long name.t",
        "",
    ]
    assert out.getvalue() == "data\n"


def test_the_real_timer_rings_and_can_be_called_off() -> None:
    """An action runs by itself after its delay, unless it was called off."""
    import threading

    rang = threading.Event()
    by_timer(0.0, rang.set)
    assert rang.wait(10)
    by_timer(3600.0, rang.clear)()
    assert rang.is_set()
