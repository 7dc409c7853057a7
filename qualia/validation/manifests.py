"""What is wrong with a ``plugin.toml``: as text, key by key, and beside the other plugins."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from qualia._plugins.catalog import API_VERSION
from qualia._plugins.installed import installed_versions
from qualia._plugins.keys import KEYS
from qualia._plugins.lines import line_of
from qualia._plugins.manifest import Manifest, flaws, manifest_of, read_table
from qualia._plugins.requirement import Requirement
from qualia._plugins.version import in_range, parse_range
from qualia.errors import InvalidManifest
from qualia.validation.findings import Finding, Place, finding
from qualia.validation.folders import MANIFEST

_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<line>\d+))?(?::(?P<column>\d+))?", re.DOTALL)
_READING = "cannot be read: "


@frozen(kw_only=True)
class Neighbour:
    """Another plugin, as far as it matters to the one that is checked."""

    id: str
    folder: Path
    produces: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()


@frozen(kw_only=True)
class Read:
    """A manifest and what is wrong with it."""

    path: Path
    text: str = field(default="", repr=False)
    manifest: Manifest | None = None
    """None when it cannot be used."""
    id: str | None = None
    """The id it gives, usable or not; None when it gives no text."""
    findings: tuple[Finding, ...] = ()

    def place(self, *keys: str) -> Place:
        """Return where a key stands; the manifest as a whole when it does not."""
        return Place(file=self.path, line=line_of(self.text, *keys))


def read(folder: Path) -> Read:
    """Read a plugin's manifest and check it by itself."""
    path = folder / MANIFEST
    if not path.exists() and not path.is_symlink():
        return Read(path=path, findings=(finding("QP001", Place(file=folder)),))
    try:
        text, table = read_table(path)
    except InvalidManifest as error:
        told = error.reason.removeprefix(_READING)
        return Read(path=path, findings=(finding("QP101", _place(error.path), told=told),))
    given = table.get("id")
    known = given if isinstance(given, str) else None
    wrong = tuple(_flaws(path, text, table))
    if wrong:
        return Read(path=path, text=text, id=known, findings=wrong)
    manifest = manifest_of(table)
    return Read(path=path, text=text, id=known, manifest=manifest if isinstance(manifest, Manifest) else None)


def _place(path: str) -> Place:
    found = _PLACE.fullmatch(path)
    if found is None:
        return Place(file=Path(path))
    line, column = found["line"], found["column"]
    return Place(
        file=Path(found["path"]),
        line=None if line is None else int(line),
        column=None if column is None else int(column),
    )


def _flaws(path: Path, text: str, table: Mapping[str, Any]) -> Iterator[Finding]:
    required = [key.name for key in KEYS if key.required]
    for flaw in flaws(table):
        place = Place(file=path, line=line_of(text, *flaw.keys))
        missing = next((name for name in required if not flaw.keys and repr(name) in flaw.reason), None)
        unknown = re.fullmatch(r"(?:key|limit) (?P<key>'.+?') is unknown; (?P<hint>.+)", flaw.reason)
        if missing is not None:
            yield finding("QP103", Place(file=path), key=missing)
        elif unknown is not None:
            yield finding("QP102", place, key=unknown["key"], hint=unknown["hint"])
        else:
            yield finding("QP104", place, told=flaw.reason)


def check_around(read: Read, manifest: Manifest, neighbours: Iterable[Neighbour]) -> Iterator[Finding]:
    """Check a manifest that is right in itself against this engine, this machine and the other plugins."""
    folder = read.path.parent
    if folder.resolve().name != manifest.id:
        yield finding("QP010", read.place("id"), folder=folder.resolve().name, plugin=manifest.id)
    if not in_range(API_VERSION, parse_range(manifest.api)):
        yield finding("QP105", read.place("api"), range=manifest.api, offered=API_VERSION)
    if manifest.lifecycle == "deprecated" and not manifest.replaced_by:
        yield finding("QP108", read.place("lifecycle"))
    yield from _check_dependencies(read, manifest)
    others = tuple(each for each in neighbours if each.folder.resolve() != folder.resolve())
    for other in others:
        if other.id == manifest.id:
            yield finding("QP106", read.place("id"), plugin=manifest.id, other=other.folder)
    produced = {schema for other in others for schema in other.produces}
    for schema in manifest.consumes:
        if schema not in produced:
            yield finding("QP107", read.place("consumes"), schema=schema)
    cycle = _cycle(manifest, others) if manifest.kind == "analyzer" else ()
    if cycle:
        yield finding("QP109", read.place("consumes"), cycle=" -> ".join(cycle))


def _check_dependencies(read: Read, manifest: Manifest) -> Iterator[Finding]:
    installed = installed_versions(sys.path)
    for text in manifest.dependencies:
        wanted = Requirement.parse(text)
        version = installed.get(wanted.name)
        if version is None or not wanted.allows(version):
            told = "there is none" if version is None else f"there is {version}"
            yield finding("QP303", read.place("dependencies"), requirement=text, told=told, quoted=f"'{text}'")


def _cycle(manifest: Manifest, others: tuple[Neighbour, ...]) -> tuple[str, ...]:
    """Return the cycle of producers a manifest stands in, its id first and last; empty when there is none."""
    needs = {each.id: each.consumes for each in others} | {manifest.id: manifest.consumes}
    gives = {each.id: each.produces for each in others} | {manifest.id: manifest.produces}
    makers: dict[str, list[str]] = {}
    for id_, schemas in gives.items():
        for schema in schemas:
            makers.setdefault(schema, []).append(id_)
    paths: list[tuple[str, ...]] = [(manifest.id,)]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for schema in needs.get(path[-1], ()):
            # Where somebody outside the circle makes the record too, the engine takes that one.
            only = makers.get(schema, [])
            for maker in only if len(only) == 1 else ():
                if maker == manifest.id:
                    return (*path, maker)
                if maker not in seen:
                    seen.add(maker)
                    paths.append((*path, maker))
    return ()
