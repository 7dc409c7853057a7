"""What a host has begun, written down as it happens, so that the next host tells what became of it.

One JSON object a line, appended and never changed. A host that is killed leaves runs without an end there; the next one
calls them lost, unless the log of runs knows better, and begins the file anew with what is still worth knowing.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from attrs import evolve, frozen

from qualia._files import write_whole
from qualia._values import is_mapping
from qualia.errors import QualiaError

NAME = "host-runs.jsonl"
"""The journal's name, in the project's state folder."""
_READ_BYTES = 4 * 1024 * 1024
_LINE_BYTES = 16 * 1024
_MOST_LINES = 4000
_KEPT = 100
_KINDS = ("run", "operation")
_UNDER_WAY = ("waiting", "running")
# Neither through a link, nor to a pipe, where it would wait for a reader: a project may come from anywhere.
_APPENDED = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_PRIVATE = 0o600


@frozen(kw_only=True)
class Fate:
    """What is known of one run that some host began."""

    run: str
    kind: str = ""
    """"run" or "operation"; empty as long as nothing said so."""
    name: str = ""
    at_s: float = 0.0
    """When it was asked for, in seconds since 1970."""
    asked: Mapping[str, Any] = {}
    """What was asked for, without any text."""
    run_id: str | None = None
    """The engine's name for it; None before it began."""
    state: str = ""
    """How it ended; empty when nothing says so."""


def fates(lines: Iterable[bytes]) -> list[Fate]:
    """Return what a journal tells of each run, in the order they were asked for; what is no entry is passed over.

    Args:
        lines: the journal's, in any order; damaged ones are no harm.
    """
    found: dict[str, Fate] = {}
    for line in lines:
        entry = _entry(line)
        run: object = entry.get("run")
        if isinstance(run, str) and run:
            found[run] = _with(found.get(run) or Fate(run=run), entry)
    known = [each for each in found.values() if each.kind in _KINDS and each.name]
    return sorted(known, key=lambda each: each.at_s)


def _entry(line: bytes) -> Mapping[str, Any]:
    if len(line) > _LINE_BYTES:
        return {}
    try:
        data: object = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return data if is_mapping(data) else {}


def _with(fate: Fate, entry: Mapping[str, Any]) -> Fate:
    """Add what an entry says."""
    said: dict[str, Any] = {}
    for name in ("kind", "name", "run_id", "state"):
        if isinstance(entry.get(name), str):
            said[name] = entry[name]
    at_s: object = entry.get("at_s")
    if isinstance(at_s, (int, float)) and abs(at_s) < _FAR_S:
        said["at_s"] = float(at_s)
    if is_mapping(entry.get("asked")):
        said["asked"] = entry["asked"]
    return evolve(fate, **said)


_FAR_S = 1e12


class Journal:
    """Writes down what a host begins; a place that cannot be written costs nobody anything but the knowledge.

    Args:
        path: the file; None to write nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path: Path | None = path
        self._lock: Lock = Lock()
        self._file: int | None = None
        self._lines: int = 0

    def opened(self) -> list[Fate]:
        """Return what hosts before this one left there."""
        lines = [*self._read()]
        self._lines = len(lines)
        return fates(lines)

    def resume(self) -> None:
        """Go on with the file as it is."""
        if self._path is None:
            return
        with suppress(OSError), self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._open(self._path)

    def begin(self, kept: Iterable[Fate]) -> None:
        """Begin the file anew with what is still worth knowing of earlier runs: the latest of them."""
        with self._lock:
            self._begin(kept)

    @property
    def is_long(self) -> bool:
        """Whether it is time to begin anew."""
        return self._lines > _MOST_LINES

    def note(self, fate: Fate) -> None:
        """Write down what is known of a run now."""
        with self._lock:
            if self._file is None:
                return
            # In one piece: a host that is killed leaves whole lines. On a full disk a line may be torn.
            line = _line(fate)
            with suppress(OSError):
                if os.write(self._file, line) < len(line):
                    os.write(self._file, b"\n")
            self._lines += 1
            if self.is_long:
                # Before anybody adds a line that would be gone with the old file.
                self._begin(fates(self._read()))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()

    def _begin(self, kept: Iterable[Fate]) -> None:
        if self._path is None:
            return
        known = [*kept]
        latest = {each.run for each in known[-_KEPT:]}
        # What is under way stays, however long ago it began.
        lines = [_line(each) for each in known if each.run in latest or each.state in _UNDER_WAY]
        self._lines = len(lines)
        with suppress(OSError, QualiaError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self._path.is_symlink() and (self._path.is_file() or not self._path.exists()):
                write_whole(self._path, b"".join(lines), mode=_PRIVATE)
        # Where that failed, as on a full disk, the old file goes on: it tells the same at greater length.
        with suppress(OSError):
            self._open(self._path)

    def _open(self, path: Path) -> None:
        """Go on at the end of the file."""
        self._close()
        file = os.open(path, _APPENDED, _PRIVATE)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            return
        self._file = file
        # What was torn off at its end stays a line by itself.
        os.write(file, b"\n")

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self) -> Iterator[bytes]:
        if self._path is None or not os.path.isfile(self._path):  # noqa: PTH113 - nor where it cannot be looked for
            return
        with suppress(OSError), self._path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _READ_BYTES))
            yield from file.read(_READ_BYTES).split(b"\n")


def _line(fate: Fate) -> bytes:
    facts: dict[str, Any] = {
        "run": fate.run,
        "kind": fate.kind,
        "name": fate.name,
        "at_s": fate.at_s,
        "run_id": fate.run_id,
        "state": fate.state,
        "asked": dict(fate.asked),
    }
    try:
        line = json.dumps(facts, separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        line = b""
    if not line or len(line) >= _LINE_BYTES:
        # Params of any size and depth: the run is told of, and cannot be asked for again.
        line = json.dumps({**facts, "asked": {}}, separators=(",", ":")).encode("ascii")
    return line + b"\n"
