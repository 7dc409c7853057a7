"""Making a snapshot: written beside its place, read again and checked, and only then given its name."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

import qualia
from qualia.operations import Progress
from qualia_ops.backup.ciphering import NO_KEYS, Keys, Lock
from qualia_ops.backup.databases import DatabaseUncopied, copy_database
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import WrongPolicy, of_system
from qualia_ops.backup.frames import GZIP, Codec, codec_of
from qualia_ops.backup.lock import locked
from qualia_ops.backup.manifest import Entry, Left, Manifest, Rules
from qualia_ops.backup.reading import NO_LIMITS, Sink, Told, read_archive
from qualia_ops.backup.selection import Found, Selection, select
from qualia_ops.backup.tarred import header, padding
from qualia_ops.backup.writing import Writing, locks_of, suffix_of, writing_to

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
    compress: str = GZIP.name,
    keys: Keys = NO_KEYS,
    look: Callable[[], dict[str, Any]] = dict,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    disk: Disk | None = None,
) -> Told[Made]:
    """Make a snapshot of a project.

    Args:
        project: its folder.
        folder: where archives are kept; made when it is missing.
        rules: what is left out.
        note: a word about it, for people.
        compress: ``gz``, or ``zst`` where its library is installed.
        keys: whom it is encrypted to; nobody reads it then but they, and secrets go along when the rules say so.
        look: tells how everything is, for the manifest.
        clock: the time, with its zone.
        disk: what writes; None for the real one.

    Raises:
        BackupLocked: another backup is at work here.
        WrongPolicy: secrets are to go into an archive that is not encrypted, or what is to encrypt it is no key.
        ExtraMissing: a library it takes is not installed.
        NoSpace: the disk is full.
        ArchiveUnsafe: what was written reads differently; it was removed.
        BackupFailed: something else cannot be read or written.
    """
    disk = disk or Disk()
    if rules.with_secrets and not keys.can_encrypt:
        told = (
            "secrets go into encrypted archives alone; name a key with --recipient, or a password with --password-file"
        )
        raise WrongPolicy(told)
    codec, lock = codec_of(compress), locks_of(keys)
    try:
        with locked(folder):
            sweep(folder, disk)
            begun = begin(project, rules=rules, note=note, health=look(), created_at=clock().astimezone(UTC))
            making = _Making(project, folder, begun, disk, (codec, lock))
            return (yield from making.run())
    except OSError as error:
        raise of_system(error, str(folder)) from error


def sweep(folder: Path, disk: Disk) -> None:
    """Remove what runs left behind that did not end; whoever calls holds the lock, so none of it is in use."""
    for left in sorted(folder.glob(f".*{PART}")):
        disk.remove(left)


def begin(project: Path, *, rules: Rules, note: str, health: dict[str, Any], created_at: datetime) -> Manifest:
    """Return what can be said of a snapshot before anything is read."""
    return Manifest(
        id=f"{created_at:%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}",
        created_at=created_at,
        project=project.resolve().name,
        place=place_of(project),
        versions=versions_of(project),
        revision=revision_of(project),
        note=note,
        health=health,
        rules=rules,
    )


class _Making:
    def __init__(
        self, project: Path, folder: Path, begun: Manifest, disk: Disk, form: tuple[Codec, Lock | None]
    ) -> None:
        self._project: Path = project
        self._folder: Path = folder
        self._disk: Disk = disk
        self._codec, self._lock = form
        self._entries: list[Entry] = []
        self._problems: list[Left] = []
        self._manifest: Manifest = begun
        self._path: Path = folder / f"{name_of(project)}-{begun.id}{suffix_of(*form)}"
        self._temporary: Path = folder / f".{self._path.name}{PART}"
        self._spool: Path = folder / f".{begun.id}.database{PART}"

    def run(self) -> Told[Made]:
        try:
            size_bytes, keys = yield from self._write()
            # What was just written here may unpack to much more than its size; that is what is in the project.
            again = read_archive(self._temporary, Sink(), NO_LIMITS, keys=keys, known=self._manifest)
            manifest = yield from again
            self._disk.rename(self._temporary, self._path)
            self._disk.settle(self._folder)
        except BaseException:
            self._disk.remove(self._temporary)
            raise
        finally:
            self._disk.remove(self._spool)
        return Made(path=self._path, manifest=manifest, size_bytes=size_bytes)

    def _write(self) -> Told[tuple[int, Keys]]:
        yield Progress("looking through the project", done=0.0)
        selection = select(self._project, self._manifest.rules, besides=(self._folder,))
        self._problems += selection.problems
        with self._disk.new_file(self._temporary) as file:
            writing = writing_to(file, self._disk, self._codec, self._lock)
            try:
                for number, found in enumerate(selection.found):
                    if number % _TELL_EVERY == 0:
                        yield Progress("packing", done=number / len(selection.found))
                    self._add(writing, found)
                self._manifest = self._told(selection)
                size_bytes = writing.seal(self._manifest)
            finally:
                writing.close()
            self._disk.settle(file)
        return size_bytes, writing.reader_keys

    def _told(self, selection: Selection) -> Manifest:
        folded = {entry.path.casefold() for entry in self._entries}
        return attrs.evolve(
            self._manifest,
            entries=tuple(self._entries),
            excluded=(*selection.excluded, *selection.beside),
            secrets=tuple(selection.secrets),
            problems=tuple(self._problems),
            case_twins=len(folded) < len(self._entries),
        )

    def _add(self, writing: Writing, found: Found) -> None:
        try:
            if found.kind == "file":
                self._add_file(writing, found)
            else:
                entry = _entry(found, found.stat)
                writing.add(header(entry))
                self._entries.append(entry)
        except DatabaseUncopied as error:
            self._problems.append(Left(path=found.path, why=str(error)))
        except _Unreadable as error:
            self._problems.append(Left(path=found.path, why=error.why))

    def _add_file(self, writing: Writing, found: Found) -> None:
        if found.is_database:
            # On the disk of the backups, which was asked to hold it anyway.
            copy_database(found.source, self._spool)
            try:
                with _opened(self._spool) as file:
                    self._pack(writing, found, file, dressed=found.stat)
            finally:
                self._disk.remove(self._spool)
            return
        with _opened(found.source) as file:
            self._pack(writing, found, file, dressed=None)

    def _pack(self, writing: Writing, found: Found, file: int, *, dressed: os.stat_result | None) -> None:
        before = os.fstat(file)
        if not stat.S_ISREG(before.st_mode):
            raise _Unreadable(OSError(errno.EINVAL, "it is no file any more"))
        if before.st_size > _AT_ONCE_BYTES:
            self._pack_long(writing, found, file, dressed or before, before)
            return
        data, status, is_steady = _read_steady(file, before)
        entry = _entry(found, dressed or status, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        writing.add(header(entry), data, padding(entry.size))
        self._settle(found, entry, is_steady=is_steady)

    def _pack_long(
        self, writing: Writing, found: Found, file: int, dressed: os.stat_result, before: os.stat_result
    ) -> None:
        """Pack a file too long to be held: as many bytes as it had when it was opened, whatever happens to it."""
        size = left = before.st_size
        writing.add(header(_entry(found, dressed, size=size)))
        digest = hashlib.sha256()
        fault = ""
        while left:
            try:
                data = os.read(file, min(_PIECE_BYTES, left))
            except OSError as error:
                data, fault = b"", f"it could not be read to its end ({error.strerror or error})"
            data = data or bytes(min(_PIECE_BYTES, left))
            digest.update(data)
            writing.add(data)
            left -= len(data)
        writing.add(padding(size))
        entry = _entry(found, dressed, size=size, sha256=digest.hexdigest())
        now = os.fstat(file)
        if fault:
            self._problems.append(Left(path=found.path, why=fault))
        is_steady = bool(fault) or (now.st_size, now.st_mtime_ns) == (size, before.st_mtime_ns)
        self._settle(found, entry, is_steady=is_steady)

    def _settle(self, found: Found, entry: Entry, *, is_steady: bool) -> None:
        self._entries.append(entry)
        if not is_steady:
            self._problems.append(Left(path=found.path, why="it changed each time it was read"))


class _Unreadable(Exception):
    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.why: str = f"it cannot be read ({(error.strerror or str(error)).lower()})"


@contextmanager
def _opened(path: Path) -> Generator[int]:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _Unreadable(error) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read_steady(file: int, before: os.stat_result) -> tuple[bytes, os.stat_result, bool]:
    """Return what a file holds, how it stood then, and whether it stood still while it was read."""
    data = b""
    for number in range(_TRIES):
        try:
            if number:
                os.lseek(file, 0, os.SEEK_SET)
            # One byte more than there should be: one call tells whether it grew, and holds no more than that.
            data = os.read(file, before.st_size + 1)
        except OSError as error:
            raise _Unreadable(error) from error
        now = os.fstat(file)
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


def name_of(project: Path) -> str:
    """Return what the names of a project's archives begin with."""
    name = "".join(each if each.isalnum() or each in "-_." else "_" for each in project.resolve().name)
    return name.strip(".") or "project"


def place_of(project: Path) -> str:
    """Return what tells a project from others of its name."""
    return hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:16]


def versions_of(project: Path) -> dict[str, str]:
    """Return the versions that made and surround a snapshot, those of a project's own plugins among them."""
    import tomllib

    python = ".".join(map(str, sys.version_info[:3]))
    found = {"qualia": qualia.__version__, "python": python, "sqlite": sqlite3.sqlite_version}
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
    import subprocess

    words: Sequence[str] = (git, "-C", str(project), "rev-parse", "HEAD")
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
