"""What is done already: a file of JSON lines in the folder of the outputs, to which lines are only ever added.

A line is written, in one piece, after the outputs it tells of have their names. What a process that was killed left
half-written at the end is cut off by the next one; a line that makes no sense is passed over.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import frozen

from qualia._values import is_mapping
from qualia.errors import UnwritableOutput

FORMAT = "qualia-batch/1"
_SYNC_S = 1.0


@frozen(kw_only=True)
class Entry:
    """One input that was done."""

    source: str
    """Its place below the base."""
    stem: str
    """What its outputs' names begin with."""
    digest: str
    """sha256 (hex) of its bytes."""
    work: str
    """What was done with it, as a digest of plugin, params, pipeline and form."""
    outputs: Mapping[str, str]
    """sha256 (hex) of each output, by its place in the folder."""
    code: Mapping[str, str]
    """The code hash of every plugin that had a part in it."""
    elapsed_s: float
    """Seconds it took."""

    def line(self) -> bytes:
        """Return it as a line of the journal."""
        facts = {
            "input": self.source,
            "stem": self.stem,
            "digest": self.digest,
            "work": self.work,
            "outputs": dict(self.outputs),
            "code": dict(self.code),
            "elapsed_s": round(self.elapsed_s, 6),
        }
        return _line(facts)


def _line(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, separators=(",", ":")).encode() + b"\n"


def entry_of(line: bytes) -> Entry | None:
    """Return what a line tells; None when it tells of nothing that was done."""
    try:
        facts: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not is_mapping(facts) or not _is_sound(facts):
        return None
    return Entry(
        source=facts["input"],
        stem=facts["stem"],
        digest=facts["digest"],
        work=facts["work"],
        outputs=facts["outputs"],
        code=facts["code"],
        elapsed_s=float(facts["elapsed_s"]),
    )


def _is_sound(facts: Mapping[str, Any]) -> bool:
    texts = all(isinstance(facts.get(name), str) for name in ("input", "stem", "digest", "work"))
    # An output goes where its stem says, and a folder of outputs may come from somebody else.
    if not texts or not _is_below(facts["stem"]):
        return False
    tables = all(_is_table(facts.get(name)) for name in ("outputs", "code"))
    return tables and isinstance(facts.get("elapsed_s"), (int, float)) and bool(facts["outputs"])


def _is_below(stem: str) -> bool:
    """Tell whether a name leads nowhere but into the folder that it is told of in."""
    return not any(part in ("", ".", "..") or "\\" in part or ":" in part for part in stem.split("/"))


def _is_table(value: object) -> bool:
    return is_mapping(value) and all(isinstance(each, str) for pair in value.items() for each in pair)


class Journal:
    """A journal that is open; whoever opens it holds the folder's lock.

    Args:
        path: the file; made with the first line.
        base: the folder that the inputs' places are below, as an absolute path.
        clock: monotonic time in seconds.

    Attributes:
        base: the folder that the inputs' places are below; that of the first line, when there is one.
        is_new: whether there was no journal.

    Raises:
        UnwritableOutput: it cannot be read or written.
    """

    def __init__(self, path: Path, *, base: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._path: Path = path
        self._clock: Callable[[], float] = clock
        self._places: dict[str, int] = {}
        """Where the last line of each input begins that tells of the present work."""
        self._synced_s: float = clock()
        self._folder: str = str(path.parent.parent.resolve())
        try:
            self._file: int = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            self._size: int = _cut_half_line(self._file)
            self.is_new: bool = self._size == 0
            known = _base_in(self._file, self._folder)
            self.base: str = base if known is None else known
            if known is None:
                self._write(_line({"journal": FORMAT, "base": _told(base, self._folder)}))
        except OSError as error:
            os.close(self._file)
            raise _unwritable(path, error) from error

    def read(self, work: str) -> Iterator[Entry]:
        """Yield every entry, whatever was done, the oldest first, and remember where those of ``work`` stand."""
        self._places.clear()
        with self._path.open("rb") as lines:
            place = 0
            for line in lines:
                entry = entry_of(line)
                if entry is not None:
                    if entry.work == work:
                        self._places[entry.source] = place
                    yield entry
                place += len(line)

    def last(self, source: str) -> Entry | None:
        """Return the last entry of an input among those that `read` remembered; None when there is none."""
        place = self._places.get(source)
        if place is None:
            return None
        with self._path.open("rb") as lines:
            lines.seek(place)
            return entry_of(lines.readline())

    def add(self, entry: Entry) -> None:
        """Add what was done.

        Raises:
            UnwritableOutput: the disk is full.
        """
        self._places[entry.source] = self._size
        self._write(entry.line())

    def add_failure(self, source: str, digest: str, work: str, error: str, message: str) -> None:
        """Add what could not be done; it is for people and counts for nothing.

        Raises:
            UnwritableOutput: the disk is full.
        """
        facts = {"input": source, "digest": digest, "work": work, "error": error, "message": message}
        self._write(_line(facts))

    def restart(self, base: str) -> None:
        """Begin anew for files below another base; only for a journal without entries.

        Raises:
            UnwritableOutput: the disk is full.
        """
        try:
            os.ftruncate(self._file, 0)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        self._size, self.base = 0, base
        self._places.clear()
        self._write(_line({"journal": FORMAT, "base": _told(base, self._folder)}))

    def _write(self, line: bytes) -> None:
        try:
            os.lseek(self._file, self._size, os.SEEK_SET)
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            self._size += len(line)
            now_s = self._clock()
            if now_s - self._synced_s >= _SYNC_S:
                os.fsync(self._file)
                self._synced_s = now_s
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def close(self) -> None:
        """Let everything reach the disk."""
        with contextlib.suppress(OSError):
            os.fsync(self._file)
        with contextlib.suppress(OSError):
            os.close(self._file)

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _unwritable(path: Path, error: OSError) -> UnwritableOutput:
    return UnwritableOutput(str(path), (error.strerror or str(error)).lower())


def _cut_half_line(file: int) -> int:
    """Cut off what stands behind the last line end, and return what is left, in bytes."""
    size = end = os.fstat(file).st_size
    while end:
        begin = max(0, end - 65536)
        os.lseek(file, begin, os.SEEK_SET)
        found = os.read(file, end - begin).rfind(b"\n")
        if found >= 0:
            end = begin + found + 1
            break
        end = begin
    if end != size:
        os.ftruncate(file, end)
    return end


def _base_in(file: int, folder: str) -> str | None:
    """Return the base that the first line tells; None when it tells of none."""
    os.lseek(file, 0, os.SEEK_SET)
    with os.fdopen(os.dup(file), "rb") as lines:
        first = lines.readline()
    try:
        facts: object = json.loads(first)
    except (ValueError, RecursionError):
        return None
    base: object = facts.get("base") if is_mapping(facts) else None
    return os.path.normpath(Path(folder) / base) if isinstance(base, str) else None


def _told(base: str, folder: str) -> str:
    """Return the base as seen from the folder of the outputs, so that both can be moved together."""
    try:
        return os.path.relpath(os.path.realpath(base), folder)
    except ValueError:  # another drive
        return base
