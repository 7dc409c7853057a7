"""The folder of the archives: what is in it, which one is meant, and when each was last found whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import field, frozen

from qualia.errors import QualiaError
from qualia_ops.backup.disk import Disk, stands
from qualia_ops.backup.errors import BackupFailed, NoSuchSnapshot
from qualia_ops.backup.manifest import Left, Manifest, moment
from qualia_ops.backup.opening import ALL_SUFFIXES, Summary, read_summary
from qualia_ops.backup.reading import read_manifest

CHECKED = "verified.json"


@frozen(kw_only=True)
class Snapshot:
    """An archive in the folder."""

    path: Path
    size_bytes: int
    manifest: Manifest | None = None
    """None when it cannot be read; of an encrypted archive, what it tells anybody, which is not what it holds."""
    files: int = 0
    """How many it holds."""
    content_bytes: int = 0
    """What they come to."""
    is_encrypted: bool = False
    trouble: str = ""
    """Why it cannot be used; empty when nothing is known against it."""
    verified_at: datetime | None = field(default=None)
    """When every byte of it was last found to be right; None for never, or not any more."""

    @property
    def id(self) -> str:
        """What it is called."""
        if self.manifest is not None:
            return self.manifest.id
        suffix = next((each for each in ALL_SUFFIXES if self.path.name.endswith(each)), "")
        return self.path.name.removesuffix(suffix)


def snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """Return the archives of a folder, the newest first; those that cannot be read come last.

    Raises:
        BackupFailed: the folder cannot be read.
    """
    checked = checks(folder)
    if folder.exists() and not folder.is_dir():
        raise BackupFailed(f"{folder} is no folder")
    try:
        found = [each for path in archives_in(folder) if (each := _snapshot(path, checked)) is not None]
    except OSError as error:
        raise BackupFailed(f"{folder}: {(error.strerror or str(error)).lower()}") from error
    readable = [each for each in found if each.manifest is not None]
    readable.sort(key=lambda each: (each.manifest.created_at if each.manifest else None, each.id), reverse=True)
    return (*readable, *(each for each in found if each.manifest is None))


def archives_in(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that are archives by their names, in order of those.

    Raises:
        OSError: the folder cannot be read.
    """
    if not folder.is_dir():
        return ()
    names = sorted(name for name in os.listdir(folder) if name.endswith(ALL_SUFFIXES) and not name.startswith("."))  # noqa: PTH208
    return tuple(path for path in (folder / name for name in names) if path.is_file())


def find(folder: Path, name: str) -> Path:
    """Return the archive that is meant by a path, an id, the beginning of an id, or ``latest``.

    Raises:
        NoSuchSnapshot: none is, or several are.
    """
    if ("/" in name or os.sep in name or name.endswith(ALL_SUFFIXES)) and Path(name).is_file():
        return Path(name)
    there = snapshots(folder)
    if name == "latest":
        if not there or there[0].manifest is None:
            raise NoSuchSnapshot(name, f"there is none in {folder}; make one with `qualia backup create`")
        return there[0].path
    exact = [each.path for each in there if name in (each.id, each.path.name)]
    meant = exact or [each.path for each in there if name and each.id.startswith(name)]
    if len(meant) == 1:
        return meant[0]
    more = "several begin so" if meant else f"`qualia backup list` shows those in {folder}"
    raise NoSuchSnapshot(name, more)


def note_check(path: Path, at: datetime | None, *, disk: Disk | None = None) -> None:
    """Note when an archive was last found whole; None when it no longer is. Where nothing can be noted, nothing is."""
    disk = disk or Disk()
    part = path.parent / f".{CHECKED}.part"
    try:
        notes = {name: value for name, value in checks(path.parent).items() if stands(path.parent / name)}
        notes.pop(path.name, None)
        if at is not None:
            status = path.stat()
            notes[path.name] = {"at": at.isoformat(), "size": status.st_size, "mtime_ns": status.st_mtime_ns}
        disk.remove(part)
        with disk.new_file(part) as file:
            disk.write(file, json.dumps(notes, indent=1).encode())
            disk.settle(file)
        disk.rename(part, path.parent / CHECKED)
    except OSError:
        with suppress(OSError):
            disk.remove(part)


def _snapshot(path: Path, checked: Mapping[str, Any]) -> Snapshot | None:
    """Return what there is to know of an archive; None when it was removed meanwhile."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    try:
        summary = read_summary(path)
        manifest = read_manifest(path) if summary is None else _told(summary)
    except QualiaError as error:
        return Snapshot(path=path, size_bytes=status.st_size, trouble=getattr(error, "reason", "") or str(error))
    except OSError as error:
        return Snapshot(path=path, size_bytes=status.st_size, trouble=(error.strerror or str(error)).lower())
    return Snapshot(
        path=path,
        size_bytes=status.st_size,
        manifest=manifest,
        files=sum(entry.kind == "file" for entry in manifest.entries) if summary is None else summary.files,
        content_bytes=manifest.size_bytes if summary is None else summary.content_bytes,
        is_encrypted=summary is not None,
        verified_at=verified_at(path, status, checked),
    )


def _told(summary: Summary) -> Manifest:
    problems = () if summary.is_complete else (Left(path="", why="its manifest tells, with the key"),)
    return Manifest(
        id=summary.id,
        created_at=summary.created_at,
        project=summary.project,
        place=summary.place,
        versions={},
        problems=problems,
    )


def verified_at(path: Path, status: os.stat_result, checked: Mapping[str, Any]) -> datetime | None:
    """Return when an archive was last found whole; None for never, or when it changed since.

    Args:
        path: the archive.
        status: of the file.
        checked: what `checks` returned of its folder.
    """
    note = checked.get(path.name)
    try:
        if note is not None and (note["size"], note["mtime_ns"]) == (status.st_size, status.st_mtime_ns):
            return moment(note["at"])
    except (KeyError, TypeError, ValueError):
        return None
    return None


def checks(folder: Path) -> dict[str, Any]:
    """Return what is noted of a folder's archives; nothing where that cannot be read."""
    try:
        notes: Any = json.loads((folder / CHECKED).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return notes if isinstance(notes, dict) else {}  # pyright: ignore[reportUnknownVariableType]
