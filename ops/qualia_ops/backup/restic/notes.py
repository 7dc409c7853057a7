"""What is noted here of snapshots in a repository, when each was made and last found whole: to look without restic."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import attrs
from attrs import frozen

from qualia_ops.backup.disk import Disk
from qualia_ops.backup.manifest import moment

NAME = "restic.json"
"""In the folder of the backups."""


@frozen(kw_only=True)
class Note:
    """What is known of a snapshot."""

    created_at: datetime
    verified_at: datetime | None = None
    """When every byte of it was last found to be right; None for never, or not any more."""


def notes_in(folder: Path) -> dict[str, Note]:
    """Return the notes by the snapshots' ids; none where none can be read."""
    try:
        plain: dict[str, dict[str, str | None]] = json.loads((folder / NAME).read_bytes())
        return {name: _note(each["created_at"], each["verified_at"]) for name, each in plain.items()}
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return {}


def made(folder: Path, name: str, created_at: datetime) -> None:
    """Note that a snapshot was made."""
    _change(folder, lambda notes: notes | {name: Note(created_at=created_at)})


def verified(folder: Path, name: str, created_at: datetime, at: datetime | None) -> None:
    """Note when a snapshot was last found whole; None when it no longer is."""
    _change(folder, lambda notes: notes | {name: Note(created_at=created_at, verified_at=at)})


def removed(folder: Path, names: set[str]) -> None:
    """Forget snapshots that are gone."""
    _change(folder, lambda notes: {name: note for name, note in notes.items() if name not in names})


def _note(created_at: str | None, verified_at: str | None) -> Note:
    return Note(
        created_at=moment(str(created_at)),
        verified_at=None if verified_at is None else moment(verified_at),
    )


def _change(folder: Path, change: Callable[[dict[str, Note]], dict[str, Note]]) -> None:
    """Write the notes anew, whole; where nothing can be noted, nothing is."""
    plain = {name: attrs.asdict(note) for name, note in change(notes_in(folder)).items()}
    disk, part = Disk(), folder / f".{NAME}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        disk.remove(part)
        with disk.new_file(part) as file:
            disk.write(file, json.dumps(plain, indent=1, default=datetime.isoformat).encode())
        disk.rename(part, folder / NAME)
    except OSError:
        part.unlink(missing_ok=True)
