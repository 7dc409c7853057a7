"""Histories for tests: what is logged in them, and other processes that log too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import qualia
from qualia.history import History, RunEntry, StepEntry

NOW_S = 1_800_000_000.0
SOURCES = str(Path(qualia.__file__).parents[1])


class Clock:
    """A wall clock that tests set."""

    def __init__(self) -> None:
        self.now_s = NOW_S

    def __call__(self) -> float:
        return self.now_s


class Diary(History):
    """A history whose warnings and clock a test can look at."""

    def __init__(self, path: Path, **more: Any) -> None:
        self.told: list[str] = []
        self.clock = Clock()
        super().__init__(path, wall=self.clock, warn=self.told.append, **more)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Diary]]:
    """Open histories of one file; they are closed at the end."""
    opened: list[Diary] = []

    def open_one(path: Path | None = None, **more: Any) -> Diary:
        opened.append(Diary(tmp_path / "state" / "history.db" if path is None else path, **more))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def step(plugin: str = "words", **facts: Any) -> StepEntry:
    """Return a step that went well; what is not said does not matter."""
    known: dict[str, Any] = {"step": plugin, "plugin": plugin, "outcome": "ok", "elapsed_s": 0.25, "key": "k" * 64}
    return StepEntry(**(known | facts))


def entry(number: int = 0, at_s: float = NOW_S, **facts: Any) -> RunEntry:
    """Return a run; what is not said does not matter."""
    known: dict[str, Any] = {
        "run_id": f"run-{number}",
        "name": "words",
        "document": "d" * 64,
        "started_at": datetime.fromtimestamp(at_s, UTC),
        "elapsed_s": 0.5,
        "outcome": "ok",
        "steps": (step(),),
    }
    return RunEntry(**(known | facts))


def ids(runs: tuple[RunEntry, ...]) -> list[str]:
    """Return the runs' ids."""
    return [run.run_id for run in runs]


def python(code: str, *arguments: object, stdin: Any = None) -> subprocess.Popen[str]:
    """Start a fresh interpreter that sees the code under test."""
    return subprocess.Popen(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            f"import sys; sys.path.insert(0, {SOURCES!r})\n{code}",
            *map(str, arguments),
        ],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(started: list[subprocess.Popen[str]]) -> list[Any]:
    """Let processes that wait for a line go on together, and return the JSON each prints."""
    for each in started:
        if each.stdin is not None:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
    for each in started:
        if each.stdin is not None:
            each.stdin.write("go\n")
            each.stdin.flush()
    found = []
    for each in started:
        out, err = each.communicate(timeout=60)
        assert (each.returncode, err) == (0, ""), err
        found.append(json.loads(out))
    return found
