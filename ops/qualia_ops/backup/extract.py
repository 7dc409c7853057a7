"""Writing an archive's files into an empty folder of our own; links come last, so that nothing goes through one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import ArchiveUnsafe
from qualia_ops.backup.manifest import Entry
from qualia_ops.backup.reading import Sink

_SHORT_BYTES = 1024 * 1024


class Staging(Sink):
    """Takes an archive's files and writes them below a folder.

    Args:
        root: the folder, which must be empty.
        disk: what writes.
        archive: what errors call the archive.
        wanted: tells whether a path is to be written.
    """

    def __init__(
        self, root: Path, disk: Disk, archive: str, *, wanted: Callable[[str], bool] = lambda _path: True
    ) -> None:
        self._root: Path = root
        self._disk: Disk = disk
        self._archive: str = archive
        self._wanted: Callable[[str], bool] = wanted
        self._file: BinaryIO | None = None
        self._short: bytearray | None = None
        self._folders: list[Entry] = []
        self._links: list[Entry] = []
        self._made: set[str] = {""}

    def begin(self, entry: Entry) -> None:
        """Make the folder, or open the file."""
        if not self._wanted(entry.path):
            return
        try:
            if entry.kind == "file":
                self._make_parents(entry.path)
                if entry.size <= _SHORT_BYTES:
                    self._short = bytearray()
                else:
                    self._file = self._disk.new_file(self._root / entry.path)
            elif entry.kind == "folder":
                self._make_parents(f"{entry.path}/")
                self._folders.append(entry)
            else:
                self._links.append(entry)
        except FileExistsError as error:
            raise self._twin(entry) from error

    def piece(self, data: memoryview) -> None:
        """Write bytes of the file."""
        if self._short is not None:
            self._short += data
        elif self._file is not None:
            self._disk.write(self._file, data)

    def end(self, entry: Entry) -> None:
        """Close the file and give it its mode and time; a short one, whose digest was right, is written only now."""
        if self._short is not None:
            data, self._short = self._short, None
            try:
                self._disk.whole_file(self._root / entry.path, data, entry.mode, entry.mtime_ns)
            except FileExistsError as error:
                raise self._twin(entry) from error
        elif self._file is not None:
            file, self._file = self._file, None
            file.close()
            self._disk.dress(self._root / entry.path, entry.mode, entry.mtime_ns)

    def finish(self) -> None:
        """Make the links, then give folders their modes and times, the deepest first."""
        for entry in self._links:
            self._make_parents(entry.path)
            self._disk.make_link(self._root / entry.path, entry.target)
        for entry in reversed(self._folders):
            self._disk.dress(self._root / entry.path, entry.mode, entry.mtime_ns)

    def abandon(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()

    def _twin(self, entry: Entry) -> ArchiveUnsafe:
        told = f"it holds {entry.path[:200]!r} and another of that name, which this disk cannot keep apart"
        return ArchiveUnsafe(self._archive, told)

    def _make_parents(self, path: str) -> None:
        parent = path.rpartition("/")[0]
        if parent not in self._made:
            self._make_parents(parent)
            self._disk.make_folder(self._root / parent)
            self._made.add(parent)
