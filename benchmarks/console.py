"""``python -m benchmarks.console [--json FILE] [--seconds N]``: what the console costs, each figure with its budget.

A real host serves a project of its own and the console runs in a terminal made for it: what is counted is what a
terminal at the other end of a line would see. Beside the console an empty app of its toolkit is measured in the same
run. Ends with 1 when a budget is missed. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.__main__ import report, table
from benchmarks.measure import ROOT, Measurement
from benchmarks.terminal import Ended, Terminal
from qualia import Core, Document
from qualia.client import HostEvent, attach, host_for
from qualia.host import expose
from qualia.settings import Settings
from qualia_tui.app import Console
from qualia_tui.look import Look
from qualia_tui.model.state import Model

_ROUNDS = 5
_EVENTS = 40
_EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("live")

Empty().run()
"""
_CRASH = """
import sys
import qualia_tui, qualia_tui.app

def broken(self):
    raise RuntimeError("nobody foresaw this")

qualia_tui.app.Console.action_next_theme = broken
sys.exit(qualia_tui.main())
"""
_CONSOLE = ("-m", "qualia_tui")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Measure, print, and return 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description="Measure what the console costs.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--seconds", type=float, default=20.0, metavar="N", help="how long idle and live are watched")
    options = parser.parse_args()
    rows = measured(seconds=options.seconds)
    print(table(rows))
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(report(rows, []), encoding="utf-8")
    return 0 if all(row.is_met is not False for row in rows) else 1


def measured(*, seconds: float) -> list[Measurement]:
    """Return every figure.

    Args:
        seconds: how long idle and live are watched.
    """
    with _served() as (core, folder):
        return [
            *_starts(folder),
            *_keys(folder, core),
            _event(folder, core),
            *_watched(folder, core, seconds),
            *_ends(folder),
            _cold(),
            _grown(),
        ]


@contextmanager
def _served() -> Generator[tuple[Core, Path], None, None]:
    """Serve a project whose plugins have been called."""
    with tempfile.TemporaryDirectory(prefix="qc") as name:
        folder = Path(name)
        with Core(settings=Settings(state_dir=folder / ".qualia")) as core, expose(core):
            for number in range(3):
                core.run("word_frequency", Document(f"to be or not to be {number}"))
            yield core, folder


@contextmanager
def _console(
    folder: Path, *words: str, size: tuple[int, int] = (80, 24), program: Sequence[str] = _CONSOLE
) -> Generator[Terminal, None, None]:
    command = [sys.executable, *program, "--project", str(folder), "--theme", "ansi", *words]
    with Terminal(command, environ=_environ(), size=size, cwd=str(folder)) as terminal:
        yield terminal


