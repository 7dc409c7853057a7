"""Which plugins there are and what they take, told from their files alone: nothing is imported and no library loaded.

It is for completion, which has to answer while somebody waits with a finger on a key. `Core` knows better and takes
four times as long; a plugin this misses or names too many can still be typed.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from qualia._plugins.entries import entries, module_file, read_start

_MANIFEST = "plugin.toml"
_INDEX = os.path.join(".qualia", "plugins-index.json")
_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_TOP = re.compile(r"^[ \t]*\[", re.MULTILINE)
_KEY = re.compile(r"^[ \t]*(id|kind|summary|entry)[ \t]*=[ \t]*(?:\"([^\"\n]*)\"|'([^'\n]*)')", re.MULTILINE)


class Known(NamedTuple):
    """A plugin as far as completion needs it."""

    id: str
    kind: str
    summary: str
    entry: str
    folder: str


class Asked(NamedTuple):
    """Where somebody who types a command wants plugins looked for."""

    plugin_dirs: Sequence[str]
    project: str | None
    """None for the current folder, when it is a project."""


def known_plugins(asked: Asked, environ: Mapping[str, str]) -> list[Known]:
    """Return the plugins there are, in order of id; of several of one id the last."""
    project = asked.project or ("." if os.path.isfile("qualia.toml") else None)
    index = _index(project)
    found: dict[str, Known] = {}
    for folder in _places(asked, project, environ):
        for each in _below(folder, index):
            found[each.id] = each
    return [found[name] for name in sorted(found)]


def _places(asked: Asked, project: str | None, environ: Mapping[str, str]) -> Iterator[str]:
    bundled = os.path.join(_PACKAGE, "_bundled", "plugins")
    yield bundled if os.path.isdir(bundled) else os.path.join(os.path.dirname(_PACKAGE), "plugins")
    for entry in entries(sys.path, "qualia.plugins"):
        file = module_file(entry.value.partition(":")[0].partition("[")[0].strip(), sys.path)
        if file is not None:
            yield os.path.dirname(file)
    if project is not None:
        yield os.path.join(project, "plugins")
        yield from _set_in(project)
    yield from filter(None, environ.get("QUALIA_PLUGIN_PATH", "").split(os.pathsep))
    yield from asked.plugin_dirs


def _set_in(project: str) -> Iterator[str]:
    """Yield the plugin path of a project's settings, which are read only when they have one."""
    data = read_start(os.path.join(project, "qualia.toml"))
    if b"plugin_path" in data:
        import tomllib

        try:
            told: Any = tomllib.loads(data.decode("utf-8", "replace")).get("plugin_path", [])
        except tomllib.TOMLDecodeError:
            return
        for each in [told] if isinstance(told, str) else told:
            yield os.path.join(project, str(each))


def _below(folder: str, index: Mapping[str, Any]) -> Iterator[Known]:
    """Yield the plugins in a folder, or the one that it is."""
    here = os.path.abspath(folder)
    if os.path.isfile(os.path.join(here, _MANIFEST)):
        yield from _read(here)
        return
    try:
        names = sorted(os.listdir(here))
    except (OSError, ValueError):
        return
    entries_here: Mapping[str, Any] = index.get(here, {})
    for name in names:
        if name[0] in "._":
            continue
        entry: Any = entries_here.get(name)
        if entry is not None and os.path.isfile(os.path.join(here, name, _MANIFEST)):
            yield from _known(entry[1], os.path.join(here, name))
        else:
            yield from _read(os.path.join(here, name))


def _read(folder: str) -> Iterator[Known]:
    """Yield the plugin of a folder, read as far as its first table."""
    text = read_start(os.path.join(folder, _MANIFEST)).decode("utf-8", "replace")
    top = text[: match.start()] if (match := _TOP.search(text)) else text
    yield from _known({name: double or single for name, double, single in _KEY.findall(top)}, folder)


def _known(table: Mapping[str, Any], folder: str) -> Iterator[Known]:
    if table.get("id"):
        kind, summary, entry = (str(table.get(name, "")) for name in ("kind", "summary", "entry"))
        yield Known(str(table["id"]), kind, summary, entry, folder)


def _index(project: str | None) -> Mapping[str, Any]:
    """Return what the manifests of a project's plugins said when they were last read, by folder; it may be old."""
    data = b"" if project is None else read_start(os.path.join(project, _INDEX))
    if not data:
        return {}
    import json

    try:
        places: Mapping[str, Any] = json.loads(data)["places"]
        return dict(places)
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}


def find(plugins: Iterable[Known], plugin: str) -> Known | None:
    """Return the plugin of an id; None when there is none."""
    return next((each for each in plugins if each.id == plugin), None)
