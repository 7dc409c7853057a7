"""What is said while files are done, and behind it: a line that changes at a terminal, and a table at the end."""

from __future__ import annotations

import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

from qualia._safe import safe_line
from qualia.cli.amounts import told_span
from qualia.cli.batch.pace import Pace, Tally
from qualia.cli.batch.work import Ended
from qualia.cli.output import Face
from qualia.cli.words import _, heading
from qualia.errors import DocumentUnreadable

_EVERY_S = 0.1
_PATIENCE_S = 0.5
_CLEAR = "\r\x1b[K"


class Ticker:
    """One line at the bottom of a terminal that is written anew again and again.

    Args:
        stream: the terminal; None when there is none.
        clock: monotonic time in seconds.
        width: how many characters a line takes.
    """

    def __init__(
        self,
        stream: TextIO | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        width: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    ) -> None:
        self._stream: TextIO | None = stream
        self._clock: Callable[[], float] = clock
        self._width: Callable[[], int] = width
        self._due_s: float = clock() + _PATIENCE_S
        self._is_shown: bool = False
        self._lock: threading.RLock = threading.RLock()

    def show(self, line: Callable[[], str]) -> None:
        """Show a line, unless one was shown just now."""
        if self._stream is None or self._clock() < self._due_s:
            return
        with self._lock:
            self._due_s = self._clock() + _EVERY_S
            self._write(_CLEAR + safe_line(line())[: max(1, self._width() - 1)])
            self._is_shown = True

    def clear(self) -> None:
        """Make room for something else."""
        with self._lock:
            if self._is_shown:
                self._is_shown = False
                self._write(_CLEAR)

    def _write(self, text: str) -> None:
        try:
            if self._stream is not None:
                encoding = self._stream.encoding or "utf-8"
                self._stream.write(text.encode(encoding, "replace").decode(encoding))
                self._stream.flush()
        except (OSError, ValueError):
            self._stream = None

    @contextmanager
    def making_room(self) -> Generator[None, None, None]:
        """Clear the line before each warning, as long as the block lasts, and at its end."""
        shown = warnings.showwarning

        def show(*told: Any, **more: Any) -> None:
            with self._lock:
                self.clear()
                shown(*told, **more)

        warnings.showwarning = show
        try:
            yield
        finally:
            warnings.showwarning = shown
            self.clear()


def ticker_for(face: Face) -> Ticker:
    """Return a line at the bottom of the terminal, which is none where nobody wants it."""
    return Ticker(sys.stderr if face.shows_progress and not face.is_verbose else None)


def progress_line(tally: Tally, pace: Pace, now_s: float) -> str:
    """Return how far a batch is, in a line."""
    share = tally.seen / tally.total if tally.total else 1.0
    parts = [f"{tally.seen}/{tally.total} ({share:.0%})"]
    rate, left_s = pace.rate(now_s), pace.left_s(now_s, tally.skipped)
    if rate is not None:
        parts.append(rate_told(rate))
    if left_s is not None and tally.skipped:
        parts.append(_("{time} left", time=told_span(left_s)))
    if tally.failed:
        parts.append(_("failed: {count}", count=tally.failed))
    return ", ".join(parts)


def rate_told(rate: float) -> str:
    """Return how fast files are done."""
    if rate >= 1:
        return _("{rate} files/s", rate=f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}")
    return _("{rate} files/min", rate=f"{rate * 60:.1f}")


def ended_line(ended: Ended) -> str:
    """Return what became of one file, in a line."""
    if ended.status == "kept":
        return safe_line(_("{file}: done by an earlier batch", file=ended.job.path))
    outputs = ", ".join(ended.outputs)
    return safe_line(
        _("{file} -> {outputs} ({time})", file=ended.job.path, outputs=outputs, time=told_span(ended.elapsed_s))
    )


def failed_line(ended: Ended, sentence: str) -> str:
    """Return why one file failed, in a line that names the file once."""
    return sentence if isinstance(ended.error, DocumentUnreadable) else f"{ended.job.path}: {sentence}"


def facts_of(ended: Ended, sentence: str) -> Mapping[str, Any]:
    """Return what became of one file, as plain data; ``sentence`` says why it failed."""
    facts: dict[str, Any] = {"file": ended.job.path, "status": ended.status}
    if ended.error is not None:
        return {**facts, "error": type(ended.error).__name__, "message": sentence}
    return {**facts, "outputs": list(ended.outputs), "elapsed_s": round(ended.elapsed_s, 6)}


def summary_rows(tally: Tally, pace: Pace, now_s: float) -> list[tuple[str, str]]:
    """Return the table at the end, for people."""
    passed_s = pace.passed_s(now_s)
    worked = tally.done + tally.failed
    return [
        (heading("done"), str(tally.done)),
        (heading("from earlier"), str(tally.kept)),
        (heading("failed"), str(tally.failed)),
        (heading("skipped"), str(tally.skipped)),
        (heading("time"), told_span(passed_s)),
        (heading("rate"), rate_told(worked / passed_s) if worked and passed_s > 0 else "–"),
    ]


def summary_facts(tally: Tally, pace: Pace, now_s: float) -> dict[str, Any]:
    """Return the table at the end, for programs."""
    passed_s = pace.passed_s(now_s)
    worked = tally.done + tally.failed
    return {
        "total": tally.total,
        "done": tally.done,
        "kept": tally.kept,
        "failed": tally.failed,
        "skipped": tally.skipped,
        "elapsed_s": round(passed_s, 3),
        "files_per_s": round(worked / passed_s, 3) if worked and passed_s > 0 else None,
    }
