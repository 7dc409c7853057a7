"""What plugin folders look like at one moment, told from names and file facts alone; nothing is read."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from attrs import field, frozen

Signature = tuple[tuple[str, int, int, int], ...]
"""For each file of a folder: name relative to it with ``/``, time of change in ns, size in bytes, and inode (0 on
systems that do not tell it without opening the file)."""

_MANIFEST = "plugin.toml"
_MOST_ENTRIES = 20_000
# What editors and version control put beside a file while they save it; and bytecode, which is never loaded.
_LITTER = re.compile(r"\..*|.*~|#.*#|.*\.(sw[a-z]|tmp|pyc|pyo)|.*___jb_(tmp|old)___|4913|__pycache__", re.DOTALL)


@frozen
class Look:
    """The plugin folders below some roots, as they were at one moment. Two looks are equal when nothing changed."""

    folders: Mapping[Path, Signature]
    """What each plugin folder holds."""
    places: frozenset[str] = field(default=frozenset(), eq=False)
    """Every folder in which a change can change the above: roots, plugin folders and theirs, what links lead to."""


@frozen(kw_only=True)
class Changes:
    """Plugin folders that differ between two looks."""

    added: frozenset[Path] = frozenset()
    changed: frozenset[Path] = frozenset()
    removed: frozenset[Path] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def look(roots: Iterable[Path]) -> Look:
    """Look at the plugin folders below ``roots`` the way the catalog finds them.

    A root may be a plugin folder itself or hold plugin folders; names that begin with ``_`` or ``.`` are left out, and
    so is a folder without ``plugin.toml``. Links are followed, each to one folder once. What vanishes meanwhile or
    cannot be looked into is left out. Of a plugin with more than 20,000 files the deepest are not looked at.
    """
    folders: dict[Path, Signature] = {}
    places: set[str] = set()
    for root in roots:
        if _is_file(os.path.join(root, _MANIFEST)):  # noqa: PTH118 - a Path each time doubles the cost of a look
            candidates = [root]
        else:
            candidates = [root / name for name in sorted(_children(root, places))]
        for folder in candidates:
            signature = _signature(folder, places)
            if signature is not None:
                folders[folder] = signature
    return Look(MappingProxyType(folders), frozenset(places))


def changes(before: Look, after: Look) -> Changes:
    """Tell what differs between two looks."""
    old, new = before.folders, after.folders
    return Changes(
        added=frozenset(new.keys() - old.keys()),
        changed=frozenset(folder for folder in new.keys() & old.keys() if new[folder] != old[folder]),
        removed=frozenset(old.keys() - new.keys()),
    )


def is_litter(name: str) -> bool:
    """Tell whether a file or folder of this name is no part of a plugin: hidden, bytecode, swap or backup."""
    return _LITTER.fullmatch(name) is not None


def identity(path: str) -> tuple[int, int] | None:
    """Return the device and inode a path leads to, so that another folder of the same name is told apart.

    Returns:
        None when there is nothing.
    """
    try:
        info = os.stat(path)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return None
    return info.st_dev, info.st_ino


def _children(root: Path, places: set[str]) -> Iterator[str]:
    entries = _entries(os.fspath(root))
    if entries is None:
        return
    places.add(os.fspath(root))
    for entry in entries:
        if entry.name[0] not in "._" and _is_folder(entry):
            yield entry.name


def _signature(folder: Path, places: set[str]) -> Signature | None:
    """Look at one folder, nearest files first; None when it is no plugin."""
    top = _entries(os.fspath(folder))
    if top is None:
        return None
    # Also while there is no manifest: it may come last.
    places.add(os.fspath(folder))
    if not any(entry.name == _MANIFEST and _is_file(entry.path) for entry in top):
        return None
    found: list[tuple[str, int, int, int]] = []
    waiting = deque([("", top)])
    linked = {identity(os.fspath(folder))}
    left = _MOST_ENTRIES
    while waiting and left > 0:
        prefix, entries = waiting.popleft()
        left -= len(entries) + 1
        for entry in entries:
            if is_litter(entry.name):
                continue
            if _is_folder(entry):
                below = _entries(entry.path) if _is_first_way(entry, linked) else None
                if below is not None:
                    places.add(entry.path)
                    waiting.append((f"{prefix}{entry.name}/", below))
                continue
            info = _info(entry)
            if info is not None:
                found.append((f"{prefix}{entry.name}", info.st_mtime_ns, info.st_size, info.st_ino))
                if entry.is_symlink():
                    places.add(os.path.dirname(os.path.realpath(entry.path)))  # noqa: PTH120 - as above
    return tuple(sorted(found))


def _is_first_way(entry: os.DirEntry[str], linked: set[tuple[int, int] | None]) -> bool:
    """Tell whether a folder is to be entered: a link that leads where another led, or to the top, is not."""
    if not entry.is_symlink():
        return True
    target = identity(entry.path)
    if target in linked:
        return False
    linked.add(target)
    return True


def _entries(folder: str) -> list[os.DirEntry[str]] | None:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=_name)
    except (OSError, ValueError):
        return None


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _info(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return None


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)  # noqa: PTH113 - as above
    except ValueError:
        return False
