"""What the tests of the workers share: calls to make elsewhere, and what is left of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia._engine.worker import Work, Workers, WorkLimits
from qualia._plugins.catalog import read_manifest
from qualia._plugins.loader import Source
from qualia.cancel import Control
from qualia.document import Document

LIMITS = ("call_s", "memory_bytes", "cpu_s")


def control(**more: Any) -> Control:
    """Return what can end a run: nothing, unless it is said."""
    return Control(name="run", clock=time.monotonic, **more)


def work(folder: Path, **more: Any) -> Work:
    """Return a call of the plugin in a folder, with a small document unless something else is said."""
    document = more.pop("document", Document("one two three"))
    inputs = more.pop("inputs", {"document": document})
    limits = WorkLimits(**{name: more.pop(name) for name in LIMITS if name in more})
    said: dict[str, Any] = {
        "manifest": read_manifest(folder / "plugin.toml"),
        "source": Source.read(folder),
        "module": str(folder),
        "params": {},
        "inputs": inputs,
        "digests": {name: value.id if isinstance(value, Document) else repr(value) for name, value in inputs.items()},
        "run_id": "run-1",
        "step": "step-1",
        "limits": limits,
        "tell": lambda _done: None,
        "log": logging.getLogger("qualia.plugins.test"),
    }
    return Work(**said | more)


@pytest.fixture
def make_workers() -> Iterator[Callable[..., Workers]]:
    """Make workers that are closed at the end."""
    made: list[Workers] = []

    def make(**more: Any) -> Workers:
        made.append(Workers(clock=time.monotonic, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def workers(make_workers: Callable[..., Workers]) -> Workers:
    """Return workers as they are by default."""
    return make_workers()


def line_of(folder: Path, code: str) -> str:
    """Return file:line of a piece of a plugin's code."""
    path = folder / "__init__.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    return f"{path}:{next(number for number, line in enumerate(lines, 1) if code in line)}"


def is_gone(pid: int, *, within_s: float = 5.0) -> bool:
    """Wait for a process to be dead, or for the time to be over; a dead one may still have its name."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0]
        except OSError:
            return True
        if state in "ZX":
            return True
        threading.Event().wait(0.002)
    return False
