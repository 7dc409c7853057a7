"""Entry points on a search path, read from files alone.

Nothing is imported, and neither are ``importlib.metadata``, which costs 50 ms, nor any library: help and completion
of the command line are to know the entry points too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

INSTALLED = re.compile(r"([^~].*?)(?:-([0-9][^-]*)(?:-.*)?)?\.(dist-info|egg-info)")
"""Matches the name of a distribution's folder: its name, its version and which kind of folder it is."""
_OWN = "qualia-core"
_MAX_BYTES = 1024 * 1024
_CHUNK_BYTES = 8 * 1024
_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class Entry(NamedTuple):
    """One entry point."""

    name: str
    value: str
    """What it names, usually ``module:object``."""
    distribution: str
    """Who declares it."""
    version: str
    """The distribution's version; empty when its folder's name does not tell."""


def entries(search_path: Iterable[str], group: str) -> Iterator[Entry]:
    """Yield the entry points of a group, in order of distribution, then as they are declared.

    Of a distribution that is installed twice the first folder of the path counts, as it does for an import. What
    cannot be read has none.
    """
    found: dict[str, tuple[str, str]] = {}
    for folder in dict.fromkeys(map(os.path.abspath, search_path)):
        # Missing, an archive, or below a working folder that is gone.
        with suppress(OSError, ValueError):
            for name in os.listdir(folder):
                match = INSTALLED.fullmatch(name) if name.endswith(".dist-info") else None
                if match is not None:
                    shown = match[1].replace("_", "-")
                    found.setdefault(shown.lower(), (shown, f"{folder}{os.sep}{name}"))
    for _key, (shown, info) in sorted(found.items()):
        data = read_start(f"{info}{os.sep}entry_points.txt")
        if group.encode() in data:
            match = INSTALLED.fullmatch(os.path.basename(info))
            version = (match[2] if match is not None else None) or ""
            for name, value in entries_of(data, group):
                yield Entry(name, value, shown, version)


def entries_of(data: bytes, group: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each entry of a group in what an ``entry_points.txt`` holds."""
    inside = False
    for line in data.decode("utf-8", "replace").splitlines():
        line = line.strip()
        if line.startswith("["):
            inside = line.strip("[] \t") == group
        elif inside and "=" in line and line[0] not in "#;":
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()


def module_file(module: str, search_path: Iterable[str]) -> str | None:
    """Return the source file an import of a dotted name would run; None where that cannot be told from names alone."""
    parts = module.split(".")
    if not all(map(str.isidentifier, parts)):
        return None
    for folder in search_path:
        place = os.path.join(folder or os.curdir, *parts)
        for file in (f"{place}{os.sep}__init__.py", f"{place}.py"):
            if os.path.isfile(file):
                return file
    return None


def is_left_out(entry: Entry, search_path: Iterable[str]) -> bool:
    """Tell whether an entry names a package of our own that was left out of this installation."""
    return entry.distribution == _OWN and module_file(entry.value.partition(":")[0].strip(), search_path) is None


def read_start(path: str) -> bytes:
    """Return a file's beginning, at most 1 MiB; nothing when it cannot be read."""
    try:
        file = os.open(path, _OPEN)
    except (OSError, ValueError):
        return b""
    data = b""
    try:
        # Room for all that is allowed would be cleared for each of a thousand small files.
        while len(data) < _MAX_BYTES and (more := os.read(file, _CHUNK_BYTES)):
            data += more
            if len(more) < _CHUNK_BYTES:
                break
    except OSError:
        return b""
    finally:
        os.close(file)
    return data
