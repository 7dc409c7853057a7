"""A command that goes on until it is interrupted, as a process whose lines are read as they come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import Empty, SimpleQueue

MANIFEST = 'id = "{id}"\nkind = "analyzer"\nversion = "{version}"\napi = ">=1,<2"\nsummary = "A toy."\nentry = "Toy"\n'
SOURCE = """\
from attrs import frozen
from qualia.plugin import Analyzer, param

@frozen
class Params:
    top: int = param(3, ge=1, help="Keep this many.")

class Toy(Analyzer[Params, object]):
    def analyze(self, document, params):
        return {body}
"""
WAIT_S = 20.0


def toy(below: Path, id_: str = "toy", body: str = "{'n': 1}", *, version: str = "1.0.0", code: str = SOURCE) -> Path:
    """Write a plugin, or write it anew, and return its folder."""
    folder = below / id_
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "__init__.py", code.replace("{body}", body))
    save(folder / "plugin.toml", MANIFEST.format(id=id_, version=version))
    return folder


def save(path: Path, text: str) -> None:
    """Write a file as editors do: aside, and then in one step, when it is not what is there."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        aside = path.with_name(f".{path.name}.swp")
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, path)


class Live:
    """A running command.

    Args:
        words: what stands behind ``qualia``.
        environment: of the process.
    """

    def __init__(self, words: Iterable[str], environment: dict[str, str]) -> None:
        # A child of a background job would be deaf to an interrupt.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-m", "qualia", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        signal.signal(signal.SIGINT, before)
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._reader: threading.Thread = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, is_last: Callable[[str], bool]) -> list[str]:
        """Return the lines up to one that fits; fail when none comes."""
        lines: list[str] = []
        while not lines or not is_last(lines[-1]):
            try:
                line = self._lines.get(timeout=WAIT_S)
            except Empty:
                self.process.kill()
                line = None
            if line is None:
                raise AssertionError(f"waited in vain behind {lines}: {self.end()}")
            lines.append(line)
        return lines

    def until_said(self, text: str) -> list[str]:
        """Return the lines up to one that holds a text."""
        return self.until(lambda line: text in line)

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C and return the exit code and what stderr holds."""
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def end(self) -> tuple[int, str]:
        """Wait for its end and return the exit code and what stderr holds."""
        code = self.process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        assert self.process.stdout is not None and self.process.stderr is not None
        with self.process.stdout, self.process.stderr as errors:
            return code, errors.read()

    def close(self) -> None:
        """Kill it if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        if self.process.stdout is not None and not self.process.stdout.closed:
            self.end()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)
