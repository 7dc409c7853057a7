"""Files for caches on disk: where they lie, what is put into them, and other processes that look at them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from qualia import Provenance, Result
from qualia._engine.cache import DiskCache

MIB = 1024 * 1024
STEP = Provenance(
    plugin="echo",
    version="1.0.0",
    code_hash="c" * 64,
    params={"top": 3, "names": ["a", "b"]},
    produces=None,
    inputs={"document": "d" * 64},
    engine_version="1",
    started_at=datetime(2026, 1, 2, 3, 4, 5, 678, UTC),
    host={"python": "3.11"},
)


def answer(value: object, key: str = "k") -> Result[Any]:
    """Return a result that holds a value."""
    return Result(value=value, provenance=STEP, key=key, elapsed_s=0.25)


class Clock:
    """A wall clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s: float = 1_800_000_000.0

    def __call__(self) -> float:
        """Return seconds since 1970."""
        return self.now_s


@frozen
class Place:
    """A file for a cache, and what is needed to open it."""

    path: Path
    clock: Clock
    warnings: list[str]
    opened: list[DiskCache]

    def open(self, max_bytes: int = 4 * MIB, **more: Any) -> DiskCache:
        """Open the cache once more, as another process would."""
        self.opened.append(
            DiskCache(self.path, max_bytes=max_bytes, wall=self.clock, warn=self.warnings.append, **more)
        )
        return self.opened[-1]

    def side(self, suffix: str) -> Path:
        """Return the path of a file beside it."""
        return Path(f"{self.path}{suffix}")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Give a place in a folder that does not exist yet."""
    found = Place(tmp_path / "state" / "cache.db", Clock(), [], [])
    yield found
    for cache in found.opened:
        cache.close()


def run_python(code: str, *arguments: object) -> str:
    """Run code in another process, with this module as ``tests_disk``, and return what it prints."""
    prelude = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('tests_disk', {__file__!r})\n"
        "sys.modules['tests_disk'] = module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    done = subprocess.run(
        [sys.executable, "-c", prelude + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