def _environ() -> Mapping[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "NO_COLOR", "SSH"))
    }
    path = os.pathsep.join(filter(None, (ROOT, os.environ.get("PYTHONPATH"))))
    return {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": path}


def _starts(folder: Path) -> list[Measurement]:
    """Start it, and an empty app of its toolkit, in turns."""
    usable: list[float] = []
    empty: list[float] = []
    sizes: dict[tuple[int, int], list[int]] = {(80, 24): [], (120, 40): []}
    rss: list[float] = []
    for _round in range(_ROUNDS):
        for size, sent in sizes.items():
            with _console(folder, size=size) as terminal:
                took_s = terminal.until("word_frequency")
                terminal.quiet()
                sent.append(terminal.bytes)
                if size == (80, 24):
                    usable.append(took_s)
                    rss.append(_rss_mb(terminal.process.pid))
        with Terminal([sys.executable, "-c", _EMPTY], environ=_environ()) as terminal:
            empty.append(terminal.until("live"))
    plain = statistics.median(empty)
    return [
        _row("usable screen", "s", statistics.median(usable), 0.40, plain=plain, peer="an empty Textual app"),
        _row("memory", "MB", statistics.median(rss), 40),
        _row("bytes at the start, 80x24", "B", statistics.median(sizes[80, 24]), 10_000),
        _row("bytes at the start, 120x40", "B", statistics.median(sizes[120, 40]), 20_000),
    ]


def _keys(folder: Path, core: Core) -> list[Measurement]:
    """Press keys and count what comes back."""
    for number in range(60):
        core.run("word_frequency", Document(f"one line of the log {number}"))
    with _console(folder) as terminal:
        terminal.until("word_frequency")
        terminal.send("2")
        terminal.until("word_frequency")
        terminal.quiet()
        cursor = [_pressed(terminal, key) for key in ("down", "up", "down", "down", "up", "up")]
        palette = _pressed(terminal, "ctrl+p")
        terminal.send("escape")
        terminal.quiet()
        terminal.send("6")
        terminal.quiet(0.5)
        page = _pressed(terminal, "pageup")
        terminal.resize(100, 30)
        resized, _first = terminal.quiet()
    return [
        _row("bytes of a cursor key", "B", statistics.median(sent for sent, _first in cursor), 700),
        _row("first byte after a cursor key", "ms", statistics.median(first for _sent, first in cursor), 15),
        _row("bytes of the palette", "B", palette[0], 16_000),
        _row("bytes of a page of the log", "B", page[0], 4_000),
        _row("bytes of a resize", "B", resized, 8_000),
    ]


def _pressed(terminal: Terminal, key: str) -> tuple[int, float]:
    """Press a key and return the bytes and the milliseconds until the first of them."""
    terminal.send(key)
    sent, first_s = terminal.quiet()
    return sent, (first_s or 0.0) * 1e3


def _event(folder: Path, core: Core) -> Measurement:
    """Let things happen one by one, and take the time until the first byte of each reaches the terminal."""
    took: list[float] = []
    with _console(folder) as terminal:
        terminal.until("word_frequency")
        terminal.send("6")
        terminal.quiet(1.0)
        for number in range(_EVENTS):
            document = Document(f"an event that is waited for, number {number}")
            began_s = time.monotonic()
            core.run("word_frequency", document)
            said_s = time.monotonic() - began_s
            _sent, first_s = terminal.quiet(0.35)
            took.append((said_s + (first_s or 1.0)) * 1e3)
    return _row("event to screen, p95", "ms", sorted(took)[int(len(took) * 0.95)], 100)


def _watched(folder: Path, core: Core, seconds: float) -> list[Measurement]:
    """Watch it while nothing changes, and while a plugin is called every second."""
    rows: list[Measurement] = []
    with _console(folder) as terminal:
        terminal.until("word_frequency")
        terminal.quiet(1.0)
        sent, share = _cost(terminal, seconds)
        rows += [
            _row("bytes a minute, nothing changes", "B", sent, 0),
            _row("CPU, nothing changes", "%", share, 0.15),
        ]
        with _busy(core):
            sent, share = _cost(terminal, seconds)
        rows += [_row("bytes a minute, live", "B", sent, 30_000), _row("CPU, live", "%", share, 0.5)]
    with _console(folder, "--slow") as terminal, _busy(core):
        terminal.until("word_frequency")
        terminal.quiet(1.0, within_s=5.0)
        sent, _share = _cost(terminal, seconds)
        rows.append(_row("bytes a minute, slow mode", "B", sent, 6_000))
    return rows


@contextmanager
def _busy(core: Core) -> Generator[None, None, None]:
    """Call a plugin once a second."""
    over = threading.Event()

    def call() -> None:
        number = 0
        while not over.wait(1.0):
            number += 1
            core.run("word_frequency", Document(f"a text that nobody has seen before, number {number} {time.time()}"))

    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _cost(terminal: Terminal, seconds: float) -> tuple[float, float]:
    """Return the bytes a minute, and the share of one processor in percent."""
    before_s, began_s = _cpu_s(terminal.process.pid), time.monotonic()
    sent = terminal.drain(seconds)
    took_s = time.monotonic() - began_s
    return sent * 60 / took_s, (_cpu_s(terminal.process.pid) - before_s) / took_s * 100


def _ends(folder: Path) -> list[Measurement]:
    """End it in every way; what it leaves behind is counted."""
    ways: Mapping[str, tuple[Callable[[Terminal], object], int]] = {
        "q": (lambda terminal: terminal.send("q"), 0),
        "INT": (lambda terminal: terminal.process.send_signal(signal.SIGINT), 130),
        "TERM": (lambda terminal: terminal.process.send_signal(signal.SIGTERM), 143),
        "HUP": (lambda terminal: terminal.process.send_signal(signal.SIGHUP), 129),
    }
    ways = {**ways, "crash": (lambda terminal: terminal.send("f3"), 1)}
    left, wrong, took = 0, 0, list[float]()
    for name, (leave, code) in ways.items():
        with _console(folder, program=("-c", _CRASH) if name == "crash" else _CONSOLE) as terminal:
            terminal.until("word_frequency")
            terminal.quiet()
            leave(terminal)
            ended: Ended = terminal.ended()
        left += len(ended.modes_left) + (not ended.is_cooked)
        wrong += ended.code != code
        took.append(ended.within_s * 1e3)
    return [
        _row("terminal modes left on", "", left, 0),
        _row("wrong exit codes", "", wrong, 0),
        _row("time to leave", "ms", max(took), 350),
    ]


def _cold() -> Measurement:
    """Start the console where no host runs, until its host has told it the plugins."""
    took: list[float] = []
    for _round in range(_ROUNDS):
        with tempfile.TemporaryDirectory(prefix="qc") as name:
            with _console(Path(name)) as terminal:
                took.append(terminal.until("word_frequency"))
            _end_host(Path(name))
    return _row("cold start of host and console", "s", statistics.median(took), 1.2)


def _end_host(folder: Path) -> None:
    from qualia.client import running

    asyncio.run(host_for(folder))
    for found in running(os.environ):
        if Path(found.name) == folder:
            os.kill(found.pid, signal.SIGTERM)


def _grown() -> Measurement:
    """Let a day of events pass through a console, and return what it holds more than after its first hour."""
    return asyncio.run(_grown_shown())


async def _grown_shown() -> Measurement:
    with tempfile.TemporaryDirectory(prefix="qc") as folder:
        console = Console(lambda: attach(Path(folder) / "none.sock"), Look())
        async with console.run_test(size=(80, 24)) as pilot:
            await pilot.press("6")
            tracemalloc.start()
            try:
                await _passed(console, range(3_600))
                before, _peak = tracemalloc.get_traced_memory()
                await _passed(console, range(3_600, 86_400))
                after, _peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    return _row("growth in a simulated day", "MB", (after - before) / 1e6, 1.0)


async def _passed(console: Console, seconds: range) -> None:
    """Let seconds pass, showing the log and the runs by turns."""
    for second in seconds:
        _second(console.model, second)
        if second % 300 == 299:
            console.note(frozenset({"log", "jobs"}))
            await console.action_section(5 if second % 600 == 299 else 3)
            await asyncio.sleep(0.02)
    gc.collect()


def _second(model: Model, second: int) -> None:
    """Pass a run of one step and a job through the model."""
    run = f"run{second}"
    for place, kind in enumerate(("run_started", "step_started", "step_finished", "run_finished", "job_changed")):
        details = {"elapsed_s": 0.01, "state": "ok", "name": "word_frequency", "job": "run"}
        event = HostEvent(kind=kind, seq=second * 5 + place, at_s=float(second), run=run, step="one", details=details)
        model.take(event)


def _row(
    name: str, unit: str, ours: float, budget: float, *, plain: float | None = None, peer: str = ""
) -> Measurement:
    return Measurement(group="console", name=name, unit=unit, ours=ours, budget=budget, plain=plain, peer=peer)


def _rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def _cpu_s(pid: int) -> float:
    """Return the seconds of processor time its threads have had; the clock of `/proc/PID/stat` is too coarse for it."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


if __name__ == "__main__":
    sys.exit(main())
