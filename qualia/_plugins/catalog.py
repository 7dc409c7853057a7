"""Which plugins there are, read from their manifests alone: listing a thousand plugins imports none."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from attrs import evolve, fields, frozen

from qualia._plugins.requirement import Requirement, in_range, installed_versions, parse_range
from qualia._values import is_mapping, is_texts
from qualia.errors import DuplicatePlugin, InvalidManifest, PluginError, PluginUnavailable, unknown_name
from qualia.records import SCHEMAS

API_VERSION = "1.0"
"""Version of the plugin API this engine offers."""

Kind = Literal["document", "analyzer", "visualizer"]
Isolation = Literal["inline", "thread", "process"]

_MANIFEST = "plugin.toml"
_MAX_MANIFEST_BYTES = 64 * 1024
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TEXTS = ("id", "kind", "version", "api", "summary", "entry")
_LISTS = ("consumes", "accepts", "dependencies")
_KEYS = (*_TEXTS, "produces", *_LISTS, "limits")
_COUNTS: Mapping[str, int] = {"max_failures": 1, "max_concurrent": 1, "memory_mb": 64}
_SECONDS: Mapping[str, float] = {"timeout_seconds": 0, "call_seconds": 0.001, "cpu_seconds": 1}


@frozen(kw_only=True)
class Limits:
    """What a plugin asks of the engine."""

    max_failures: int | None = None
    """Consecutive failures that open its circuit; None takes the engine's setting."""
    timeout_seconds: float | None = None
    """How long the circuit stays open; None takes the engine's setting."""
    isolation: Isolation = "inline"
    """Where its calls run: in the caller's thread, in one of its own, or in a process that can be killed."""
    call_seconds: float | None = None
    """Longest a call may take, unless it runs inline; None takes the engine's setting."""
    max_concurrent: int | None = None
    """Calls that may be under way at the same time; None takes the engine's setting."""
    memory_mb: int | None = None
    """Memory its process may use, in MiB of address space; None takes the engine's setting."""
    cpu_seconds: float | None = None
    """Processor time one call may use in a process of its own; None for no bound but `call_seconds`."""


@frozen(kw_only=True)
class Manifest:
    """What a ``plugin.toml`` says."""

    id: str
    kind: Kind
    version: str
    api: str
    """Range of plugin API versions it was written for."""
    summary: str
    entry: str
    """Name of the plugin's class in its package."""
    produces: tuple[str, ...] = ()
    """The record an analyzer gives (at most one), or the media types a visualizer makes."""
    consumes: tuple[str, ...] = ()
    """Records it needs."""
    accepts: tuple[str, ...] = ()
    """Media types a document plugin turns into plain documents."""
    dependencies: tuple[str, ...] = ()
    """Distributions it imports, as PEP 508 requirements."""
    limits: Limits = Limits()


@frozen(kw_only=True)
class Found:
    """A plugin folder, and why it cannot be used if it cannot."""

    id: str
    """From the manifest, or the folder's name when the manifest cannot be read."""
    folder: Path
    origin: str
    """Where it comes from: "shipped" or "folder"."""
    manifest: Manifest | None
    """None when it cannot be read."""
    error: PluginError | None = None
    """Why it is unavailable; None when it can be used."""


def shipped_folder() -> Path:
    """Return the folder of the plugins that ship: beside the installed package, or in the checkout it runs from."""
    package = Path(__file__).resolve().parent.parent
    bundled = package / "_bundled" / "plugins"
    return bundled if bundled.is_dir() else package.parent / "plugins"


def discover(
    folders: Iterable[tuple[str, Path]], *, search_path: Iterable[str], override: bool = False
) -> tuple[Found, ...]:
    """Read the manifests below ``folders`` (origin, folder), in order of folder, then name.

    A folder that is itself a plugin counts as one. Names that begin with ``_`` or ``.`` are left out. Nothing is
    imported and nothing raises: what is wrong with a plugin stands in its `Found.error`.

    Args:
        folders: where to look.
        search_path: where distributions are installed, usually ``sys.path``.
        override: whether a later plugin replaces an earlier one of the same id instead of making both unavailable.
    """
    installed = installed_versions(search_path)
    found: dict[str, Found] = {}
    for origin, folder in folders:
        for path in _plugin_folders(folder):
            _claim(found, _read(path, origin, installed), override)
    return tuple(found.values())


def _claim(found: dict[str, Found], plugin: Found, override: bool) -> None:
    """Enter a plugin under its id. One whose manifest cannot be read claims none, so it gives way to one that can."""
    earlier = found.get(plugin.id)
    if earlier is not None and earlier.folder.resolve() != plugin.folder.resolve():
        if plugin.manifest is None:
            plugin = evolve(plugin, id=str(plugin.folder))
        elif earlier.manifest is None:
            found[str(earlier.folder)] = evolve(earlier, id=str(earlier.folder))
        elif not override:
            plugin = evolve(plugin, error=DuplicatePlugin(plugin.id, str(earlier.folder), str(plugin.folder)))
    found[plugin.id] = plugin


def _plugin_folders(folder: Path) -> list[Path]:
    if _is_plugin(folder):
        return [folder]
    try:
        children = sorted(folder.iterdir())
    except (OSError, ValueError):
        return []
    return [child for child in children if child.name[0] not in "._" and _is_plugin(child)]


