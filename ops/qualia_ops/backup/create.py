"""Making a snapshot: written beside its place, read again and checked, and only then given its name."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import attrs
from attrs import frozen

import qualia
from qualia.operations import Progress
from qualia_ops.backup.databases import DatabaseUncopied, copy_database
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import of_system
from qualia_ops.backup.lock import locked
from qualia_ops.backup.manifest import NAME, Entry, Left, Manifest, Rules, to_bytes
from qualia_ops.backup.packing import Packer
from qualia_ops.backup.reading import NO_LIMITS, Sink, Told, read_archive
from qualia_ops.backup.selection import Found, select
from qualia_ops.backup.tarred import END, header, padding

SUFFIX = ".tar.gz"
PART = ".part"
_AT_ONCE_BYTES = 8 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024
_TRIES = 3
_TELL_EVERY = 64
RULES = Rules()
"""What is left out by default."""


@frozen(kw_only=True)
class Made:
    """A snapshot that was made, read again and found whole."""

    path: Path
    manifest: Manifest
    size_bytes: int
    """Of the archive."""


def create(
    project: Path,
    folder: Path,
    *,
    rules: Rules = RULES,
    note: str = "",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    disk: Disk | None = None,
) -> Told[Made]:
    """Make a snapshot of a project.

    Args:
        project: its folder.
        folder: where archives are kept; made when it is missing.
        rules: what is left out.
        note: a word about it, for people.
        clock: the time, with its zone.
        disk: what writes; None for the real one.

    Raises:
        BackupLocked: another backup is at work here.
        NoSpace: the disk is full.
        ArchiveUnsafe: what was written reads differently; it was removed.
        BackupFailed: something else cannot be read or written.
    """
    disk = disk or Disk()
    try:
        with locked(folder):
            sweep(folder, disk)
            making = _Making(project, folder, rules, note, clock().astimezone(UTC), disk)
            return (yield from making.run())
    except OSError as error:
        raise of_system(error, str(folder)) from error


def sweep(folder: Path, disk: Disk) -> None:
    """Remove what runs left behind that did not end; whoever calls holds the lock, so none of it is in use."""
    for left in sorted(folder.glob(f".*{PART}")):
        disk.remove(left)


class _Making:
    def __init__(self, project: Path, folder: Path, rules: Rules, note: str, created_at: datetime, disk: Disk) -> None:
        self._project: Path = project
        self._folder: Path = folder
        self._disk: Disk = disk
        self._entries: list[Entry] = []
        self._problems: list[Left] = []
        stamp = f"{created_at:%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}"
        self._manifest: Manifest = Manifest(
            id=stamp,
            created_at=created_at,
            project=project.resolve().name,
            place=place_of(project),
            versions=versions_of(project),
            revision=revision_of(project),
            note=note,
            rules=rules,
        )
        name = "".join(each if each.isalnum() or each in "-_." else "_" for each in self._manifest.project)
        self._path: Path = folder / f"{name.strip('.') or 'project'}-{stamp}{SUFFIX}"
        self._temporary: Path = folder / f".{self._path.name}{PART}"
        self._spool: Path = folder / f".{stamp}.database{PART}"

    def run(self) -> Told[Made]:
        try:
            size_bytes = yield from self._write()
            # What was just written here may unpack to much more than its size; that is what is in the project.
            manifest = yield from read_archive(self._temporary, Sink(), NO_LIMITS)
            self._disk.rename(self._temporary, self._path)
            self._disk.settle_folder(self._folder)
        except BaseException:
            self._disk.remove(self._temporary)
            raise
        finally:
            self._disk.remove(self._spool)
        return Made(path=self._path, manifest=manifest, size_bytes=size_bytes)

    def _write(self) -> Told[int]:
        yield Progress("looking through the project", done=0.0)
        selection = select(self._project, self._manifest.rules, besides=(self._folder,))
        self._problems += selection.problems
        with self._disk.new_file(self._temporary) as file:
            packer = Packer(lambda data: self._disk.write(file, data))
            try:
                for number, found in enumerate(selection.found):
                    if number % _TELL_EVERY == 0:
                        yield Progress("packing", done=number / len(selection.found))
                    self._add(packer, found)
                folded = {entry.path.casefold() for entry in self._entries}
                manifest = attrs.evolve(
                    self._manifest,
                    entries=tuple(self._entries),
                    excluded=(*selection.excluded, *selection.beside),
                    secrets=tuple(selection.secrets),
                    problems=tuple(self._problems),
                    case_twins=len(folded) < len(self._entries),
                )
                size_bytes = packer.seal(_framed(to_bytes(manifest), manifest.created_at))
            finally:
                packer.close()
            self._disk.settle(file)
        return size_bytes

    def _add(self, packer: Packer, found: Found) -> None:
        try:
            if found.kind == "file":
                self._add_file(packer, found)
            else:
                entry = _entry(found, found.stat)
                packer.add(header(entry))
                self._entries.append(entry)
        except DatabaseUncopied as error:
            self._problems.append(Left(path=found.path, why=str(error)))
        except _Unreadable as error:
            self._problems.append(Left(path=found.path, why=error.why))

    def _add_file(self, packer: Packer, found: Found) -> None:
        if found.is_database:
            # On the disk of the backups, which was asked to hold it anyway.
            copy_database(found.source, self._spool)
            try:
                with self._spool.open("rb") as file:
                    self._pack(packer, found, file, dressed=found.stat)
            finally:
                self._disk.remove(self._spool)
            return
        with _opened(found.source) as file:
            self._pack(packer, found, file, dressed=None)

    def _pack(self, packer: Packer, found: Found, file: BinaryIO, *, dressed: os.stat_result | None) -> None:
        before = os.fstat(file.fileno())
        if before.st_size > _AT_ONCE_BYTES:
            self._pack_long(packer, found, file, dressed or before, before.st_size)
            return
        data, status, is_steady = _read_steady(file)
        entry = _entry(found, dressed or status, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        packer.add(header(entry) + data + padding(entry.size))
        self._settle(found, entry, is_steady=is_steady)

    def _pack_long(self, packer: Packer, found: Found, file: BinaryIO, dressed: os.stat_result, size: int) -> None:
        """Pack a file too long to be held: as many bytes as it had when it was opened, whatever happens to it."""
        packer.add(header(_entry(found, dressed, size=size)))
        digest, left = hashlib.sha256(), size
        fault = ""
        while left:
            try:
                data = file.read(min(_PIECE_BYTES, left))
            except OSError as error:
                data, fault = b"", f"it could not be read to its end ({error.strerror or error})"
            data = data or bytes(min(_PIECE_BYTES, left))
            digest.update(data)
            packer.add(data)
            left -= len(data)
        packer.add(padding(size))
        entry = _entry(found, dressed, size=size, sha256=digest.hexdigest())
        now = os.fstat(file.fileno())
        if fault:
            self._problems.append(Left(path=found.path, why=fault))
        is_steady = bool(fault) or found.is_database or (now.st_size, now.st_mtime_ns) == (size, dressed.st_mtime_ns)
        self._settle(found, entry, is_steady=is_steady)

    def _settle(self, found: Found, entry: Entry, *, is_steady: bool) -> None:
        self._entries.append(entry)
        if not is_steady:
            self._problems.append(Left(path=found.path, why="it changed each time it was read"))


class _Unreadable(Exception):
    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.why: str = f"it cannot be read ({(error.strerror or str(error)).lower()})"


def _opened(path: Path) -> BinaryIO:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb", buffering=0)
    except OSError as error:
        raise _Unreadable(error) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise _Unreadable(OSError(errno.EINVAL, "it is no file any more"))
    return file


def _read_steady(file: BinaryIO) -> tuple[bytes, os.stat_result, bool]:
    """Return what a file holds, how it stood then, and whether it stood still while it was read."""
    data, before = b"", os.fstat(file.fileno())
    for _number in range(_TRIES):
        try:
            file.seek(0)
            # One byte more than there should be: one call tells whether it grew, and holds no more than that.
            data = file.read(before.st_size + 1)
        except OSError as error:
            raise _Unreadable(error) from error
        now = os.fstat(file.fileno())
        if (now.st_size, now.st_mtime_ns) == (len(data), before.st_mtime_ns):
            return data, now, True
        before = now
    return data, before, False


def _entry(found: Found, status: os.stat_result, *, size: int = 0, sha256: str = "") -> Entry:
    return Entry(
        path=found.path,
        kind=found.kind,
        mode=status.st_mode & 0o777,
        mtime_ns=status.st_mtime_ns,
        size=size,
        sha256=sha256,
        target=found.target,
        is_database=found.is_database,
    )


def _framed(data: bytes, created_at: datetime) -> bytes:
    """Return the manifest as the last member of a tar file."""
    mtime_ns = int(created_at.timestamp()) * 1_000_000_000
    entry = Entry(path=NAME, kind="file", mode=0o600, mtime_ns=mtime_ns, size=len(data))
    return header(entry, NAME) + data + padding(len(data)) + END


def place_of(project: Path) -> str:
    """Return what tells a project from others of its name."""
    return hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:16]


def versions_of(project: Path) -> dict[str, str]:
    """Return the versions that made and surround a snapshot, those of a project's own plugins among them."""
    import tomllib

    found = {"qualia": qualia.__version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for path in sorted(project.glob("plugins/*/plugin.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        found[f"plugin:{table.get('id', path.parent.name)}"] = str(table.get("version", ""))
    return found


def revision_of(project: Path) -> str:
    """Return a project's git revision; empty when it has none, or git is not here."""
    git = shutil.which("git")
    if git is None or not (project / ".git").exists():
        return ""
    words: Sequence[str] = (git, "-C", str(project), "rev-parse", "HEAD")
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
