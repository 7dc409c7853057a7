"""The folder of the archives: what is in it, which one is meant, and when each was last found whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import field, frozen

from qualia_ops.backup.create import SUFFIX
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import BackupFailed, NoSuchSnapshot
from qualia_ops.backup.manifest import Manifest
from qualia_ops.backup.reading import read_manifest

CHECKED = "verified.json"


@frozen(kw_only=True)
class Snapshot:
    """An archive in the folder."""

    path: Path
    size_bytes: int
    manifest: Manifest | None = None
    """None when it cannot be read."""
    trouble: str = ""
    """Why it cannot be used; empty when nothing is known against it."""
    verified_at: datetime | None = field(default=None)
    """When every byte of it was last found to be right; None for never, or not any more."""

    @property
    def id(self) -> str:
        """What it is called."""
        return self.path.name.removesuffix(SUFFIX) if self.manifest is None else self.manifest.id


def snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """Return the archives of a folder, the newest first; those that cannot be read come last.

    Raises:
        BackupFailed: the folder cannot be read.
    """
    checked = _checked(folder)
    try:
        paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
        found = [_snapshot(path, checked) for path in paths if path.is_file()]
    except OSError as error:
        raise BackupFailed(f"{folder}: {(error.strerror or str(error)).lower()}") from error
    readable = [each for each in found if each.manifest is not None]
    readable.sort(key=lambda each: (each.manifest.created_at if each.manifest else None, each.id), reverse=True)
    return (*readable, *(each for each in found if each.manifest is None))


def find(folder: Path, name: str) -> Path:
    """Return the archive that is meant by a path, an id, the beginning of an id, or ``latest``.

    Raises:
        NoSuchSnapshot: none is, or several are.
    """
    if ("/" in name or os.sep in name or name.endswith(SUFFIX)) and Path(name).is_file():
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
    notes = {name: value for name, value in _checked(path.parent).items() if (path.parent / name).is_file()}
    notes.pop(path.name, None)
    if at is not None:
        status = path.stat()
        notes[path.name] = {"at": at.isoformat(), "size": status.st_size, "mtime_ns": status.st_mtime_ns}
    part = path.parent / f".{CHECKED}.part"
    try:
        disk.remove(part)
        with disk.new_file(part) as file:
            disk.write(file, json.dumps(notes, indent=1).encode())
            disk.settle(file)
        disk.rename(part, path.parent / CHECKED)
    except OSError:
        part.unlink(missing_ok=True)


def _snapshot(path: Path, checked: Mapping[str, Any]) -> Snapshot:
    status = path.stat()
    try:
        manifest = read_manifest(path)
    except BackupFailed as error:
        return Snapshot(path=path, size_bytes=status.st_size, trouble=error.reason)
    except OSError as error:
        return Snapshot(path=path, size_bytes=status.st_size, trouble=(error.strerror or str(error)).lower())
    note = checked.get(path.name)
    verified_at = None
    try:
        if note is not None and (note["size"], note["mtime_ns"]) == (status.st_size, status.st_mtime_ns):
            verified_at = datetime.fromisoformat(note["at"])
    except (KeyError, TypeError, ValueError):
        verified_at = None
    return Snapshot(path=path, size_bytes=status.st_size, manifest=manifest, verified_at=verified_at)


def _checked(folder: Path) -> dict[str, Any]:
    try:
        notes: Any = json.loads((folder / CHECKED).read_bytes())
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}  # pyright: ignore[reportUnknownVariableType]
