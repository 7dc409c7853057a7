"""Making a snapshot in a repository of restic: the same files as in an archive, and a manifest with their digests.

restic reads the project itself and is told what to leave out. Copies of databases and the manifest lie in a folder of
the project for as long as that takes. What changes between our reading and restic's is found by its size and time; then
another snapshot is made in the place of the first.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from qualia.operations import Progress
from qualia_ops.backup.create import PART, RULES, begin, sweep
from qualia_ops.backup.databases import DatabaseUncopied, copy_database
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import BackupFailed, of_system
from qualia_ops.backup.lock import locked
from qualia_ops.backup.manifest import Entry, Left, Manifest, Rules, to_bytes
from qualia_ops.backup.reading import Told
from qualia_ops.backup.restic.program import NoRepository, Restic
from qualia_ops.backup.restic.repository import MANIFEST, STAGE, Kept, Repository, database_path, tags_of
from qualia_ops.backup.selection import CACHE_TAG, TAGGED, Found, Selection, select

_TRIES = 5
_TORN_AFTER = 2
_TELL_EVERY = 64
_SPECIAL = frozenset("*?[]\\")
_CHANGED = "it changed each time it was read"


@frozen(kw_only=True)
class MadeByRestic:
    """A snapshot that was made."""

    manifest: Manifest
    restic_id: str
    added_bytes: int
    """What the repository has grown by, before compression where restic does not tell."""
    is_first: bool
    """Whether the repository was made for it."""


def make(
    project: Path,
    folder: Path,
    restic: Restic,
    *,
    rules: Rules = RULES,
    note: str = "",
    look: Callable[[], dict[str, Any]] = dict,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    disk: Disk | None = None,
) -> Told[MadeByRestic]:
    """Make a snapshot of a project; the repository is made when there is none.

    Args:
        project: its folder.
        folder: where archives would be kept, whose lock is taken and which is no part of the project.
        restic: the program, with the repository.
        rules: what is left out.
        note: a word about it, for people.
        look: tells how everything is, for the manifest.
        clock: the time, with its zone.
        disk: what writes; None for the real one.

    Raises:
        BackupLocked: another backup is at work here or on the repository.
        WrongKey: the password does not open the repository.
        NoSpace: there is no room for it.
        BackupFailed: something else cannot be read or written.
    """
    disk = disk or Disk()
    stage = project / STAGE
    try:
        with locked(folder):
            sweep(folder, disk)
            disk.remove(stage)
            try:
                if stage.parent.is_symlink():
                    raise BackupFailed(f"{stage.parent} is a link; restic does not follow it")
                stage.mkdir(parents=True, mode=0o700)
                # Should it be left behind, no archive takes it for part of the project.
                (stage / CACHE_TAG).write_bytes(TAGGED)
                begun = begin(project, rules=rules, note=note, health=look(), created_at=clock().astimezone(UTC))
                return (yield from _Making(project, folder, restic, begun, disk).run())
            finally:
                disk.remove(stage)
                sweep(folder, disk)
    except OSError as error:
        raise of_system(error, str(project)) from error


class _Making:
    def __init__(self, project: Path, folder: Path, restic: Restic, begun: Manifest, disk: Disk) -> None:
        self._project: Path = project
        self._folder: Path = folder
        self._restic: Restic = restic
        self._begun: Manifest = begun
        self._disk: Disk = disk
        self._entries: dict[str, Entry] = {}
        self._stats: dict[str, os.stat_result] = {}
        self._problems: dict[str, Left] = {}
        self._times: dict[str, int] = {}
        self._is_first: bool = False
        self._list: Path = folder / f".{begun.id}.excludes{PART}"

    def run(self) -> Told[MadeByRestic]:
        yield Progress("looking through the project", done=0.0)
        besides = [self._folder, self._project / STAGE]
        if self._restic.is_local:
            besides.append(Path(self._restic.repository))
        selection = select(self._project, self._begun.rules, besides=besides)
        selection.excluded = [each for each in selection.excluded if each.path != f"{STAGE}/"]
        self._problems = {each.path.rstrip("/"): each for each in selection.problems}
        wanted = list(selection.found)
        for _number in range(_TRIES):
            for number, found in enumerate(wanted):
                if number % _TELL_EVERY == 0:
                    yield Progress("reading the project", done=number / len(wanted))
                self._look(found)
            self._copy_databases(selection)
            manifest = self._manifest(selection)
            self._write(self._project / MANIFEST, to_bytes(manifest))
            self._write(self._list, self._excludes(selection))
            snapshot_id, added_bytes, unread = yield from self._backup(manifest)
            torn = [each for each in selection.found if each.path in unread or self._has_changed(each)]
            torn = [each for each in torn if each.path not in self._problems]
            if not torn:
                return MadeByRestic(
                    manifest=manifest, restic_id=snapshot_id, added_bytes=added_bytes, is_first=self._is_first
                )
            self._drop(snapshot_id, manifest)
            self._count(torn)
            wanted = torn
        raise BackupFailed("the project changed each time it was read; stop what writes to it")

    def _look(self, found: Found) -> None:
        """Take down what something is; of a file its digest, too."""
        path = found.path
        if found.kind != "file":
            self._entries[path] = _entry(found)
            return
        if found.is_database:
            return
        try:
            with found.source.open("rb") as file:
                status = os.fstat(file.fileno())
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            self._leave(path, f"it cannot be read ({(error.strerror or str(error)).lower()})")
            return
        self._stats[path] = status
        self._entries[path] = attrs.evolve(
            _entry(found), mode=status.st_mode & 0o777, mtime_ns=status.st_mtime_ns, size=status.st_size, sha256=digest
        )

    def _copy_databases(self, selection: Selection) -> None:
        """Copy every database, in the order of their places in the snapshot."""
        number = 0
        for found in selection.found:
            if not found.is_database or (found.path in self._problems and found.path not in self._entries):
                continue
            copy = self._project / database_path(number)
            self._disk.remove(copy)
            try:
                copy_database(found.source, copy)
            except DatabaseUncopied as error:
                self._leave(found.path, str(error))
                self._disk.remove(copy)
                continue
            with copy.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self._entries[found.path] = attrs.evolve(_entry(found), size=copy.stat().st_size, sha256=digest)
            number += 1

    def _backup(self, manifest: Manifest) -> Told[tuple[str, int, set[str]]]:
        """Run restic; return the snapshot's id, what it added, and which paths it could not read."""
        words = ("backup", ".", "--tag", tags_of(manifest), "--exclude-file", str(self._list))
        unread: set[str] = set()
        for number in range(3):
            summary: Mapping[str, Any] = {}
            try:
                for row in self._restic.lines(*words, cwd=str(self._project)):
                    kind = row.get("message_type")
                    if kind == "status":
                        yield Progress("packing", done=_share(row.get("percent_done")))
                    elif kind == "error":
                        unread.add(self._below(str(row.get("item", ""))))
                    elif kind == "summary":
                        summary = row
            except NoRepository:
                if number:
                    raise
                self._restic.answer("init")
                self._is_first = True
                continue
            snapshot_id = str(summary.get("snapshot_id") or "")
            if not snapshot_id:
                raise BackupFailed("restic told of no snapshot; nothing counts as kept")
            added = summary.get("data_added_packed", summary.get("data_added"))
            return snapshot_id, added if isinstance(added, int) else 0, unread
        raise BackupFailed("restic told of no snapshot; nothing counts as kept")

    def _below(self, item: str) -> str:
        root = f"{self._project.resolve()}/"
        return item.removeprefix(root if item.startswith(root) else "./")

    def _manifest(self, selection: Selection) -> Manifest:
        entries = [self._entries[each.path] for each in selection.found if each.path in self._entries]
        folded = {entry.path.casefold() for entry in entries}
        return attrs.evolve(
            self._begun,
            entries=tuple(entries),
            excluded=(*selection.excluded, *selection.beside),
            secrets=tuple(selection.secrets),
            problems=tuple(self._problems.values()),
            case_twins=len(folded) < len(entries),
        )

    def _excludes(self, selection: Selection) -> bytes:
        """Return what restic is to leave out, as it reads patterns: each names one path from the root."""
        taken = {found.path for found in selection.found if not found.is_database and found.path in self._entries}
        left = [*selection.excluded, *selection.beside, *selection.secrets, *self._problems.values()]
        paths = [each.path.rstrip("/") for each in left]
        paths += [found.path for found in selection.found if found.path not in taken]
        root = self._project.resolve()
        own, parent = Path(STAGE).name, str(Path(STAGE).parent)
        if parent in paths:
            # The folder of the stage itself has to stay: all else in it goes.
            paths += [f"{parent}/{each.name}" for each in (root / parent).iterdir() if each.name != own]
        taken |= {STAGE, parent}
        return b"".join(pattern(str(root / path)) + b"\n" for path in paths if path not in taken)

    def _has_changed(self, found: Found) -> bool:
        before = self._stats.get(found.path)
        if before is None:
            return False
        try:
            now = found.source.lstat()
        except OSError:
            return True
        is_same = (now.st_size, now.st_mtime_ns, now.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
        return not (is_same and stat.S_ISREG(now.st_mode))

    def _count(self, torn: list[Found]) -> None:
        """Note what could not be taken as it was; from the second time on it counts as a problem."""
        for found in torn:
            self._times[found.path] = self._times.get(found.path, 0) + 1
            if self._times[found.path] >= _TORN_AFTER:
                self._problems[found.path] = Left(path=found.path, why=_CHANGED)

    def _leave(self, path: str, why: str) -> None:
        self._entries.pop(path, None)
        self._stats.pop(path, None)
        self._problems[path] = Left(path=path, why=why)

    def _drop(self, snapshot_id: str, manifest: Manifest) -> None:
        gone = Kept(
            restic_id=snapshot_id,
            id=manifest.id,
            created_at=manifest.created_at,
            place=manifest.place,
            project=manifest.project,
            files=0,
            size_bytes=0,
            is_complete=False,
            note="",
        )
        Repository(restic=self._restic, place=None).forget([gone], prune=False)

    def _write(self, path: Path, data: bytes) -> None:
        self._disk.remove(path)
        with self._disk.new_file(path) as file:
            self._disk.write(file, data)


def pattern(path: str) -> bytes:
    """Return a pattern of restic's that stands for one path; what cannot stand in a line of a file is any character."""
    found = b""
    for each in path:
        if each in _SPECIAL:
            found += f"\\{each}".encode()
        elif each == "$":
            found += b"$$"
        elif "\udc80" <= each <= "\udcff" or each in "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029":
            found += b"?"
        elif each.isspace():
            found += f"[{each}]".encode()
        else:
            found += each.encode("utf-8", "surrogatepass")
    return found


def _entry(found: Found) -> Entry:
    return Entry(
        path=found.path,
        kind=found.kind,
        mode=found.stat.st_mode & 0o777,
        mtime_ns=found.stat.st_mtime_ns,
        target=found.target,
        is_database=found.is_database,
    )


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