def _is_plugin(folder: Path) -> bool:
    try:
        return (folder / _MANIFEST).is_file()
    except OSError:  # no permission to look inside
        return False


def _read(folder: Path, origin: str, installed: Mapping[str, str]) -> Found:
    path = folder / _MANIFEST
    try:
        manifest = read_manifest(path)
    except InvalidManifest as error:
        return Found(id=folder.name, folder=folder, origin=origin, manifest=None, error=error)
    trouble = _unavailable(manifest, installed)
    return Found(id=manifest.id, folder=folder, origin=origin, manifest=manifest, error=trouble)


def _unavailable(manifest: Manifest, installed: Mapping[str, str]) -> PluginUnavailable | None:
    if not in_range(API_VERSION, parse_range(manifest.api)):
        return PluginUnavailable(
            manifest.id,
            f"it was written for plugin API {manifest.api} and this is {API_VERSION}",
            "install a version of it that fits",
        )
    missing = [text for text in manifest.dependencies if not _is_installed(Requirement.parse(text), installed)]
    if missing:
        wanted = " ".join(f"'{text}'" for text in missing)
        return PluginUnavailable(manifest.id, f"it needs {', '.join(missing)}", f"run: pip install {wanted}")
    return None


def _is_installed(requirement: Requirement, installed: Mapping[str, str]) -> bool:
    version = installed.get(requirement.name)
    return version is not None and requirement.allows(version)


def read_manifest(path: Path) -> Manifest:
    """Read and check one ``plugin.toml``.

    Raises:
        InvalidManifest: unreadable, no TOML, an unknown or missing key, or a value of the wrong shape.
    """
    try:
        if path.stat().st_size > _MAX_MANIFEST_BYTES:
            raise InvalidManifest(str(path), f"a manifest has at most {_MAX_MANIFEST_BYTES} bytes")
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidManifest(str(path), f"cannot be read: {error}") from error
    return _manifest(table, str(path))


def _manifest(table: Mapping[str, Any], path: str) -> Manifest:
    for key in table:
        if key not in _KEYS:
            raise InvalidManifest(path, f"key {key!r} {unknown_name(key, _KEYS)}")
    values: dict[str, Any] = {key: _text(table, key, path) for key in _TEXTS}
    values |= {key: _texts(table.get(key, []), key, path) for key in _LISTS}
    produces = table.get("produces", [])
    values["produces"] = _texts([produces] if isinstance(produces, str) else produces, "produces", path)
    values["limits"] = _limits(table.get("limits", {}), path)
    manifest = Manifest(**values)
    _check(manifest, path)
    return manifest


def _text(table: Mapping[str, Any], key: str, path: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InvalidManifest(path, f"key {key!r} must be a text that is not empty")
    return value


def _texts(value: object, key: str, path: str) -> tuple[str, ...]:
    if not is_texts(value):
        raise InvalidManifest(path, f"key {key!r} must be a list of texts")
    return tuple(value)


def _limits(value: object, path: str) -> Limits:
    if not is_mapping(value):
        raise InvalidManifest(path, "'limits' must be a table")
    known = tuple(each.name for each in fields(Limits))
    for key in value:
        if key not in known:
            raise InvalidManifest(path, f"limit {key!r} {unknown_name(key, known)}")
    for name, least in _COUNTS.items():
        count = value.get(name)
        if count is not None and (type(count) is not int or count < least):
            raise InvalidManifest(path, f"limit {name!r} must be a whole number of at least {least}")
    for name, least_s in _SECONDS.items():
        seconds = value.get(name)
        if seconds is not None and (type(seconds) not in (int, float) or not least_s <= seconds < math.inf):
            raise InvalidManifest(path, f"limit {name!r} must be a number of seconds of at least {least_s:g}")
    if value.get("isolation", "inline") not in ("inline", "thread", "process"):
        raise InvalidManifest(path, "limit 'isolation' must be inline, thread or process")
    return Limits(**value)


def _check(manifest: Manifest, path: str) -> None:
    if not _ID.fullmatch(manifest.id):
        raise InvalidManifest(path, f"id {manifest.id!r} must be lower-case letters, digits and _, at most 64 of them")
    if manifest.kind not in ("document", "analyzer", "visualizer"):
        raise InvalidManifest(path, f"kind {manifest.kind!r} must be document, analyzer or visualizer")
    if not manifest.entry.isidentifier():
        raise InvalidManifest(path, f"entry {manifest.entry!r} must be the name of a class in the plugin's package")
    produced = manifest.produces if manifest.kind == "analyzer" else ()
    if len(produced) > 1:
        raise InvalidManifest(path, "an analyzer produces one record at most")
    if manifest.accepts and manifest.kind != "document":
        raise InvalidManifest(path, "only a document plugin accepts media types")
    if manifest.consumes and manifest.kind == "document":
        raise InvalidManifest(path, "a document plugin consumes no records")
    if not manifest.produces and manifest.kind == "visualizer":
        raise InvalidManifest(path, "a visualizer names the media types it produces")
    for schema in (*produced, *manifest.consumes):
        if schema not in SCHEMAS:
            raise InvalidManifest(path, f"record {schema!r} {unknown_name(schema, SCHEMAS)}")
    try:
        parse_range(manifest.api)
        for text in manifest.dependencies:
            Requirement.parse(text)
    except ValueError as error:
        raise InvalidManifest(path, str(error)) from error
