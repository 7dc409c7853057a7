"""What manifests said the last time they were read, so that those that have not changed need not be parsed again.

It holds their tables, not what was made of them: each is checked as if it had come from its file, so that nothing
written here can be more than a manifest could say.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from qualia._files import write_whole
from qualia._plugins.manifest import Flaw, Manifest, manifest_of
from qualia._values import is_mapping, is_sequence, parse_json
from qualia.errors import UnwritableOutput

FILE_NAME = "plugins-index.json"
_FORMAT = 1
_MAX_BYTES = 16 * 1024 * 1024
_SETTLED_NS = 2_000_000_000
"""A file may change again without a new time of change until the coarsest clock of a file system has moved on."""


class Index:
    """One index file, for the time of one discovery. Whatever is wrong with it, it merely knows nothing.

    Args:
        path: the file; None keeps none.
        now_ns: the time of day, in nanoseconds since the epoch; None asks the clock.
    """

    def __init__(self, path: Path | None, *, now_ns: int | None = None) -> None:
        self._path: Path | None = path
        self._latest_ns: int = (time.time_ns() if now_ns is None else now_ns) - _SETTLED_NS
        self._known: Mapping[str, Any] = {} if path is None else _read(path)
        self._seen: dict[str, dict[str, Any]] = {}
        self._changed: bool = False

    def manifest(self, place: str, name: str, found: os.stat_result, good: set[str]) -> Manifest | None:
        """Return the manifest of a plugin folder by where it stands; None when it must be read.

        Args:
            place: the folder the plugin's folder stands in.
            name: the name of the plugin's folder.
            found: what the file system says of its manifest now.
            good: as in `manifest_of`.
        """
        entries = self._known.get(place)
        entry = entries.get(name) if is_mapping(entries) else None
        if not is_sequence(entry) or len(entry) != 2 or entry[0] != _identity(found) or not is_mapping(entry[1]):
            return None
        manifest = manifest_of(entry[1], good)
        if isinstance(manifest, Flaw):
            return None
        self._keep(place, name, entry)
        return manifest

    def learn(self, place: str, name: str, found: os.stat_result, table: Mapping[str, Any]) -> None:
        """Remember the table of a good manifest, unless its file is so young that it may change unnoticed."""
        if self._path is not None and max(found.st_mtime_ns, found.st_ctime_ns) <= self._latest_ns:
            # An empty list or table says what a missing one does.
            self._keep(place, name, [_identity(found), {key: value for key, value in table.items() if value}])
            self._changed = True

    def _keep(self, place: str, name: str, entry: Any) -> None:
        seen = self._seen.get(place)
        if seen is None:
            seen = self._seen[place] = {}
        seen[name] = entry

    def write(self, places: Iterable[str]) -> None:
        """Write what is known by now, if that is news; a folder that is not there or cannot be written is left alone.

        Args:
            places: where was looked; what else is known of them is gone. What is known of other places stays.
        """
        after = dict(self._known)
        for place in places:
            entries = after.pop(place, {})
            self._changed |= not is_mapping(entries) or len(entries) != len(self._seen.get(place, ()))
        if self._path is None or not self._changed or not self._path.parent.is_dir():
            return
        for place, entries in self._seen.items():
            others = after.get(place)
            after[place] = {**others, **entries} if is_mapping(others) else entries
        data = _written(after)
        if len(data) > _MAX_BYTES:
            data = _written(self._seen)
        with suppress(UnwritableOutput, OSError):
            write_whole(self._path, data)


def _identity(found: os.stat_result) -> list[int]:
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        told: Any = parse_json(data if len(data) <= _MAX_BYTES else b"")
    except (OSError, ValueError):
        return {}
    places = told.get("places") if is_mapping(told) and told.get("format") == _FORMAT else None
    return places if is_mapping(places) else {}


def _written(places: Mapping[str, Any]) -> bytes:
    import json

    told = {"format": _FORMAT, "places": {place: entries for place, entries in places.items() if entries}}
    return json.dumps(told, separators=(",", ":")).encode("ascii")
