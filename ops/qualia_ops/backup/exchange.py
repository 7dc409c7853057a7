"""A new folder takes an old one's place: by one exchange where the system can, by two noted renames elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

from qualia_ops.backup.disk import Disk, is_folder, stands

_MARK = ".qualia-restore-"
_NOTE = ".qualia-restore.json"


def sibling(target: Path) -> Path:
    """Return a name beside a folder for what is to take its place."""
    return target.with_name(f".{target.name}{_MARK}{os.urandom(4).hex()}")


def put_in_place(staging: Path, target: Path, disk: Disk, *, keep_old: bool) -> Path | None:
    """Let a finished folder take another's place, which need not be there; return where the old one is kept, or None.

    Raises:
        OSError: it cannot; the old one stands, or `recover` puts it back.
    """
    old: Path | None = staging
    if not stands(target) or (is_folder(target) and not any(target.iterdir())):
        disk.rename(staging, target)
        old = None
    elif not disk.exchange(staging, target):
        old = _in_two_steps(staging, target, disk)
    disk.settle(target.parent)
    if old is None:
        return None
    if keep_old:
        kept = target.with_name(f"{target.name}.before-{staging.name.rpartition('-')[2]}")
        disk.rename(old, kept)
        return kept
    disk.remove(old)
    return None


def _in_two_steps(staging: Path, target: Path, disk: Disk) -> Path:
    old = sibling(target)
    note = target.with_name(f".{target.name}{_NOTE}")
    # Named as what `recover` clears away, should this be the last that is done.
    part = sibling(target)
    with disk.new_file(part) as file:
        disk.write(file, json.dumps({"new": staging.name, "old": old.name}).encode())
        disk.settle(file)
    disk.rename(part, note)
    disk.settle(target.parent)
    disk.rename(target, old)
    disk.rename(staging, target)
    disk.settle(target.parent)
    disk.remove(note)
    return old


def recover(target: Path, disk: Disk) -> tuple[str, ...]:
    """Finish what a restore left behind that did not end; return the names of what was cleared away.

    Whoever calls holds the lock of the backups, so nobody is at work on it. The target ends as the old folder or the
    new one, whichever had been reached.
    """
    note = target.with_name(f".{target.name}{_NOTE}")
    if stands(note):
        names = json.loads(note.read_bytes())
        for name in (names["new"], names["old"]):
            if not stands(target) and stands(target.with_name(name)):
                disk.rename(target.with_name(name), target)
        disk.settle(target.parent)
        disk.remove(note)
    prefix = f".{target.name}{_MARK}"
    with os.scandir(target.parent) as beside:
        cleared = sorted(entry.name for entry in beside if entry.name.startswith(prefix))
    for name in cleared:
        disk.remove(target.with_name(name))
    return tuple(cleared)
